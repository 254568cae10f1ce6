"""One page of the ledger, the newest first: found by the key of a row and not by counting, so that the last page costs what the first does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from connectors.domain.states import IN_FLIGHT, PushState

if TYPE_CHECKING:
    from connectors.models import Push
    from connectors.models.push import PushQuerySet

ROWS = 50
MOST_COUNTED = 1000
"""More are told as « plus de 1 000 »: counting a million rows would cost more than showing fifty."""

KEY = re.compile(r"[0-9]{1,17}-[0-9]{1,18}", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Position:
    """The place of a row in the order of the ledger."""

    seen_at: datetime
    pk: int


@dataclass(frozen=True)
class LedgerPage:
    """The rows, and the keys from which the neighbouring pages start; empty where there is none."""

    rows: list[Push]
    newer: str
    older: str

    @property
    def moves(self) -> bool:
        """Whether a row on it moves by itself, so that looking again soon is worth it."""
        return any(PushState(row.state) in IN_FLIGHT for row in self.rows)


def key_of(push: Push) -> str:
    """A row's place, fit for an address: microseconds since 1970 and its id."""
    return f"{(push.seen_at - EPOCH) // timedelta(microseconds=1)}-{push.pk}"


def read_key(text: str) -> Position | None:
    """The place that an address names; None for anything else that stands there."""
    if not KEY.fullmatch(text):
        return None
    moment, _, pk = text.partition("-")
    return Position(EPOCH + timedelta(microseconds=int(moment)), int(pk))


def ledger_page(found: PushQuerySet, older_than: Position | None, newer_than: Position | None) -> LedgerPage:
    """The rows behind or before a place; from the newest on when neither is given."""
    if newer_than:
        after = Q(seen_at__gt=newer_than.seen_at) | Q(seen_at=newer_than.seen_at, pk__gt=newer_than.pk)
        rows = list(found.filter(after, seen_at__gte=newer_than.seen_at).order_by("seen_at", "pk")[: ROWS + 1])
        if len(rows) > ROWS:
            return _page(rows[ROWS - 1 :: -1], newer=True, older=True)
        return ledger_page(found, None, None)
    if older_than:
        before = Q(seen_at__lt=older_than.seen_at) | Q(seen_at=older_than.seen_at, pk__lt=older_than.pk)
        found = found.filter(before, seen_at__lte=older_than.seen_at)
    rows = list(found.order_by("-seen_at", "-pk")[: ROWS + 1])
    return _page(rows[:ROWS], newer=older_than is not None, older=len(rows) > ROWS)


def _page(rows: list[Push], *, newer: bool, older: bool) -> LedgerPage:
    return LedgerPage(rows, key_of(rows[0]) if rows and newer else "", key_of(rows[-1]) if rows and older else "")


def count_up_to(found: PushQuerySet) -> int:
    """How many there are, but at most one more than what is told."""
    return found.order_by()[: MOST_COUNTED + 1].count()
