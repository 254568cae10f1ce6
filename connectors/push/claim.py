"""Claiming: due documents become SENDING under this worker's name, with their attempts, before any byte leaves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from connectors.domain.causes import CAUSES
from connectors.domain.crash_points import reach
from connectors.domain.states import PushState
from connectors.models import Connector, Push, PushAttempt
from connectors.models.rules import facts_about, path_rule, rules_of
from connectors.push.worker import BATCH, seconds_awake_or_asleep

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.domain.routing import Rules
    from connectors.providers.base import Limits

LOOKED_AT = 64
"""Due rows that one claim looks at, so that held ones among them do not starve the rest."""

FRESH_SHARE = 0.1
"""A claim that has waited for its turn for more than this share of its document's deadline is renewed: the time begins when it is sent."""

LONGEST_QUEUE = timedelta(minutes=1)
"""A next slot later than this was noted by a clock that has been set back since."""


FROZEN = ("client_code", "millesime", "domaine", "type", "sous_type", "archive_folder")
"""Where a document goes, as the settings said when it was claimed."""


@dataclass(frozen=True)
class Claimed:
    """A document that this worker owns, and the moment from which its request may leave (the partner's rate, over all workers).

    `claimed_at` is on the clock that `send.OwnedSource` reads.
    """

    push: Push
    slot_at: datetime
    claimed_at: float


def claim_documents(
    connector_id: int, owner: str, now: datetime, per_second: float, version: int, most_for_a_client: int = BATCH
) -> list[Claimed]:
    """The next due documents of this connector, in one transaction; what may not go is HELD with its cause on the way.

    None when its settings are no longer those of `version`: who claims would send them under other credentials.
    """
    claimed_at = seconds_awake_or_asleep()
    with transaction.atomic():
        connector = Connector.objects.select_for_update().get(pk=connector_id)
        if not connector.active or connector.settings_version != version or (connector.paused_until and connector.paused_until > now):
            return []
        ready = _won(_choose(connector, owner, now, most_for_a_client), connector, owner, now)
        if not ready:
            return []
        _take(ready, owner, now, connector)
        slots = reserve_slots(connector, len(ready), now, per_second)
        reach("claim.before_commit")
    reach("claim.after_commit")
    return [Claimed(push, slot, claimed_at) for push, slot in zip(ready, slots, strict=True)]


def renew_claim(claimed: Claimed, limits: Limits, now: datetime) -> Claimed | None:
    """The claim as it is now, its time begun again when it has waited; None when somebody took the document over."""
    push, seconds = claimed.push, seconds_awake_or_asleep()
    if seconds - claimed.claimed_at < limits.deadline(push.size).total_seconds() * FRESH_SHARE:
        return claimed
    if not push.move(PushState.SENDING, push.changed_at, claimed_at=now):
        return None
    return replace(claimed, claimed_at=seconds)


def _choose(connector: Connector, owner: str, now: datetime, most: int) -> list[Push]:
    """In the order of their turn. A document with which a worker has died goes alone: if it kills again, it takes no others along."""
    under_way = list(Push.objects.filter(connector=connector, state=PushState.SENDING, owner=owner).values_list("client_id", "deaths"))
    if any(deaths for _, deaths in under_way):
        return []
    busy = Counter(client for client, _ in under_way)
    due = Push.objects.due(now).filter(connector=connector).exclude(client_id__in=_full(busy, most))
    looked_at = list(due.select_related("client", "deposit_path")[:LOOKED_AT])
    ready = _fair(_ready(looked_at, rules_of(connector), now), busy, most)
    if ready and ready[0].deaths:
        return [] if under_way else ready[:1]
    return list(takewhile(lambda push: not push.deaths, ready[:BATCH]))


def _ready(due: list[Push], rules: Rules, now: datetime) -> list[Push]:
    ready = []
    for push in due:
        cause = rules.cause_for(push.client_id, push.deposit_path_id)
        if cause in {"", "dry_run"}:
            freeze(push, rules)
        if cause:
            _hold(push, cause, now)
        else:
            ready.append(push)
    return ready


def _hold(push: Push, cause: str, now: datetime) -> None:
    """In the trial mode the row keeps where the document would have gone."""
    would_go = {name: getattr(push, name) for name in FROZEN} if cause == "dry_run" else {}
    push.move(PushState.HELD, now, cause=cause, explanation=CAUSES[cause].sentence, **would_go)


def _full(busy: Counter[int], most: int) -> list[int]:
    return [client for client, count in busy.items() if count >= most]


def _fair(ready: list[Push], busy: Counter[int], most: int) -> list[Push]:
    """In the order of their turn, but no client beyond its share."""
    chosen = []
    for push in ready:
        if busy[push.client_id] < most:
            busy[push.client_id] += 1
            chosen.append(push)
    return chosen


def freeze(push: Push, rules: Rules) -> None:
    """What is sent and where it is archived is settled here: a change of settings during the request does not mix with it."""
    path = push.deposit_path
    assert path is not None  # noqa: S101 - the rules hold rows without a path
    goes = rules.destination(facts_about(push.client), path_rule(path), timezone.localdate(push.seen_at))
    push.client_code, push.millesime, push.archive_folder = goes.code, goes.millesime, goes.archive_folder
    push.domaine, push.type, push.sous_type = goes.domaine, goes.type, goes.sous_type


def _won(ready: list[Push], connector: Connector, owner: str, now: datetime) -> list[Push]:
    """Those that this worker has got: a person may have dismissed one since it was read."""
    chosen = [push.pk for push in ready]
    if not chosen or Push.objects.claim(chosen, owner, now, connector.settings_version) == len(chosen):
        return ready
    won = set(Push.objects.filter(pk__in=chosen, state=PushState.SENDING, owner=owner).values_list("pk", flat=True))
    return [push for push in ready if push.pk in won]


def _take(ready: list[Push], owner: str, now: datetime, connector: Connector) -> None:
    for push in ready:
        push.state, push.owner, push.claimed_at, push.settings_version = PushState.SENDING, owner, now, connector.settings_version
        push.attempts += 1
        push.first_attempt_at = push.first_attempt_at or now
    Push.objects.bulk_update(ready, [*FROZEN, "first_attempt_at"])
    PushAttempt.objects.bulk_create([PushAttempt(push=push, number=push.attempts, owner=owner, started_at=now) for push in ready])


def reserve_slots(connector: Connector, count: int, now: datetime, per_second: float) -> list[datetime]:
    """The next moments at which a request may leave; call it with the connector's row locked."""
    interval = timedelta(seconds=1 / per_second)
    queue = connector.next_slot_at or now
    start = now if queue > now + LONGEST_QUEUE else max(now, queue)
    connector.next_slot_at = start + interval * count
    connector.save(update_fields=["next_slot_at"])
    return [start + interval * number for number in range(count)]
