"""Importing a file of clients: all of it in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.import_preview import ImportPreview, names_folder, preview_import
from connectors.configure.living_selections import follow_all
from connectors.configure.settings_change import note_change
from connectors.domain.names import fold, fold_for_search
from connectors.models import Attribute, AttributeValue, Client, ClientGroup, Connector, DataModel, DepositFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connectors.configure.client_file import ClientFile, ClientRow

__all__ = ["ImportBlocked", "ImportPreview", "ImportResult", "apply_import", "preview_import"]

BATCH = 500


class ImportBlocked(Exception):
    """Some lines are wrong, and nobody said to leave them out. Nothing was stored."""

    def __init__(self, preview: ImportPreview) -> None:
        super().__init__("Des lignes sont à corriger : rien n’a été importé.")
        self.preview = preview


@dataclass
class ImportResult:
    """How many clients came, changed or stayed, how many lines were left out, and which connectors it concerns."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    connectors: list[Connector] = field(default_factory=list)


def apply_import(client_file: ClientFile, now: datetime, actor: Any, *, only_valid: bool = False) -> ImportResult:
    """Store the file's clients. An empty cell changes nothing. Raises ImportBlocked when a line is wrong, unless `only_valid`.

    The caller then watches the settings of the result's connectors again, and wakes them.
    """
    with transaction.atomic():
        preview = preview_import(client_file)
        if preview.errors and not only_valid:
            raise ImportBlocked(preview)
        groups = _groups(row.group for row in _rows(preview))
        clients = {row.line: _filled(Client(folder=row.folder), row, groups) for row in preview.new}
        Client.objects.bulk_create(list(clients.values()), batch_size=BATCH)
        moved = [change.client.pk for change in preview.changed if names_folder(change.row) and change.row.folder != change.client.folder]
        clients |= {change.row.line: _filled(change.client, change.row, groups) for change in preview.changed}
        for change in preview.changed:
            change.client.save()
        DepositFolder.objects.filter(client_id__in=moved).update(baselined_at=None, place="")
        written = _write_values(_rows(preview), clients)
        connectors = _note_values(written, now, actor) + list(Connector.objects.filter(active=True, clients__in=moved).distinct())
        connectors += follow_all(now)
    return ImportResult(
        len(preview.new),
        len(preview.changed),
        len(preview.unchanged),
        preview.wrong_lines,
        list({row.pk: row for row in connectors}.values()),
    )


def _rows(preview: ImportPreview) -> list[ClientRow]:
    return [*preview.new, *(change.row for change in preview.changed)]


def _groups(names: Iterable[str]) -> dict[str, ClientGroup]:
    """The groups by their folded name, made where they lack."""
    groups = {fold(group.name): group for group in ClientGroup.objects.all()}
    for name in names:
        if name and fold(name) not in groups:
            groups[fold(name)] = ClientGroup.objects.create(name=name)
    return groups


def _filled(client: Client, row: ClientRow, groups: dict[str, ClientGroup]) -> Client:
    client.name = row.name
    client.folder = row.folder if names_folder(row) else client.folder
    client.responsible = row.responsible or client.responsible
    client.siren, client.siret = row.siren or client.siren, row.siret or client.siret
    client.group = groups[fold(row.group)] if row.group else client.group
    if row.closing:
        client.closing_day, client.closing_month = row.closing
    client.search_text = fold_for_search(f"{client.name} {client.siren} {client.siret} {client.folder}")[:700]
    return client


Written = dict[int, dict[int, tuple[str, str]]]
"""By attribute and client: the value before and after."""


def _write_values(rows: list[ClientRow], clients: dict[int, Client]) -> Written:
    """Store what the attribute columns say; give what changed."""
    attributes = _attributes({key for row in rows for key, value in row.values.items() if value})
    wanted = {
        (attributes[fold(model), fold(name)].pk, clients[row.line].pk): value
        for row in rows
        for (model, name), value in row.values.items()
        if value
    }
    known = {
        (attribute, client): value
        for attribute, client, value in AttributeValue.objects.filter(attribute__in=[row.pk for row in attributes.values()]).values_list(
            "attribute_id", "client_id", "value"
        )
    }
    changed = {key: value for key, value in wanted.items() if known.get(key) != value}
    AttributeValue.objects.bulk_create(
        [AttributeValue(attribute_id=attribute, client_id=client, value=value) for (attribute, client), value in changed.items()],
        batch_size=BATCH,
        update_conflicts=True,
        update_fields=["value"],
        unique_fields=["attribute", "client"],
    )
    written: Written = {}
    for (attribute, client), value in changed.items():
        written.setdefault(attribute, {})[client] = (known.get((attribute, client), ""), value)
    return written


def _attributes(keys: set[tuple[str, str]]) -> dict[tuple[str, str], Attribute]:
    """The attributes by the folded names of their data model and their own, made where they lack."""
    models = {fold(model.name): model for model in DataModel.objects.all()}
    found = {(fold(row.data_model.name), fold(row.name)): row for row in Attribute.objects.select_related("data_model")}
    for model, name in sorted(keys):
        if (fold(model), fold(name)) in found:
            continue
        if fold(model) not in models:
            models[fold(model)] = DataModel.objects.create(name=model)
        found[fold(model), fold(name)] = Attribute.objects.create(data_model=models[fold(model)], name=name)
    return {(fold(model), fold(name)): found[fold(model), fold(name)] for model, name in keys}


def _note_values(written: Written, now: datetime, actor: Any) -> list[Connector]:
    """A connector whose clients are linked by such an attribute may go on with what it held."""
    connectors = Connector.objects.filter(mapping__attribute__in=list(written)).select_related("mapping").prefetch_related("selections")
    concerned = []
    for connector in connectors:
        chosen = {selection.client_id for selection in connector.selections.all()}
        attribute = connector.mapping.attribute_id
        values = {str(client): list(change) for client, change in written[attribute].items() if client in chosen}
        if count := len(values):
            text = f"Valeurs importées pour {count} client{'s' if count > 1 else ''}"
            note_change(connector, "attribute", now, actor, text, attribute=attribute, values=values)
            concerned.append(connector)
    return concerned
