"""Draining a connector: claim, send, archive, until nothing is due, the settings change, or the turn is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from connectors.domain.states import PushState
from connectors.push.archive import archive_push
from connectors.push.breaker import is_open
from connectors.push.claim import claim_documents, renew_claim
from connectors.push.durable import store_answer
from connectors.push.record import record_unsent
from connectors.push.send import send_push

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.models import Push
    from connectors.providers.base import Provider
    from connectors.push.claim import Claimed
    from connectors.push.worker import Worker

TURN_SECONDS = 20.0
"""A drain hands over after this: other connectors get their turn, and a worker that is asked to end is ended soon."""


def drain_connector(connector_id: int, provider: Provider, worker: Worker, version: int) -> int:
    """Send all that is due under the settings of this version; give how many documents were tried."""
    tried, ends_at = 0, time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends_at and not worker.stopping.is_set():
        worker.ownership.hold()
        per_second = provider.limits.requests_per_second
        claimed = claim_documents(connector_id, worker.ownership.name, worker.clock(), per_second, version)
        if not claimed:
            break
        pushes = [item.push for item in claimed]
        worker.hand.take(pushes)
        try:
            tried += _deliver_all(claimed, provider, worker, version)
        finally:
            worker.hand.let_go(pushes)
    return tried


def _deliver_all(claimed: Sequence[Claimed], provider: Provider, worker: Worker, version: int) -> int:
    """Each in its slot; what may not leave any more is given back at once."""
    for number, item in enumerate(claimed):
        worker.stopping.wait(max(0.0, (item.slot_at - worker.clock()).total_seconds()))
        if worker.stopping.is_set() or not is_open(item.push.connector_id, version, worker.clock()):
            for rest in claimed[number:]:
                give_back(rest.push, worker)
            return number
        if fresh := renew_claim(item, worker.clock()):
            _deliver(fresh, provider, worker)
    return len(claimed)


def _deliver(claimed: Claimed, provider: Provider, worker: Worker) -> None:
    push = claimed.push
    if send_push(claimed, provider, worker) and push.integrated:
        store_answer(push, worker, lambda: _archive(push, worker))


def _archive(push: Push, worker: Worker) -> None:
    if push.state == PushState.ACCEPTED:
        archive_push(push, worker.store, worker.clock())


def give_back(push: Push, worker: Worker) -> None:
    """The request was never begun: the document waits for its next turn."""
    now = worker.clock()
    store_answer(push, worker, lambda: record_unsent(push, PushState.WAITING, now, "", next_at=now))
