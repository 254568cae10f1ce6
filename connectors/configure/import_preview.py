"""What importing a client file would do: who is new, who changes and how, and which lines cannot be taken. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.configure.client_cells import folder_for
from connectors.configure.client_file import SHOWN_VALUE, CellError
from connectors.domain.names import fold
from connectors.models import AttributeValue, Client

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.configure.client_file import ClientFile, ClientRow

LABELS = {
    "name": "Nom",
    "folder": "Dossier",
    "group": "Groupe",
    "responsible": "Responsable",
    "siren": "SIREN",
    "siret": "SIRET",
    "closing": "Clôture",
}


@dataclass(frozen=True)
class FieldChange:
    """One value that would change. Both are as a screen shows them."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ClientChange:
    """An existing client and what the file says otherwise about it."""

    row: ClientRow
    client: Client
    fields: tuple[FieldChange, ...]


@dataclass
class ImportPreview:
    """Each line of the file stands in one of the four; a wrong line may have several errors."""

    new: list[ClientRow] = field(default_factory=list)
    changed: list[ClientChange] = field(default_factory=list)
    unchanged: list[ClientChange] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)

    @property
    def wrong_lines(self) -> int:
        """How many lines have an error."""
        return len({error.line for error in self.errors})

    @property
    def writes(self) -> bool:
        """Whether anything would be stored."""
        return bool(self.new or self.changed)


class KnownClients:
    """The firm's clients by what a file can name them by, read once."""

    def __init__(self) -> None:
        clients = list(Client.objects.select_related("group"))
        self.by_name = {fold(client.name): client for client in clients}
        self.by_folder = {fold(client.folder): client for client in clients}
        self.by_siren: dict[str, list[Client]] = defaultdict(list)
        for client in clients:
            if client.siren:
                self.by_siren[client.siren].append(client)
        self.values: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
        rows = AttributeValue.objects.values_list("client_id", "attribute__data_model__name", "attribute__name", "value")
        for client_id, model, attribute, value in rows:
            self.values[client_id][fold(model), fold(attribute)] = value

    def match(self, row: ClientRow) -> Client | None:
        """The client that a row means: by its SIREN, else by its folder, else by its name. Raises ConflictError."""
        by_folder, by_name = self.by_folder.get(fold(row.folder)), self.by_name.get(fold(row.name))
        same = self.by_siren.get(row.siren, []) if row.siren else []
        found = next((client for client in (by_folder, by_name) if client in same), same[0] if len(same) == 1 else None)
        if found is None and len(same) > 1:
            raise ConflictError("siren", row.siren, f"{len(same)} clients ont ce SIREN : donnez le nom ou le dossier exact de l’un d’eux.")
        found = found or by_folder or by_name
        if found is None:
            return None
        certain = found in same or (found is by_folder and found is by_name)
        if row.siren and found.siren and row.siren != found.siren and not certain:
            key = "folder" if found is by_folder else "name"
            raise ConflictError(key, getattr(row, key), f"Déjà pris par le client « {found.name} », dont le SIREN est {found.siren}.")
        self._refuse_taken(row, found, {"name": by_name, "folder": by_folder if names_folder(row) else None})
        return found

    @staticmethod
    def _refuse_taken(row: ClientRow, found: Client, holders: dict[str, Client | None]) -> None:
        for key, holder in holders.items():
            if holder is not None and holder != found:
                raise ConflictError(
                    key, getattr(row, key), f"Déjà pris par le client « {holder.name} » : cette ligne désigne « {found.name} »."
                )


class ConflictError(Exception):
    """A row that cannot be told apart from, or agree with, the clients that exist."""

    def __init__(self, key: str, value: str, message: str) -> None:
        super().__init__(message)
        self.key, self.value, self.message = key, value, message


def names_folder(row: ClientRow) -> bool:
    """Whether the line gives a folder of its own. An empty cell was filled with the name, and moves nobody's folder."""
    return row.folder != folder_for(row.name)


def preview_import(client_file: ClientFile) -> ImportPreview:
    """Compare the file with the firm's clients, in a number of queries that does not depend on either."""
    known, preview = KnownClients(), ImportPreview(errors=list(client_file.errors))
    wrong = {error.line for error in client_file.errors}
    taken: dict[int, int] = {}
    for row in client_file.rows:
        if row.line in wrong:
            continue
        try:
            client = _match_once(row, known, taken)
        except ConflictError as conflict:
            preview.errors.append(CellError(row.line, LABELS[conflict.key], conflict.value[:SHOWN_VALUE], conflict.message))
            continue
        _sort_in(preview, row, client, known)
    preview.errors.sort(key=lambda error: error.line)
    return preview


def _match_once(row: ClientRow, known: KnownClients, taken: dict[int, int]) -> Client | None:
    """The client that a row means, unless an earlier line has meant it already."""
    client = known.match(row)
    if client and (line := taken.setdefault(client.pk, row.line)) != row.line:
        raise ConflictError("name", row.name, f"Désigne le même client que la ligne {line} : « {client.name} ».")
    return client


def _sort_in(preview: ImportPreview, row: ClientRow, client: Client | None, known: KnownClients) -> None:
    if client is None:
        preview.new.append(row)
        return
    change = ClientChange(row, client, tuple(_differences(row, client, known.values[client.pk])))
    (preview.changed if change.fields else preview.unchanged).append(change)


def _differences(row: ClientRow, client: Client, values: dict[tuple[str, str], str]) -> Iterable[FieldChange]:
    """An empty cell changes nothing."""
    before = shown_fields(client)
    after = {
        "name": row.name,
        "folder": row.folder if names_folder(row) else "",
        "group": row.group,
        "responsible": row.responsible,
        "siren": row.siren,
        "siret": row.siret,
    }
    after["closing"] = shown_closing(*row.closing) if row.closing else ""
    for key, value in after.items():
        if value and value != before[key]:
            yield FieldChange(LABELS[key], before[key], value)
    for (model, attribute), value in row.values.items():
        old = values.get((fold(model), fold(attribute)), "")
        if value and value != old:
            yield FieldChange(f"{model} / {attribute}", old, value)


def shown_fields(client: Client) -> dict[str, str]:
    """A client's own properties as a screen shows them."""
    group = client.group.name if client.group else ""
    closing = shown_closing(client.closing_day, client.closing_month)
    own = {name: getattr(client, name) for name in ("name", "folder", "responsible", "siren", "siret")}
    return {**own, "group": group, "closing": closing}


def shown_closing(day: int, month: int) -> str:
    """« 31/12 »."""
    return f"{day:02d}/{month:02d}"
