"""What a person decides when nobody can tell whether the partner has a document: it was received already, or it is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.domain.states import PushState
from connectors.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.models import Push

LONGEST_REASON = 400
"""Characters: the trail keeps 500 with the decision before it."""


class ReasonMissing(ValueError):
    """Such a decision can double a document, or lose one: the trail has to say why it was taken."""

    def __init__(self) -> None:
        super().__init__("Indiquez comment vous le savez : ce motif reste dans l’historique.")


def is_undecided(push: Push) -> bool:
    """Whether nobody is left to ask, so that a person has to decide."""
    return push.state == PushState.UNKNOWN and push.next_attempt_at is None


def confirm_received(push: Push, now: datetime, actor: Any, reason: str) -> bool:
    """*Déjà reçu*: the document is only archived. False when it no longer waits for a decision. Raises ReasonMissing."""
    changes = {"doubtful": False, "integrated": True, "accepted_at": now, "next_attempt_at": now}
    return _decide(push, PushState.ACCEPTED, now, actor, "Déjà reçu", reason, changes)


def send_again(push: Push, now: datetime, actor: Any, reason: str) -> bool:
    """*Renvoyer*: the document is sent once more, under its reference. False when it no longer waits for a decision. Raises ReasonMissing."""
    return _decide(
        push,
        PushState.WAITING,
        now,
        actor,
        "Renvoyer",
        reason,
        {"next_attempt_at": now, "first_attempt_at": None, "deaths": 0, "doubtful": False},
    )


def _decide(push: Push, to: PushState, now: datetime, actor: Any, decision: str, reason: str, changes: dict[str, Any]) -> bool:
    if not reason.strip():
        raise ReasonMissing
    if not is_undecided(push):
        return False
    with transaction.atomic():
        if not push.move(to, now, owner="", absences=0, cause="", explanation="", **changes):
            return False
        text = f"{decision} : {reason.strip()[:LONGEST_REASON]}"
        Event.objects.create(at=now, kind="person", push=push, connector_id=push.connector_id, actor=actor, text=text)
    return True
