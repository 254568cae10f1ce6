"""Recording what an attempt came to. The class of the answer alone says what happens next, and what else shares its cause.

A receipt counts also when the row was given up meanwhile: whoever doubted this very attempt did not know the answer.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from connectors.domain.causes import CAUSES
from connectors.domain.crash_points import reach
from connectors.domain.outcomes import ClientUnknown, CredentialsRefused, DocumentRefused, OutcomeUnknown, PartnerUnavailable
from connectors.domain.retries import is_exhausted, next_attempt_at
from connectors.domain.states import PushState
from connectors.models import Push, PushAttempt
from connectors.push.breaker import note_refused, note_success, note_unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.domain.outcomes import PushError, Receipt
    from connectors.providers.base import Limits

FIRST_FOLLOW_UP = timedelta(seconds=5)

CAN_ACCEPT = {PushState.SENDING, PushState.UNKNOWN}
"""Where an attempt stands that has not been told its answer."""


def record_receipt(push: Push, receipt: Receipt, limits: Limits, now: datetime) -> None:
    """ACCEPTED: durable before the file moves. An id that belongs to another document is no receipt for this one."""
    if push.state not in CAN_ACCEPT:
        return
    if _is_taken(push, receipt.remote_id):
        record_error(push, OutcomeUnknown("Le partenaire a répondu avec l’identifiant d’un autre document."), limits, now)
        return
    with transaction.atomic():
        _end_attempt(push, now, "receipt", receipt.http_status, "", "Déjà publié sous cette référence." if receipt.repeated else "")
        push.move(
            PushState.ACCEPTED,
            now,
            remote_id=receipt.remote_id[:200],
            repeated=receipt.repeated,
            integrated=receipt.integrated,
            accepted_at=now,
            next_attempt_at=now if receipt.integrated else now + FIRST_FOLLOW_UP,
            cause="",
            explanation="" if receipt.integrated else "Reçu par le partenaire, pas encore intégré.",
            absences=0,
            doubtful=False,
        )
        note_success(push.connector_id)
        reach("record.before_commit")
    reach("record.after_commit")


def _is_taken(push: Push, remote_id: str) -> bool:
    return Push.objects.filter(connector_id=push.connector_id, remote_id=remote_id[:200]).exclude(pk=push.pk).exists()


def record_error(push: Push, error: PushError, limits: Limits, now: datetime) -> None:
    """The five errors, each with what it means for this document and for those that share its cause."""
    if push.state != PushState.SENDING:
        return
    with transaction.atomic():
        _end_attempt(push, now, type(error).__name__, error.http_status, error.code, error.message)
        if isinstance(error, PartnerUnavailable):
            _try_later(push, error, now)
        elif isinstance(error, CredentialsRefused):
            note_refused(push.connector_id, error)
            _hold_all("credentials", push, error.message, now, connector_id=push.connector_id)
        elif isinstance(error, ClientUnknown):
            _hold_all("client_unknown", push, error.message, now, connector_id=push.connector_id, client_id=push.client_id)
        elif isinstance(error, DocumentRefused):
            push.move(PushState.REFUSED, now, cause="refused", explanation=error.message, next_attempt_at=None, doubtful=False)
        else:  # OutcomeUnknown; doubt is also the careful reading of whatever else a provider may raise
            note_unavailable(push.connector_id, error, now)
            doubt(push, limits, now, error.message)
        reach("record.before_commit")
    reach("record.after_commit")


def doubt(push: Push, limits: Limits, now: datetime, text: str, *, died: bool = False) -> bool:
    """UNKNOWN: to be asked when the request can no longer be under way anywhere. `died`: its worker did, while it sent the document."""
    ends_at = (push.claimed_at or now) + limits.deadline(push.size) + limits.longest_processing
    deaths = push.deaths + died
    asked_at = max(now + limits.longest_processing, ends_at)
    return push.move(PushState.UNKNOWN, now, next_attempt_at=asked_at, explanation=text, absences=0, deaths=deaths, doubtful=True)


def record_unsent(push: Push, to: PushState, now: datetime, text: str, *, next_at: datetime | None = None) -> None:
    """The attempt ended before the partner could have a whole document."""
    if push.state != PushState.SENDING:
        return
    with transaction.atomic():
        _end_attempt(push, now, "unsent", None, "", text)
        if push.doubtful and to == PushState.SETTLING:
            leave_to_a_person(push, now)
        else:
            push.move(to, now, explanation=text, next_attempt_at=next_at)


def leave_to_a_person(push: Push, now: datetime) -> bool:
    """Nobody is left to ask, or there is nothing left to send again: UNKNOWN until somebody decides."""
    return push.move(PushState.UNKNOWN, now, cause="undecided", explanation=CAUSES["undecided"].sentence, next_attempt_at=None)


def _try_later(push: Push, error: PartnerUnavailable, now: datetime) -> None:
    note_unavailable(push.connector_id, error, now)
    if push.first_attempt_at and is_exhausted(push.first_attempt_at, now):
        text = f"{CAUSES['partner'].sentence} {error.message}"[:500]
        push.move(PushState.HELD, now, cause="partner", explanation=text, next_attempt_at=None)
        return
    moment = next_attempt_at(now, push.attempts, random.random, error.retry_at)
    push.move(PushState.WAITING, now, next_attempt_at=moment, explanation=error.message)


def _hold_all(cause: str, push: Push, text: str, now: datetime, **scope: int) -> None:
    sharing = Push.objects.filter(state=PushState.WAITING, **scope)
    for row in [push, *sharing]:
        row.move(PushState.HELD, now, cause=cause, explanation=text, next_attempt_at=None)


def _end_attempt(push: Push, now: datetime, outcome: str, status: int | None, code: str, message: str) -> None:
    PushAttempt.objects.filter(push=push, number=push.attempts).update(
        ended_at=now, outcome=outcome, http_status=status, code=code[:64], message=message[:500]
    )
