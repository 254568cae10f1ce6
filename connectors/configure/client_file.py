"""A file of clients as a firm exports it: read, cleaned, and judged cell by cell before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.configure.client_cells import CellRefused, clean_closing, clean_folder, clean_name, clean_number, clean_text, folder_for
from connectors.configure.client_columns import split_header
from connectors.configure.client_table import MOST_ROWS, ClientFileError, read_lines, too_many_rows
from connectors.configure.identifiers import IdentifierRefused, check_same_company
from connectors.domain.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectors.configure.client_columns import Column
    from connectors.configure.client_table import Line

__all__ = ["CellError", "ClientFile", "ClientFileError", "ClientRow", "read_client_file"]

SHOWN_VALUE = 80
"""Characters of a wrong value that an error repeats."""

CLEANERS: dict[str, Callable[[str], Any]] = {
    "name": clean_name,
    "folder": clean_folder,
    "group": clean_text,
    "responsible": clean_text,
    "siren": lambda text: clean_number(text, "siren"),
    "siret": lambda text: clean_number(text, "siret"),
    "closing": clean_closing,
}
LABELS = {"name": "Nom", "folder": "Dossier", "siren": "SIREN", "siret": "SIRET"}


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell. `column` is its title in the file."""

    line: int
    column: str
    value: str
    message: str


@dataclass
class ClientRow:
    """One client; a cell that was refused is empty here. `closing` is (day, month); `values` goes by (data model, attribute)."""

    line: int
    name: str = ""
    folder: str = ""
    group: str = ""
    responsible: str = ""
    siren: str = ""
    siret: str = ""
    closing: tuple[int, int] | None = None
    values: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class ClientFile:
    """`fields` are the properties that have a column: what has none is left as it is. `attributes` are the other columns."""

    fields: frozenset[str]
    attributes: tuple[tuple[str, str], ...]
    rows: list[ClientRow] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        """Whether all of it can be stored."""
        return bool(self.rows) and not self.errors

    def errors_of(self, line: int) -> list[CellError]:
        """What is wrong on one line."""
        return [error for error in self.errors if error.line == line]


def read_client_file(name: str, content: bytes) -> ClientFile:
    """The clients of a CSV, XLSX, XLS or ODS file. Raises ClientFileError, and nothing else, when it cannot be read as a whole."""
    columns, lines = split_header(read_lines(name, content))
    if len(lines) > MOST_ROWS:
        raise too_many_rows()
    if not lines:
        raise ClientFileError("Ce fichier nomme des colonnes, mais ne contient aucun client.")
    found = ClientFile(
        frozenset(column.field for column in columns if column.field),
        tuple((column.data_model, column.attribute) for column in columns if not column.field),
    )
    for line in lines:
        row = _read_row(line, columns, found.errors)
        _complete_row(row, columns, found.errors)
        found.rows.append(row)
    _refuse_cells_without_title(lines, columns, found.errors)
    for key in LABELS:
        _refuse_doubles(found.rows, key, columns, found.errors)
    found.errors.sort(key=lambda error: error.line)
    return found


def _read_row(line: Line, columns: Sequence[Column], errors: list[CellError]) -> ClientRow:
    row = ClientRow(line.number)
    for column in columns:
        typed = line.cells[column.index] if column.index < len(line.cells) else ""
        try:
            value = CLEANERS.get(column.field, clean_text)(typed)
        except CellRefused as refusal:
            errors.append(_error(line.number, column.title, typed, str(refusal)))
            continue
        if column.field:
            setattr(row, column.field, value)
        else:
            row.values[column.data_model, column.attribute] = value
    return row


def _complete_row(row: ClientRow, columns: Sequence[Column], errors: list[CellError]) -> None:
    """The SIREN that a SIRET holds, and the folder that a name gives, unless something else was typed there."""
    wrong = {error.column for error in errors[-len(columns) :] if error.line == row.line}
    try:
        check_same_company(row.siren, row.siret)
    except IdentifierRefused as refusal:
        errors.append(_error(row.line, _title("siret", columns), row.siret, str(refusal)))
    if _title("siren", columns) not in wrong:
        row.siren = row.siren or row.siret[:9]
    if _title("folder", columns) not in wrong and row.name:
        row.folder = row.folder or folder_for(row.name)


def _refuse_cells_without_title(lines: Sequence[Line], columns: Sequence[Column], errors: list[CellError]) -> None:
    """Once for each column: such cells would be dropped without a word."""
    titled = {column.index for column in columns}
    told: set[int] = set()
    for line in lines:
        for index, cell in enumerate(line.cells):
            if cell.strip() and index not in titled | told:
                told.add(index)
                errors.append(_error(line.number, f"colonne {index + 1}", cell, "Cette colonne n’a pas de titre : nommez-la ou videz-la."))


def _refuse_doubles(rows: Sequence[ClientRow], key: str, columns: Sequence[Column], errors: list[CellError]) -> None:
    """Two clients never share a name, a folder, a SIREN or a SIRET. The second is told, with the line of the first.

    A SIREN that came from the SIRET column is told by the SIRET alone when both are the same.
    """
    first: dict[str, ClientRow] = {}
    for row in rows:
        value = getattr(row, key)
        if not value:
            continue
        other = first.setdefault(fold(value), row)
        if other is not row and not (key == "siren" and row.siret and row.siret == other.siret):
            message = f"{LABELS[key]} déjà donné à la ligne {other.line} : chaque client a le sien."
            errors.append(_error(row.line, _title(key, columns), value, message))


def _title(key: str, columns: Sequence[Column]) -> str:
    return next((column.title for column in columns if column.field == key), LABELS.get(key, ""))


def _error(line: int, column: str, value: str, message: str) -> CellError:
    shown = "".join(char if char.isprintable() else "\ufffd" for char in value.strip())
    return CellError(line, column, shown[:SHOWN_VALUE], message)
