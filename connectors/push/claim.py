"""Claiming: due documents become SENDING under this worker's name, with their attempts, before any byte leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from connectors.domain.causes import CAUSES
from connectors.domain.millesime import millesime_of
from connectors.domain.paths import PathRefused, fill
from connectors.domain.states import PushState
from connectors.models import Connector, Push, PushAttempt
from connectors.push.eligibility import eligibility_of

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.push.eligibility import Eligibility

BATCH = 8
"""Small claims make small doubts: a worker that dies leaves at most so many outcomes to ask about."""

LOOKED_AT = 64
"""Due rows that one claim looks at, so that held ones among them do not starve the rest."""


@dataclass(frozen=True)
class Claimed:
    """A document that this worker owns, and the moment from which its request may leave (the partner's rate, over all workers)."""

    push: Push
    slot_at: datetime


def claim_documents(connector_id: int, owner: str, now: datetime, per_second: float) -> list[Claimed]:
    """The next due documents of this connector, in one transaction; what may not go is HELD with its cause on the way."""
    with transaction.atomic():
        connector = Connector.objects.select_for_update().get(pk=connector_id)
        if not connector.active or (connector.paused_until and connector.paused_until > now):
            return []
        due = Push.objects.due(now).filter(connector=connector).select_related("client", "deposit_path")[:LOOKED_AT]
        ready = _ready(list(due), connector, eligibility_of(connector), now)[:BATCH]
        if not ready:
            return []
        Push.objects.claim([push.pk for push in ready], owner, now, connector.settings_version)
        _freeze(ready, owner, now, connector)
        slots = _reserve(connector, len(ready), now, per_second)
    return [Claimed(push, slot) for push, slot in zip(ready, slots, strict=True)]


def _ready(due: list[Push], connector: Connector, eligibility: Eligibility, now: datetime) -> list[Push]:
    ready = []
    for push in due:
        cause = "credentials" if connector.credentials_refused else eligibility.cause_for(push.client_id)
        cause = cause or ("" if push.deposit_path else "path")
        if cause:
            push.move(PushState.HELD, now, cause=cause, explanation=CAUSES[cause].sentence)
            continue
        push.client_code = eligibility.codes[push.client_id]
        ready.append(push)
    return ready


def _freeze(ready: list[Push], owner: str, now: datetime, connector: Connector) -> None:
    """What is sent and where it is archived is settled here: a change of settings during the request does not mix with it."""
    for push in ready:
        path = push.deposit_path
        assert path is not None  # noqa: S101 - `_ready` holds rows without a path
        push.millesime = millesime_of(timezone.localdate(push.seen_at), push.client.closing_month, push.client.closing_day)
        push.domaine, push.type, push.sous_type = path.domaine, path.type, path.sous_type
        try:
            below = fill(path.archive, {"millésime": str(push.millesime)})
        except PathRefused:
            below = "DOSSIER COMPTABLE"
        push.archive_folder = f"{push.client.folder}/{below}"
        push.state, push.owner, push.claimed_at, push.settings_version = PushState.SENDING, owner, now, connector.settings_version
        push.attempts += 1
        push.first_attempt_at = push.first_attempt_at or now
    frozen = ["client_code", "millesime", "domaine", "type", "sous_type", "archive_folder", "first_attempt_at"]
    Push.objects.bulk_update(ready, frozen)
    PushAttempt.objects.bulk_create([PushAttempt(push=push, number=push.attempts, owner=owner, started_at=now) for push in ready])


def _reserve(connector: Connector, count: int, now: datetime, per_second: float) -> list[datetime]:
    interval = timedelta(seconds=1 / per_second)
    start = max(now, connector.next_slot_at or now)
    connector.next_slot_at = start + interval * count
    connector.save(update_fields=["next_slot_at"])
    return [start + interval * number for number in range(count)]
