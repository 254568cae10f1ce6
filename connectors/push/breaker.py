"""A connector's breaker: what one document learnt about the partner or the credentials spares the others the same try.

It stands in the connector's row, so that all workers obey it, a person can see it, and the next success or a person resets it.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from django.db.models import F

from connectors.domain.retries import next_attempt_at
from connectors.models import Connector

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.domain.outcomes import CredentialsRefused, PushError

PATIENT_FAILURES = 3
"""So many failures in a row before the connector pauses as a whole; fewer may be one bad connection."""


def note_unavailable(connector_id: int, error: PushError, now: datetime) -> None:
    """One more failure; the connector pauses until the moment that the partner named, or after several failures for a while.

    A partner that swallows every answer counts as one that is not there: else its whole backlog would end in doubt.
    """
    connectors = Connector.objects.filter(pk=connector_id)
    connectors.update(failures=F("failures") + 1)
    failures = connectors.values_list("failures", flat=True)[0]
    named = getattr(error, "retry_at", None)
    if named or failures >= PATIENT_FAILURES:
        until = named or next_attempt_at(now, failures - PATIENT_FAILURES + 1, random.random)
        counted = f" ({failures} échecs de suite)" if failures > 1 else ""
        connectors.update(paused_until=until, paused_because=f"{error.message[:400].rstrip('.')}{counted}.")


def note_refused(connector_id: int, error: CredentialsRefused) -> None:
    """Nothing is sent until a person has repaired the credentials."""
    Connector.objects.filter(pk=connector_id).update(credentials_refused=error.message)


def note_success(connector_id: int) -> None:
    """The partner is there."""
    Connector.objects.filter(pk=connector_id, failures__gt=0).update(failures=0, paused_until=None, paused_because="")


def is_open(connector_id: int, version: int, now: datetime) -> bool:
    """Whether documents may go now under the settings of this version: asked before each one, so that a change counts at once."""
    row = Connector.objects.filter(pk=connector_id, active=True, credentials_refused="", settings_version=version)
    paused = row.values_list("paused_until", flat=True)[:1]
    return any(until is None or until <= now for until in paused)


def is_outdated(connector_id: int, version: int) -> bool:
    """Whether somebody changed the settings meanwhile."""
    return not Connector.objects.filter(pk=connector_id, settings_version=version).exists()
