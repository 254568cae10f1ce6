"""What is left to do after the sending: archives that were not finished, questions to the partner, and what died with another worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from connectors.domain.retries import FARTHEST
from connectors.domain.states import PushState
from connectors.models import Connector, Push
from connectors.push.archive import archive_push
from connectors.push.ask import ask_about
from connectors.push.breaker import is_open
from connectors.push.claim import reserve_slots
from connectors.push.drain import give_back
from connectors.push.record import doubt

if TYPE_CHECKING:
    from connectors.providers.base import Provider
    from connectors.push.worker import Worker

MOST_ERRANDS = 200
"""In one sweep; the next one goes on."""

MOST_TROUBLES = 3
"""So many questions without an answer end the turn: the partner is not there."""


def run_errands(connector_id: int, provider: Provider, worker: Worker, version: int) -> None:
    """All of them but the archives, which need no partner."""
    forget_impossible_moments(connector_id, provider, worker)
    take_over_abandoned(connector_id, provider, worker)
    ask_questions(connector_id, provider, worker, version)


def finish_archives(connector_id: int, worker: Worker) -> int:
    """Accepted documents whose file has still to leave its deposit folder; give how many were taken up. Needs no partner."""
    taken = 0
    for push in Push.objects.filter(connector_id=connector_id).to_archive(worker.clock()).select_related("client")[:MOST_ERRANDS]:
        if worker.stopping.is_set():
            break
        if _take(push, worker):
            taken += 1
            archive_push(push, worker.store, worker.clock())
    return taken


def ask_questions(connector_id: int, provider: Provider, worker: Worker, version: int) -> int:
    """Unknown outcomes, and receipts whose integration is to follow; give how many were asked."""
    asked = troubles = 0
    for push in Push.objects.filter(connector_id=connector_id).to_ask(worker.clock()).select_related("client")[:MOST_ERRANDS]:
        if (
            worker.stopping.is_set()
            or troubles >= MOST_TROUBLES
            or (provider.abilities.look_up and not is_open(connector_id, version, worker.clock()))
        ):
            break
        if not _take(push, worker):
            continue
        asked += 1
        worker.stopping.wait(_pause(connector_id, provider, worker) if provider.abilities.look_up else 0)
        troubles += ask_about(push, provider, worker.clock()) is not None
        if push.state == PushState.ACCEPTED and push.integrated:
            archive_push(push, worker.store, worker.clock())
    return asked


def _pause(connector_id: int, provider: Provider, worker: Worker) -> float:
    """Seconds until the partner's rate allows one more request."""
    now = worker.clock()
    with transaction.atomic():
        connector = Connector.objects.select_for_update().get(pk=connector_id)
        slot = reserve_slots(connector, 1, now, provider.limits.requests_per_second)[0]
    return max(0.0, (slot - now).total_seconds())


def _take(push: Push, worker: Worker) -> bool:
    later = worker.clock() + worker.errand
    taken = Push.objects.filter(pk=push.pk, state=push.state, next_attempt_at=push.next_attempt_at).update(next_attempt_at=later)
    push.next_attempt_at = later
    return bool(taken)


def forget_impossible_moments(connector_id: int, provider: Provider, worker: Worker) -> int:
    """After the clock was set back, what it had put off for a year is due; give how many rows were."""
    now = worker.clock()
    Connector.objects.filter(pk=connector_id, paused_until__gt=now + FARTHEST).update(paused_until=None)
    late = Push.objects.filter(connector_id=connector_id, next_attempt_at__gt=now + FARTHEST)
    longest = provider.limits.deadline(provider.limits.max_bytes) + provider.limits.longest_processing
    asked = late.filter(state=PushState.UNKNOWN).update(next_attempt_at=now + longest)
    return asked + late.exclude(state=PushState.UNKNOWN).update(next_attempt_at=now)


def take_over_abandoned(connector_id: int, provider: Provider, worker: Worker) -> int:
    """SENDING rows whose worker is dead, or that this worker has let fall, become UNKNOWN, or WAITING where no byte can have left."""
    taken = 0
    alive: dict[str, bool] = {}
    for push in Push.objects.filter(connector_id=connector_id, state=PushState.SENDING):
        if push.owner == worker.ownership.name:
            taken += _pick_up(push, provider, worker)
        elif not alive.setdefault(push.owner, worker.ownership.is_alive(push.owner)):
            text = "L’envoi s’est interrompu avec le processus qui le faisait."
            taken += doubt(push, provider.limits, worker.clock(), text, died=True)
    return taken


def _pick_up(push: Push, provider: Provider, worker: Worker) -> bool:
    """A thread of this very process could not store what came of it."""
    if worker.hand.holds(push) or worker.clock() - (push.claimed_at or push.changed_at) < worker.errand:
        return False
    if worker.hand.has_begun(push):
        worker.hand.finish(push)
        return doubt(push, provider.limits, worker.clock(), "Le résultat de l’envoi n’a pas pu être enregistré.")
    give_back(push, worker)
    return True
