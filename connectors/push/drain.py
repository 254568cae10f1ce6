"""Draining a connector: claim, send, archive, until nothing is due; and taking up what died with another worker."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from connectors.domain.states import PushState
from connectors.models import Push
from connectors.push.archive import archive_push
from connectors.push.ask import ask_about
from connectors.push.claim import claim_documents
from connectors.push.record import doubt
from connectors.push.send import send_push

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.providers.base import Provider
    from connectors.push.ownership import Ownership

ERRAND = timedelta(minutes=2)
"""How long a question or an archive belongs to who took it; both are harmless when done twice."""

MOST_ERRANDS = 200


@dataclass
class Worker:
    """This process as the pipeline sees it: its lock, its files, its clock, and what it has in its hands."""

    ownership: Ownership
    store: DepositStore
    clock: Callable[[], datetime]
    in_hand: set[int] = field(default_factory=set)
    guard: Lock = field(default_factory=Lock)


def drain_connector(connector_id: int, provider: Provider, worker: Worker) -> int:
    """Send all that is due; give how many documents were tried."""
    tried = 0
    while claimed := claim_documents(connector_id, worker.ownership.name, worker.clock(), provider.limits.requests_per_second):
        with worker.guard:
            worker.in_hand |= {item.push.pk for item in claimed}
        try:
            for item in claimed:
                time.sleep(max(0.0, (item.slot_at - worker.clock()).total_seconds()))
                _deliver(item.push, provider, worker)
        finally:
            with worker.guard:
                worker.in_hand -= {item.push.pk for item in claimed}
        tried += len(claimed)
    return tried


def _deliver(push: Push, provider: Provider, worker: Worker) -> None:
    send_push(push, provider, worker.store, worker.clock)
    if push.state == PushState.ACCEPTED and push.integrated:
        archive_push(push, worker.store, worker.clock())


def finish_errands(connector_id: int, provider: Provider, worker: Worker) -> None:
    """Archives that were not finished, and questions to the partner that are due."""
    rows = Push.objects.filter(connector_id=connector_id).select_related("client")
    for push in rows.to_archive(worker.clock())[:MOST_ERRANDS]:
        if _take(push, worker.clock()):
            archive_push(push, worker.store, worker.clock())
    for push in rows.to_ask(worker.clock())[:MOST_ERRANDS]:
        if _take(push, worker.clock()):
            ask_about(push, provider, worker.clock())
            if push.state == PushState.ACCEPTED and push.integrated:
                archive_push(push, worker.store, worker.clock())


def _take(push: Push, now: datetime) -> bool:
    later = now + ERRAND
    taken = Push.objects.filter(pk=push.pk, state=push.state, next_attempt_at=push.next_attempt_at).update(next_attempt_at=later)
    push.next_attempt_at = later
    return bool(taken)


def take_over_abandoned(connector_id: int, provider: Provider, worker: Worker) -> int:
    """SENDING rows whose worker is gone, or that this worker has let fall, become UNKNOWN; give how many."""
    taken = 0
    alive: dict[str, bool] = {}
    for push in Push.objects.filter(connector_id=connector_id, state=PushState.SENDING):
        if push.owner == worker.ownership.name:
            with worker.guard:
                held = push.pk in worker.in_hand
            if held or worker.clock() - (push.claimed_at or push.changed_at) < ERRAND:
                continue
        elif alive.setdefault(push.owner, worker.ownership.is_alive(push.owner)):
            continue
        taken += doubt(push, provider.limits, worker.clock(), "L’envoi s’est interrompu avec le processus qui le faisait.")
    return taken
