"""Letting held documents go on: when their cause was repaired, or when a person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.domain.causes import DOOR_CAUSES
from connectors.domain.states import PushState
from connectors.models.event import Event
from connectors.models.push import Push

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any


def release_held(connector_id: int, causes: Iterable[str], now: datetime, **scope: int) -> int:
    """The documents that these causes held become WAITING, in the order of their deposit; give how many."""
    held = Push.objects.filter(connector_id=connector_id, state=PushState.HELD, cause__in=list(causes), **scope).order_by("seen_at", "pk")
    return sum(push.move(PushState.WAITING, now, cause="", explanation="", next_attempt_at=now) for push in held)


def release_by_hand(push: Push, now: datetime, actor: Any, reason: str = "") -> bool:
    """*Relancer*: a held, refused or dismissed document tries again; one that was never hashed is looked at from the start."""
    if push.state not in {PushState.HELD, PushState.REFUSED, PushState.DISMISSED}:
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
