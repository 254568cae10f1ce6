"""Storing what must not be lost: an answer of the partner is worth more than the patience of the thread that holds it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.db import InterfaceError, InternalError, OperationalError, connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.models import Push
    from connectors.push.worker import Worker

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, InternalError)
"""PostgreSQL's word for a session that it ended because its process was frozen in a transaction is an internal error."""

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 600.0
"""Longer than a database's restart or a locked SQLite file lasts; what is given up then is found again as an unknown outcome."""

PARTING_SECONDS = 20.0
"""For a process that was asked to end: shorter than what it is given before it is killed."""


def store_answer(
    push: Push, worker: Worker, write: Callable[[], None], *, patience: float = PATIENCE_SECONDS, parting: float = PARTING_SECONDS
) -> None:
    """Write until it is stored. Before each new try the row is read again: a commit whose answer was lost may well have happened.

    Raises what the database raises when it stays away for `patience` seconds; a process that was asked to end has only `parting` seconds.
    """
    pause, ends_at = FIRST_PAUSE_SECONDS, time.monotonic() + patience
    again = False
    while True:
        try:
            if again:
                connection.close()
                push.refresh_from_db()
            write()
        except AWAY as error:
            logger.warning("An answer waits for the database (%s)", type(error).__name__)
            if worker.stopping.is_set():
                ends_at = min(ends_at, time.monotonic() + parting)
            if time.monotonic() > ends_at:
                raise
            time.sleep(pause)
            again, pause = True, min(pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            return
