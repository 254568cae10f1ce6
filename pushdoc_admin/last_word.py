"""How a prefork worker tells its children that the end has come: each holds one end of a pipe whose other end closes.

Celery asks the parent only: a child that is in the middle of its turn would begin one document after the other until the turn is over. A signal is
no way to them, since Celery resets SIGTERM there to sudden death. A parent that dies says the same by it.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class LastWord:
    """`prepare` before the fork, `listen` in each child, `say` in the parent. Without `prepare`, the others mean nothing."""

    def __init__(self) -> None:
        self._ear = self._mouth = -1

    def prepare(self) -> None:
        """Open the pipe."""
        self._ear, self._mouth = os.pipe()

    def say(self) -> None:
        """The end has come; saying it twice changes nothing."""
        mouth, self._mouth = self._mouth, -1
        if mouth >= 0:
            os.close(mouth)

    def listen(self, then: Callable[[], object]) -> None:
        """Call `then`, in a thread, when it was said."""
        if self._ear < 0:
            return
        self.say()  # a child's own copy of the other end would keep it from ever closing
        threading.Thread(target=self._wait, args=(then,), name="last word", daemon=True).start()

    def _wait(self, then: Callable[[], object]) -> None:
        os.read(self._ear, 1)
        then()


last_word = LastWord()
