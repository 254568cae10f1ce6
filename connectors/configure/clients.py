"""Choosing the clients of a connector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.models import Client, ClientSelection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connectors.models import Connector


@dataclass(frozen=True)
class SelectionChange:
    """How many clients came and went."""

    added: int
    removed: int


def select_clients(connector: Connector, client_ids: Iterable[int], now: datetime, actor: Any) -> SelectionChange:
    """Make exactly these clients the chosen ones. The caller then refreshes the watched folders."""
    with transaction.atomic():
        wanted = set(Client.objects.filter(pk__in=list(client_ids)).values_list("pk", flat=True))
        before = set(ClientSelection.objects.filter(connector=connector).values_list("client_id", flat=True))
        ClientSelection.objects.filter(connector=connector, client_id__in=before - wanted).delete()
        new = [ClientSelection(connector=connector, client_id=pk, selected_at=now) for pk in sorted(wanted - before)]
        ClientSelection.objects.bulk_create(new, batch_size=500)
        change = SelectionChange(len(new), len(before - wanted))
        if change.added or change.removed:
            text = f"Clients : {change.added} ajouté(s), {change.removed} retiré(s)"
            note_change(connector, "clients", now, actor, text, added=sorted(wanted - before), removed=sorted(before - wanted))
    return change
