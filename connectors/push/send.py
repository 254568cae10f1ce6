"""Sending one claimed document, and recording what came of it."""

from __future__ import annotations

import logging
import mimetypes
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from connectors.deposits.base import DocumentMissing, StoreProblem
from connectors.domain.document import Classification, OutgoingDocument
from connectors.domain.names import sent_name
from connectors.domain.outcomes import DocumentChanged, OutcomeUnknown, PushError
from connectors.domain.states import PushState
from connectors.models import Credential
from connectors.push.record import record_error, record_receipt, record_unsent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.domain.outcomes import Receipt
    from connectors.models import Push
    from connectors.providers.base import Provider

logger = logging.getLogger(__name__)

STORE_PAUSE = timedelta(seconds=30)


def send_push(push: Push, provider: Provider, store: DepositStore, clock: Callable[[], datetime]) -> None:
    """One attempt. Whatever happens, the row says so when this returns."""
    try:
        receipt = _send(push, provider, store)
    except PushError as error:
        record_error(push, error, provider.limits, clock())
    except (DocumentChanged, DocumentMissing):
        record_unsent(push, PushState.SETTLING, clock(), "Le fichier a changé pendant l’envoi : il est relu depuis le début.")
    except StoreProblem as problem:
        record_unsent(push, PushState.WAITING, clock(), str(problem), next_at=clock() + STORE_PAUSE)
    except Exception:
        logger.exception("An attempt for push %s ended in an unforeseen way", push.pk)
        unforeseen = OutcomeUnknown("L’envoi s’est interrompu de façon imprévue.")
        record_error(push, unforeseen, provider.limits, clock())
    else:
        record_receipt(push, receipt, clock())


def _send(push: Push, provider: Provider, store: DepositStore) -> Receipt:
    name = os.fsdecode(bytes(push.name_bytes))
    if store.describe(push.folder, name).identity != push.identity:
        raise DocumentChanged
    with store.open(push.folder, name) as source:
        return provider.push(outgoing_document(push), source)


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
