"""Asking the partner by reference: about outcomes that nobody knows, and about receipts whose integration is to follow."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from django.db import transaction

from connectors.domain.causes import CAUSES
from connectors.domain.crash_points import reach
from connectors.domain.outcomes import CredentialsRefused, PartnerUnavailable, PushError, Receipt
from connectors.domain.retries import is_exhausted, next_attempt_at
from connectors.domain.states import PushState
from connectors.providers.base import DeliveryClass
from connectors.push.breaker import note_refused, note_unavailable
from connectors.push.record import leave_to_a_person, record_receipt

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.domain.outcomes import RemoteDocument
    from connectors.models import Push
    from connectors.providers.base import Limits, Provider

ENOUGH_ABSENCES = {DeliveryClass.IDEMPOTENT: 1, DeliveryClass.ASKABLE: 2}
"""How often the partner has to say that it has nothing before the document is sent again; between two of them lies its longest processing."""

MOST_DEATHS = 3
"""So many workers may die with a document in their hands before a person is asked: the document may be what kills them."""


def ask_about(push: Push, provider: Provider, now: datetime) -> PushError | None:
    """One question, unless the delivery class answers it already; the row says what came of it. Gives the trouble, if that is what came."""
    if not provider.abilities.look_up:
        _without_look_up(push, provider, now)
        return None
    try:
        found = provider.look_up(str(push.reference))
    except PushError as error:
        _ask_later(push, error, now)
        return error
    reach("ask.after_answer")
    if found is None:
        _absent(push, provider, now)
    elif found.status == "rejected":
        text = found.reason[:500] or CAUSES["refused"].sentence
        push.move(PushState.REFUSED, now, cause="refused", explanation=text, next_attempt_at=None)
    else:
        _present(push, found, provider.limits, now)
    return None


def _ask_later(push: Push, error: PushError, now: datetime) -> None:
    with transaction.atomic():
        if isinstance(error, PartnerUnavailable):
            note_unavailable(push.connector_id, error, now)
        elif isinstance(error, CredentialsRefused):
            note_refused(push.connector_id, error)
        if push.state == PushState.UNKNOWN and push.first_attempt_at and is_exhausted(push.first_attempt_at, now):
            leave_to_a_person(push, now)
            return
        waited = next_attempt_at(now, push.absences + 2, random.random, getattr(error, "retry_at", None))
        text = f"En attente d’une réponse du partenaire : {error.message}"[:500]
        push.move(PushState(push.state), now, next_attempt_at=waited, explanation=text)


def _present(push: Push, found: RemoteDocument, limits: Limits, now: datetime) -> None:
    if found.sha256 and found.sha256.casefold() != push.sha256:
        text = "Le partenaire a d’autres octets sous cette référence."
        push.move(PushState.REFUSED, now, cause="refused", explanation=text, next_attempt_at=None)
        return
    published = found.status == "published"
    if push.state == PushState.UNKNOWN:
        record_receipt(push, Receipt(found.remote_id, repeated=False, integrated=published), limits, now)
    elif published:
        push.move(PushState.ACCEPTED, now, integrated=True, next_attempt_at=now, explanation="", absences=0)
    else:
        _follow_up_later(push, now)


def _absent(push: Push, provider: Provider, now: datetime) -> None:
    if push.state == PushState.ACCEPTED:
        _follow_up_later(push, now)
        return
    absences = push.absences + 1
    if absences < ENOUGH_ABSENCES.get(provider.delivery_class, 2):
        push.move(PushState.UNKNOWN, now, absences=absences, next_attempt_at=now + provider.limits.longest_processing)
        return
    _send_again(push, now, "Le partenaire ne l’a pas reçu : nouvel envoi.", doubtful=False)


def _follow_up_later(push: Push, now: datetime) -> None:
    waited = next_attempt_at(now, push.absences + 2, random.random)
    push.move(PushState.ACCEPTED, now, next_attempt_at=waited, absences=push.absences + 1)


def _without_look_up(push: Push, provider: Provider, now: datetime) -> None:
    if push.state == PushState.ACCEPTED:
        push.move(PushState.ACCEPTED, now, integrated=True, next_attempt_at=now)
    elif provider.delivery_class == DeliveryClass.IDEMPOTENT:
        _send_again(push, now, "Le partenaire reconnaît une référence qu’il a déjà : nouvel envoi.", doubtful=True)
    else:
        leave_to_a_person(push, now)


def _send_again(push: Push, now: datetime, text: str, *, doubtful: bool) -> None:
    if push.deaths >= MOST_DEATHS:
        cause, text = "poison", CAUSES["poison"].sentence
        push.move(PushState.HELD, now, absences=0, next_attempt_at=None, owner="", doubtful=doubtful, cause=cause, explanation=text)
        return
    push.move(PushState.WAITING, now, absences=0, next_attempt_at=now, owner="", doubtful=doubtful, explanation=text)
