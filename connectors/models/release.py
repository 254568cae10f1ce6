"""Letting held documents go on: when their cause was repaired, or when a person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from connectors.domain.causes import DOOR_CAUSES, SETTINGS_CAUSES
from connectors.domain.states import PushState
from connectors.models.event import Event
from connectors.models.push import Push
from connectors.models.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from connectors.models.connector import Connector

AT_ONCE = 500
"""Rows in one statement: a database takes only so many values."""


def release_held(connector_id: int, causes: Iterable[str], now: datetime, **scope: Any) -> int:
    """The documents that these causes held become WAITING, in the order of their deposit; give how many. `scope` narrows them, as a filter.

    A few statements, however many there are: the backlog of a large firm goes within a second.
    """
    held = Push.objects.filter(connector_id=connector_id, state=PushState.HELD, cause__in=list(causes), **scope)
    with transaction.atomic():
        ids = list(held.select_for_update().order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            rows = Push.objects.filter(pk__in=ids[start : start + AT_ONCE])
            rows.update(state=PushState.WAITING, changed_at=now, cause="", explanation="", next_attempt_at=now)
        kind = f"push.{PushState.WAITING}"
        Event.objects.bulk_create([Event(at=now, kind=kind, push_id=pk, connector_id=connector_id) for pk in ids], batch_size=AT_ONCE)
    return len(ids)


def release_confirmed(connector: Connector, now: datetime) -> int:
    """First documents of clients whose link is a confirmed one again, after a change of the settings, go; give how many."""
    held = Push.objects.filter(connector=connector, state=PushState.HELD, cause="first_document")
    waiting = set(held.order_by().values_list("client_id", flat=True).distinct())
    if not waiting:
        return 0
    rules = rules_of(connector).clients
    confirmed = [pk for pk in waiting if pk in rules and rules[pk].confirmed]
    return release_held(connector.pk, ["first_document"], now, client_id__in=confirmed)


def is_held_by_settings(push: Push) -> bool:
    """Whether only a change of the settings lets it go: it would be held again at once."""
    return push.state == PushState.HELD and push.cause in SETTINGS_CAUSES


def release_by_hand(push: Push, now: datetime, actor: Any, reason: str = "") -> bool:
    """*Relancer*: a held, refused or dismissed document tries again; one that was never hashed is looked at from the start."""
    if push.state not in {PushState.HELD, PushState.REFUSED, PushState.DISMISSED} or is_held_by_settings(push):
        return False
    again = PushState.SETTLING if push.cause in DOOR_CAUSES or not push.sha256 else PushState.WAITING
    moved = push.move(again, now, cause="", explanation="", next_attempt_at=now, released=True, first_attempt_at=None, deaths=0)
    return moved and _note(push, now, actor, reason or "Relancé")


def dismiss_by_hand(push: Push, now: datetime, actor: Any, reason: str = "") -> bool:
    """*Écarter*: the file stays where it is, and nothing more is tried."""
    if push.state not in {PushState.HELD, PushState.REFUSED, PushState.WAITING, PushState.PRIOR}:
        return False
    return push.move(PushState.DISMISSED, now, next_attempt_at=None) and _note(push, now, actor, reason or "Écarté")


def _note(push: Push, now: datetime, actor: Any, text: str) -> bool:
    Event.objects.create(at=now, kind="person", push=push, connector_id=push.connector_id, actor=actor, text=text[:500])
    return True
