"""Advancing a backfill: so many of its documents are taken up in each minute that has passed, by whichever worker comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from connectors.domain.states import PushState
from connectors.models import Backfill, Push

if TYPE_CHECKING:
    from datetime import datetime

MINUTE = timedelta(minutes=1)
"""Time that passed without anybody advancing is not made up for: what was asked for slowly does not come at once after a night's rest."""


def advance_backfills(now: datetime) -> int:
    """All that run, on active connectors; give how many documents were taken up."""
    running = Backfill.objects.filter(paused_at=None, cancelled_at=None, finished_at=None, connector__active=True)
    return sum(advance_backfill(backfill, now) for backfill in running.order_by("pk"))


def advance_backfill(backfill: Backfill, now: datetime) -> int:
    """PRIOR documents become SETTLING: they are looked at from the start, and then go as any other. Give how many did.

    The time that is used up and the documents that are taken up for it are one transaction: who dies in it has taken nothing, and of two who
    come at the same time one finds the time used up.
    """
    begun = backfill.advanced_at or backfill.created_at
    since = now if begun > now else max(begun, now - MINUTE)  # A clock that was set back begins anew.
    count = int((now - since) / MINUTE * backfill.per_minute)
    if not count and begun <= now:
        return 0
    with transaction.atomic():
        open_ones = Backfill.objects.filter(pk=backfill.pk, paused_at=None, cancelled_at=None, finished_at=None)
        advanced_at = since + MINUTE * count / backfill.per_minute
        if not open_ones.filter(advanced_at=backfill.advanced_at).update(advanced_at=advanced_at):
            return 0
        backfill.advanced_at = advanced_at
        left = Push.objects.filter(backfill=backfill, state=PushState.PRIOR).order_by("pk")
        taken = sum(push.move(PushState.SETTLING, now, sha256="", cause="", explanation="") for push in left[:count])
        if not left.exists():
            open_ones.update(finished_at=now)
    return taken
