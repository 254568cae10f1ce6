"""Places where a process can be made to die, one at each durable step, so that a test can prove what follows.

Inert unless PUSHDOC_CRASH_AT names a place when the process starts. PUSHDOC_CRASH_MARK names a file that is made at the death: whoever finds it
there does not die again. PUSHDOC_CRASH_SIGNAL=STOP makes the process fall asleep instead, until somebody wakes it.
"""

from __future__ import annotations

import os
import signal
from typing import Final

PLACES: Final = (
    "see.before_commit",
    "settle.before_commit",
    "claim.before_commit",
    "claim.after_commit",
    "send.before_request",
    "send.before_last_bytes",
    "send.after_answer",
    "record.before_commit",
    "record.after_commit",
    "archive.hidden",
    "archive.copying",
    "archive.copied",
    "archive.named",
    "archive.before_commit",
    "ask.after_answer",
)
"""In the order of a document's way; see `docs/reliability.md`."""

_armed = os.environ.get("PUSHDOC_CRASH_AT", "")
_signal = signal.SIGSTOP if os.environ.get("PUSHDOC_CRASH_SIGNAL") == "STOP" else signal.SIGKILL


def reach(place: str) -> None:
    """Die here, if this is the place."""
    if _armed and place == _armed and _is_first():
        os.kill(os.getpid(), _signal)


def _is_first() -> bool:
    mark = os.environ.get("PUSHDOC_CRASH_MARK")
    if not mark:
        return True
    try:
        os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True
