"""The people who drop documents: some at a time, faster than the product takes them away."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from connectors.management.chaos.person import Person

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from connectors.management.chaos.journal import Journal

PEOPLE = 8
WINDOW_SHARE, SMALLEST_WINDOW, LARGEST_WINDOW = 8, 40, 240
"""So many documents may lie in deposit folders: enough to keep the product busy when somebody dies, few enough to see the end."""


class Dropper:
    """Threads that drop until `documents` versions were dropped. `taken` counts what the product has taken away by now.

    `failures` says what should not have happened to a person.
    """

    def __init__(self, root: Path, documents: int, seed: int, journal: Journal) -> None:
        self.root, self.documents, self.seed, self.journal = root, documents, seed, journal
        self.stopping = threading.Event()
        self.taken = 0
        self.failures: list[str] = []
        self._numbers = iter(range(1, documents + 1))
        self.window = min(LARGEST_WINDOW, max(SMALLEST_WINDOW, documents // WINDOW_SHARE)) // PEOPLE
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(PEOPLE, thread_name_prefix="dropper")
        self._work_of: list[Future[None]] = []

    def start(self) -> None:
        """Begin."""
        self._work_of = [self._pool.submit(self._work) for _ in range(PEOPLE)]

    def is_finished(self) -> bool:
        """Whether everything was dropped."""
        return all(future.done() for future in self._work_of)

    def stop(self) -> None:
        """End, even before the end; a mistake of our own comes out here."""
        self.stopping.set()
        self._pool.shutdown()
        for future in self._work_of:
            future.result()

    def count_taken(self, count: int) -> None:
        """So many documents are no longer where they had been dropped."""
        with self._guard:
            self.taken += count

    def _work(self) -> None:
        person = Person(self)
        while not self.stopping.is_set():
            with self._guard:
                number = next(self._numbers, None)
            if number is None:
                return
            person.wait_for_room(self.window)
            try:
                person.drop(number)
            except OSError as error:
                self.failures.append(f"dépôt {number} : {error}")
