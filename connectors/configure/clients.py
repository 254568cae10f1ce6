"""Choosing the clients of a connector."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.client_links import watched_by_others
from connectors.configure.settings_change import note_change
from connectors.models import Client, ClientSelection, LivingSelection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from connectors.models import Connector

BATCH = 500


@dataclass(frozen=True)
class SelectionChange:
    """How many clients came and went. `refused` are those whose folder another active connector watches: its name, by client."""

    added: int
    removed: int
    refused: Mapping[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.removed)


def select_clients(connector: Connector, client_ids: Iterable[int], now: datetime, actor: Any) -> SelectionChange:
    """Make exactly these clients the chosen ones. The caller then refreshes the watched folders."""
    with transaction.atomic():
        wanted = set(client_ids)
        before = set(connector.selections.values_list("client_id", flat=True))
        return change_clients(connector, wanted - before, before - wanted, now, actor)


def change_clients(
    connector: Connector, added: AbstractSet[int], removed: AbstractSet[int], now: datetime, actor: Any, **detail: Any
) -> SelectionChange:
    """Choose some clients, leave others: whoever is chosen already, or not any more, stays as he is. The caller then refreshes the folders.

    While the connector is active, a client whose folder another one watches is not taken. `detail` goes into the trail.
    """
    with transaction.atomic():
        rows = list(ClientSelection.objects.filter(connector=connector, client_id__in=removed).order_by("client_id"))
        new = _known(added) - set(connector.selections.values_list("client_id", flat=True))
        refused = {pk: name for pk, name in watched_by_others(connector).items() if pk in new} if connector.active else {}
        new -= refused.keys()
        change = SelectionChange(len(new), len(rows), refused)
        if change:
            ClientSelection.objects.filter(pk__in=[row.pk for row in rows]).delete()
            add_rows(connector, {pk: {} for pk in new}, now)
            gone = [row.client_id for row in rows]
            remember_choice(connector, new, set(gone))
            detail = {"added": sorted(new), "removed": gone, "former": former_facts(rows)} | detail
            note_change(connector, "clients", now, actor, change_text(len(new), len(gone)), **detail)
    return change


def _known(ids: Iterable[int]) -> set[int]:
    return set(Client.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))


def add_rows(connector: Connector, facts: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
    """Choose these clients; `facts` are the columns that differ from a client's who was just chosen by hand."""
    rows = [ClientSelection(**{"connector": connector, "client_id": pk, "selected_at": now, **facts[pk]}) for pk in sorted(facts)]
    ClientSelection.objects.bulk_create(rows, batch_size=BATCH)


def former_facts(rows: Iterable[ClientSelection]) -> dict[str, dict[str, Any]]:
    """What is lost with these rows and an undo gives back, by client."""
    found = {}
    for row in rows:
        facts = {"to_link": row.to_link, "paused_at": row.paused_at and row.paused_at.isoformat(), "confirmed_code": row.confirmed_code}
        if kept := {name: value for name, value in facts.items() if value}:
            found[str(row.client_id)] = kept
    return found


def remember_choice(connector: Connector, added: AbstractSet[int], removed: AbstractSet[int]) -> None:
    """Whom a person has taken out does not come back by a living selection; whom a person has chosen is not left out any more."""
    for living in LivingSelection.objects.filter(connector=connector):
        left_out = sorted((set(living.left_out) | removed) - added)
        if left_out != living.left_out:
            living.left_out = left_out
            living.save(update_fields=["left_out"])


def change_text(added: int, removed: int) -> str:
    """« Clients : 12 ajoutés, 3 retirés »."""
    parts = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in ((added, "ajouté"), (removed, "retiré")) if count]
    return f"Clients : {', '.join(parts)}"
