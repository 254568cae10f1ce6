"""Sending one claimed document, and recording what came of it."""

from __future__ import annotations

import logging
import mimetypes
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from connectors.deposits.base import DocumentMissing, StoreProblem
from connectors.domain.crash_points import reach
from connectors.domain.document import Classification, OutgoingDocument
from connectors.domain.names import sent_name
from connectors.domain.outcomes import DocumentChanged, OutcomeUnknown, PushError, Receipt
from connectors.domain.states import PushState
from connectors.models import Credential
from connectors.push.durable import AWAY, store_answer
from connectors.push.record import record_error, record_receipt, record_unsent
from connectors.push.worker import seconds_awake_or_asleep

if TYPE_CHECKING:
    from connectors.domain.document import DocumentSource
    from connectors.models import Push
    from connectors.providers.base import Provider
    from connectors.push.claim import Claimed
    from connectors.push.worker import Worker

logger = logging.getLogger(__name__)

STORE_PAUSE = timedelta(seconds=30)


class OutOfTime(Exception):
    """The time in which this process owns the document was over before the end of the body left."""


class OwnedSource:
    """The document, as long as this process owns it: its end never leaves after `ends_at`, whoever took over meanwhile.

    A process may sleep for hours between two lines (a frozen machine, a stopped process), and its lock may be gone when it wakes. `ends_at` is
    read on a clock that counts that sleep, and nobody asks the partner, or sends again, before it is past.
    """

    def __init__(self, source: DocumentSource, ends_at: float) -> None:
        self._source, self._ends_at = source, ends_at
        self.held_back = False

    def rewind(self) -> None:
        """Go back to the first byte."""
        self._source.rewind()

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""
        return self._source.read(size)

    def is_unchanged(self) -> bool:
        """Whether the open file is still the one that was described."""
        return self._source.is_unchanged()

    def may_end(self) -> bool:
        """Whether the last bytes may leave."""
        self.held_back = seconds_awake_or_asleep() >= self._ends_at
        return self._source.may_end() and not self.held_back


def send_push(claimed: Claimed, provider: Provider, worker: Worker) -> bool:
    """One attempt; True when it ended with a receipt. Whatever happens, the row says so when this returns. Raises what the database raises."""
    push = claimed.push
    worker.hand.begin(push)
    reach("send.before_request")
    answer = _try(claimed, provider, worker)
    reach("send.after_answer")
    store_answer(push, worker, lambda: _record(push, answer, provider, worker))
    worker.hand.finish(push)
    return push.state == PushState.ACCEPTED


def _try(claimed: Claimed, provider: Provider, worker: Worker) -> Receipt | Exception:
    try:
        return _send(claimed, provider, worker)
    except Exception as error:  # noqa: BLE001 - every one of them is written down
        return error


def _send(claimed: Claimed, provider: Provider, worker: Worker) -> Receipt:
    push, name = claimed.push, os.fsdecode(bytes(claimed.push.name_bytes))
    if worker.store.describe(push.folder, name).identity != push.identity:
        raise DocumentChanged
    ends_at = claimed.claimed_at + provider.limits.deadline(push.size).total_seconds()
    with worker.store.open(push.folder, name) as source:
        owned = OwnedSource(source, ends_at)
        try:
            return provider.push(outgoing_document(push), owned)
        except DocumentChanged:
            raise OutOfTime if owned.held_back else DocumentChanged from None


def _record(push: Push, answer: Receipt | Exception, provider: Provider, worker: Worker) -> None:
    now = worker.clock()
    if isinstance(answer, Receipt):
        record_receipt(push, answer, provider.limits, now)
    elif isinstance(answer, PushError):
        record_error(push, answer, provider.limits, now)
    elif isinstance(answer, OutOfTime):
        record_unsent(push, PushState.WAITING, now, "L’envoi a trop duré : sa fin n’est pas partie.", next_at=now)
    elif isinstance(answer, (DocumentChanged, DocumentMissing)):
        record_unsent(push, PushState.SETTLING, now, "Le fichier a changé pendant l’envoi : il est relu depuis le début.")
    elif isinstance(answer, AWAY):  # only the token is kept there, and is asked for before each body
        record_unsent(push, PushState.WAITING, now, "La base de données n’a pas répondu : rien n’est parti.", next_at=now)
    elif isinstance(answer, StoreProblem):
        record_unsent(push, PushState.WAITING, now, str(answer), next_at=now + STORE_PAUSE)
    else:
        logger.error("An attempt for push %s ended in an unforeseen way", push.pk, exc_info=answer)
        record_error(push, OutcomeUnknown("L’envoi s’est interrompu de façon imprévue."), provider.limits, now)


def outgoing_document(push: Push) -> OutgoingDocument:
    """What the partner is told, from what the claim froze."""
    name = sent_name(bytes(push.name_bytes))
    overrides = Credential.objects.filter(connector_id=push.connector_id, client_id=push.client_id).exclude(value="")
    return OutgoingDocument(
        reference=str(push.reference),
        name=name,
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=push.size,
        sha256=push.sha256,
        client_code=push.client_code,
        classification=Classification(push.domaine, push.type, push.sous_type),
        deposited_at=timezone.localtime(push.seen_at),
        millesime=str(push.millesime),
        client_fields=dict(overrides.values_list("field", "value")),
    )
