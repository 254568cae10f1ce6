"""Asking the partner by reference: about outcomes that nobody knows, and about receipts whose integration is to follow."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.domain.causes import CAUSES
from connectors.domain.outcomes import PushError, Receipt
from connectors.domain.retries import next_attempt_at
from connectors.domain.states import PushState
from connectors.providers.base import DeliveryClass
from connectors.push.record import record_receipt

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.domain.outcomes import RemoteDocument
    from connectors.models import Push
    from connectors.providers.base import Provider

ENOUGH_ABSENCES = {DeliveryClass.IDEMPOTENT: 1, DeliveryClass.ASKABLE: 2}
"""How often the partner has to say that it has nothing before the document is sent again."""

BETWEEN_ABSENCES = timedelta(seconds=30)


def ask_about(push: Push, provider: Provider, now: datetime) -> None:
    """One question, unless the delivery class answers it already; the row says what came of it."""
    if not provider.abilities.look_up:
        _without_look_up(push, provider, now)
        return
    try:
        found = provider.look_up(str(push.reference))
    except PushError as error:
        waited = next_attempt_at(now, push.absences + 2, random.random, getattr(error, "retry_at", None))
        push.move(
            PushState(push.state),
            now,
            next_attempt_at=waited,
            explanation=f"En attente d’une réponse du partenaire : {error.message}"[:500],
        )
        return
    if found is None:
        _absent(push, provider, now)
    elif found.status == "rejected":
        push.move(
            PushState.REFUSED, now, cause="refused", explanation=found.reason[:500] or CAUSES["refused"].sentence, next_attempt_at=None
        )
    else:
        _present(push, found, now)


def _present(push: Push, found: RemoteDocument, now: datetime) -> None:
    if found.sha256 and found.sha256.casefold() != push.sha256:
        text = "Le partenaire a d’autres octets sous cette référence."
        push.move(PushState.REFUSED, now, cause="refused", explanation=text, next_attempt_at=None)
        return
    published = found.status == "published"
    if push.state == PushState.UNKNOWN:
        record_receipt(push, Receipt(found.remote_id, repeated=False, integrated=published), now)
        return
    if published:
        push.move(PushState.ACCEPTED, now, integrated=True, next_attempt_at=now, explanation="", absences=0)
        return
    waited = next_attempt_at(now, push.absences + 2, random.random)
    push.move(PushState.ACCEPTED, now, next_attempt_at=waited, absences=push.absences + 1)


def _absent(push: Push, provider: Provider, now: datetime) -> None:
    if push.state == PushState.ACCEPTED:
        waited = next_attempt_at(now, push.absences + 2, random.random)
        push.move(PushState.ACCEPTED, now, next_attempt_at=waited, absences=push.absences + 1)
        return
    absences = push.absences + 1
    if absences < ENOUGH_ABSENCES.get(provider.delivery_class, 2):
        push.move(PushState.UNKNOWN, now, absences=absences, next_attempt_at=now + BETWEEN_ABSENCES)
        return
    push.move(
        PushState.WAITING, now, absences=0, next_attempt_at=now, owner="", explanation="Le partenaire ne l’a pas reçu : nouvel envoi."
    )


def _without_look_up(push: Push, provider: Provider, now: datetime) -> None:
    if push.state == PushState.ACCEPTED:
        push.move(PushState.ACCEPTED, now, integrated=True, next_attempt_at=now)
    elif provider.delivery_class == DeliveryClass.IDEMPOTENT:
        push.move(PushState.WAITING, now, next_attempt_at=now, owner="")
    else:
        push.move(PushState.UNKNOWN, now, cause="undecided", explanation=CAUSES["undecided"].sentence, next_attempt_at=None)
