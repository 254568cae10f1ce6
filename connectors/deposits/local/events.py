"""What the kernel says about changes below a root: a hint, and never more. Where it cannot say anything, time passes all the same."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
WITHOUT_EVENTS_TICKS = 60
"""Half a minute until events are asked for again: a share comes back, or somebody raises the system's limit of watches."""


def changed_folders(root: Path, ticks: int = WITHOUT_EVENTS_TICKS) -> Iterator[set[str]]:
    """The folders below the root in which something has just happened; an empty set at least every half second, for ever.

    After `ticks` of these halves without events they are asked for again.
    """
    told = False
    while True:
        try:
            yield from _events(root)
            told = False
            continue
        except (OSError, RuntimeError) as error:
            if not told:
                logger.warning("No events below the root (%s): folders are only looked at in turn", type(error).__name__)
            told = True
        for _ in range(ticks):
            yield set()
            time.sleep(TICK_SECONDS)


def _events(root: Path) -> Iterator[set[str]]:
    """Until another folder stands in the root's place: what is watched then is the old one. Raises OSError or RuntimeError."""
    from watchfiles import watch  # noqa: PLC0415 - only the watcher loads it

    watched, top = _place(root), str(root)
    timeout = int(TICK_SECONDS * 1000)
    batches = watch(top, step=50, debounce=200, rust_timeout=timeout, yield_on_timeout=True, ignore_permission_denied=True)
    while _place(root) == watched:
        yield {os.path.relpath(os.path.dirname(path), top) for _, path in next(batches)}


def _place(root: Path) -> tuple[int, int]:
    status = os.stat(root)
    return status.st_dev, status.st_ino
