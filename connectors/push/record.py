"""Recording what an attempt came to. The class of the answer alone says what happens next, and what else shares its cause."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from connectors.domain.causes import CAUSES
from connectors.domain.outcomes import ClientUnknown, CredentialsRefused, DocumentRefused, OutcomeUnknown, PartnerUnavailable
from connectors.domain.retries import is_exhausted, next_attempt_at
from connectors.domain.states import PushState
from connectors.models import Connector, Push, PushAttempt

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.domain.outcomes import PushError, Receipt
    from connectors.providers.base import Limits

PATIENT_FAILURES = 3
"""So many failures in a row before the connector pauses as a whole; fewer may be one bad connection."""

FIRST_FOLLOW_UP = timedelta(seconds=5)


def record_receipt(push: Push, receipt: Receipt, now: datetime) -> None:
    """ACCEPTED: durable before the file moves."""
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
        )
        Connector.objects.filter(pk=push.connector_id, failures__gt=0).update(failures=0, paused_until=None)


def record_error(push: Push, error: PushError, limits: Limits, now: datetime) -> None:
    """The five errors, each with what it means for this document and for those that share its cause."""
    with transaction.atomic():
        _end_attempt(push, now, type(error).__name__, error.http_status, error.code, error.message)
        if isinstance(error, PartnerUnavailable):
            _try_later(push, error, now)
        elif isinstance(error, CredentialsRefused):
            Connector.objects.filter(pk=push.connector_id).update(credentials_refused=error.message)
            _hold_all("credentials", push, error.message, now, connector_id=push.connector_id)
        elif isinstance(error, ClientUnknown):
            _hold_all("client_unknown", push, error.message, now, connector_id=push.connector_id, client_id=push.client_id)
        elif isinstance(error, DocumentRefused):
            push.move(PushState.REFUSED, now, cause="refused", explanation=error.message, next_attempt_at=None)
        elif isinstance(error, OutcomeUnknown):
            doubt(push, limits, now, error.message)


def doubt(push: Push, limits: Limits, now: datetime, text: str) -> bool:
    """UNKNOWN: to be asked when the request can no longer be under way anywhere."""
    ends_at = (push.claimed_at or now) + limits.deadline(push.size) + limits.longest_processing
    return push.move(PushState.UNKNOWN, now, next_attempt_at=max(now, ends_at), explanation=text, absences=0)


def record_unsent(push: Push, to: PushState, now: datetime, text: str, *, next_at: datetime | None = None) -> None:
    """The attempt ended before the partner could have a whole document."""
    with transaction.atomic():
        _end_attempt(push, now, "unsent", None, "", text)
        push.move(to, now, explanation=text, next_attempt_at=next_at)


def _try_later(push: Push, error: PartnerUnavailable, now: datetime) -> None:
    if push.first_attempt_at and is_exhausted(push.first_attempt_at, now):
        push.move(
            PushState.HELD, now, cause="partner", explanation=f"{CAUSES['partner'].sentence} {error.message}"[:500], next_attempt_at=None
        )
        return
    moment = next_attempt_at(now, push.attempts, random.random, error.retry_at)
    push.move(PushState.WAITING, now, next_attempt_at=moment, explanation=error.message)
    connectors = Connector.objects.filter(pk=push.connector_id)
    connectors.update(failures=F("failures") + 1)
    failures = connectors.values_list("failures", flat=True)[0]
    if error.retry_at or failures >= PATIENT_FAILURES:
        pause = error.retry_at or next_attempt_at(now, failures - PATIENT_FAILURES + 1, random.random)
        connectors.update(paused_until=pause)


def _hold_all(cause: str, push: Push, text: str, now: datetime, **scope: int) -> None:
    sharing = Push.objects.filter(state=PushState.WAITING, **scope)
    for row in [push, *sharing]:
        row.move(PushState.HELD, now, cause=cause, explanation=text, next_attempt_at=None)


def _end_attempt(push: Push, now: datetime, outcome: str, status: int | None, code: str, message: str) -> None:
    PushAttempt.objects.filter(push=push, number=push.attempts).update(
        ended_at=now, outcome=outcome, http_status=status, code=code[:64], message=message[:500]
    )
