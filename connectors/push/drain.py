"""Draining a connector: claim, send, archive, until nothing is due, the settings change, or the turn is over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.domain.states import PushState
from connectors.push.archive import archive_push
from connectors.push.breaker import is_open, is_outdated
from connectors.push.claim import claim_documents, renew_claim
from connectors.push.durable import store_answer
from connectors.push.lanes import Lanes
from connectors.push.record import record_unsent
from connectors.push.send import send_push

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.models import Push
    from connectors.providers.base import Provider
    from connectors.push.claim import Claimed
    from connectors.push.worker import Worker

TURN_SECONDS = 20.0
"""A drain hands over after this: other connectors get their turn, and a worker that is asked to end is ended soon."""


@dataclass(frozen=True)
class Turn:
    """What a drain did: how many documents it claimed, and whether it ended before there was nothing left."""

    claimed: int = 0
    unfinished: bool = False


def drain_connector(
    connector_id: int, provider: Provider, worker: Worker, version: int, build: Callable[[], Provider] | None = None
) -> Turn:
    """Send all that is due under the settings of this version. One thread of a process drains a connector; it looks again for the others.

    `build` makes the providers of further lanes, one for each; without it there is one lane.
    """
    if not worker.turns.begin(connector_id):
        return Turn()
    lanes = Lanes(
        provider,
        lambda item, speaking: _deliver(item, speaking, worker, version),
        lambda items: worker.hand.let_go(item.push for item in items),
        build,
        worker.lanes,
    )
    try:
        return _drain(connector_id, provider, worker, version, lanes)
    finally:
        lanes.close()
        worker.turns.end(connector_id)


def _drain(connector_id: int, provider: Provider, worker: Worker, version: int, lanes: Lanes) -> Turn:
    count, ends_at = 0, time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends_at and not worker.stopping.is_set():
        if not lanes.wait_for_room():
            continue
        claimed = _claim(connector_id, provider, worker, version)
        if claimed:
            count += len(claimed)
            lanes.take(claimed)
        elif lanes.is_idle():
            if not worker.turns.is_wanted_again(connector_id):
                return Turn(count, unfinished=is_outdated(connector_id, version))
        else:
            time.sleep(IDLE_GLANCE_SECONDS)
    return Turn(count, unfinished=not worker.stopping.is_set())


IDLE_GLANCE_SECONDS = 0.05
"""Between two looks for due documents while others are still under way."""


def _claim(connector_id: int, provider: Provider, worker: Worker, version: int) -> list[Claimed]:
    worker.ownership.hold()
    rate, name = provider.limits.requests_per_second, worker.ownership.name
    claimed = claim_documents(connector_id, name, worker.clock(), rate, version, most_for_a_client=worker.most_for_a_client)
    worker.hand.take(item.push for item in claimed)
    return claimed


def _deliver(claimed: Claimed, provider: Provider, worker: Worker, version: int) -> None:
    """In its slot; what may not leave any more is given back at once."""
    push = claimed.push
    worker.stopping.wait(max(0.0, (claimed.slot_at - worker.clock()).total_seconds()))
    if worker.stopping.is_set() or not is_open(push.connector_id, version, worker.clock()):
        give_back(push, worker)
    elif (fresh := renew_claim(claimed, provider.limits, worker.clock())) and send_push(fresh, provider, worker) and push.integrated:
        store_answer(push, worker, lambda: _archive(push, worker))


def _archive(push: Push, worker: Worker) -> None:
    if push.state == PushState.ACCEPTED:
        archive_push(push, worker.store, worker.clock())


def give_back(push: Push, worker: Worker) -> None:
    """The request was never begun: the document waits for its next turn."""
    now = worker.clock()
    store_answer(push, worker, lambda: record_unsent(push, PushState.WAITING, now, "", next_at=now))
