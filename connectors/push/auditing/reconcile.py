"""Does the ledger agree with itself, with the disk and with the partner? Each difference is told; what is safe is mended, on request only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef

from connectors.domain.states import PushState
from connectors.models import Client, Event, Push
from connectors.push.auditing.archives import archive_differences
from connectors.push.auditing.deposits import deposit_differences
from connectors.push.auditing.differences import Difference, about
from connectors.push.files import in_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.models import Connector
    from connectors.push.auditing.inspection import Inspection


def reconcile(inspection: Inspection) -> Iterator[Difference]:
    """All that needs no partner, one difference after the other: a million rows are never held at once."""
    for connector in inspection.connectors:
        yield from _conservation(connector, inspection)
    yield from _untold(inspection)
    yield from _stale_owners(inspection)
    yield from deposit_differences(inspection)
    yield from archive_differences(inspection)


def _conservation(connector: Connector, inspection: Inspection) -> Iterator[Difference]:
    """For each client of the connector: the documents seen are those in the known states, one living document for a file."""
    rows = Push.objects.filter(connector=connector).order_by()
    inspection.counted.states[f"{connector.name} ({connector.pk})"] = rows.filter(state__in=list(PushState)).counts()
    known = dict(rows.filter(state__in=list(PushState)).values_list("client").annotate(Count("pk")))
    for client_id, seen in rows.values_list("client").annotate(Count("pk")):
        if seen != known.get(client_id, 0):
            client = Client.objects.get(pk=client_id)
            detail = f"{seen} vus, {known.get(client_id, 0)} dans un état connu."
            yield Difference("count", f"{connector.name} / {client.name}", detail)


def _untold(inspection: Inspection) -> Iterator[Difference]:
    """Every row was seen, and its first event says so."""
    for chunk in in_chunks(inspection.rows().filter(~Exists(Event.objects.filter(push=OuterRef("pk"))))):
        for push in chunk:
            yield about("untold", push)


def _stale_owners(inspection: Inspection) -> Iterator[Difference]:
    """Documents that are being sent by a process that is dead, and that nobody has taken over yet."""
    alive: dict[str, bool] = {}
    for chunk in in_chunks(inspection.rows().filter(state=PushState.SENDING)):
        for push in chunk:
            if push.owner not in alive:
                alive[push.owner] = inspection.is_alive(push.owner)
            if not alive[push.owner] and Push.objects.filter(pk=push.pk, state=PushState.SENDING, owner=push.owner).exists():
                yield about("stale_owner", push, push.owner)
