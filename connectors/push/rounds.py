"""Rows that are looked at in turns: a bounded number, and a bounded number of bytes to read, in each look; the next one goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from connectors.domain.states import PushState
from connectors.push.settle import look_at, record_finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.models import Push
    from connectors.models.push import PushQuerySet
    from connectors.push.settle import Door, Finding

MOST_ROWS = 1000
MOST_BYTES = 64 * 1024 * 1024
"""In one look. A larger file has a look of its own, and holds up events, scans and other files only for as long as it is hashed."""

RECORDED_AT_ONCE = 100
"""Findings in one transaction: a thousandth of a second each for SQLite to sync, and other writers wait for as long."""


@dataclass
class Round:
    """One kind of rows of one connector, from where the last look stopped."""

    after: int = 0

    def settle(self, rows: PushQuerySet, store: DepositStore, door: Door, clock: Callable[[], datetime]) -> list[Push]:
        """Look at the next rows, in the order of their ids, and record what was found; give those that changed."""
        changed: list[Push] = []
        found: list[tuple[Push, Finding]] = []
        read = 0
        turn = list(rows.filter(pk__gt=self.after).order_by("pk")[:MOST_ROWS])
        for push in turn:
            self.after = push.pk
            if finding := look_at(push, store, door, clock()):
                found.append((push, finding))
                read += push.size if finding.state == PushState.WAITING else 0
            if read >= MOST_BYTES:
                break
            if len(found) >= RECORDED_AT_ONCE:
                changed += _record(found, clock())
                found = []
        else:
            self.after = self.after if len(turn) == MOST_ROWS else 0
        return changed + _record(found, clock())


def _record(found: list[tuple[Push, Finding]], now: datetime) -> list[Push]:
    """In their order: of two equal documents the first one goes. Gives the rows that changed."""
    if not found:
        return []
    with transaction.atomic():
        return [push for push, finding in found if record_finding(push, finding, now)]
