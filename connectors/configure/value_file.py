"""Values from a file or from the clipboard: matched with the chosen clients, judged cell by cell, saved by nobody here."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.configure.client_columns import FIELD_OF
from connectors.configure.client_finder import FIELDS, ClientFinder, ClientNotFound
from connectors.configure.client_table import (
    MOST_ROWS,
    ROWS_BEFORE_HEADER,
    WORKBOOK_MARKS,
    ClientFileError,
    Line,
    read_lines,
    too_many_rows,
)
from connectors.configure.formula_cells import unguard_cell
from connectors.configure.identifiers import SCIENTIFIC
from connectors.configure.values import clean_value, refusal_of
from connectors.domain.names import fold_for_search

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.configure.values import ChosenClient
    from connectors.models import Attribute

SHOWN = 80
"""Characters of a cell that a message repeats."""

SPREADSHEET_ERRORS = re.compile(r"#(N/A|REF!|VALEUR!|VALUE!|NOM\?|NAME\?|DIV/0!|NOMBRE!|NUM!|NUL!|NULL!)", re.IGNORECASE)


ANY = "any"
"""The column of a list without titles: it may name the client by any of the fields."""


class CellWrong(ValueError):
    """The message is French and stands on the line."""


@dataclass(frozen=True)
class WrongCell:
    """A line that is left out: its number in the file, whom it is about, what the cell says, and what is wrong."""

    line: int
    client: str
    value: str
    message: str


@dataclass
class FoundValues:
    """The values by client; `wrong` cells are not among them. `blank` counts empty cells, which leave the stored value as it is."""

    values: dict[int, str] = field(default_factory=dict)
    wrong: list[WrongCell] = field(default_factory=list)
    blank: int = 0


@dataclass(frozen=True)
class _Layout:
    """Which column says what. Without titles the first column may name the client in any way."""

    value: int
    clients: Mapping[str, int]
    start: int = 0


def read_value_file(
    name: str, content: bytes, attribute: Attribute, clients: Mapping[int, ChosenClient], stored: Mapping[int, str]
) -> FoundValues:
    """A CSV, XLSX, XLS or ODS file. Raises ClientFileError when it cannot be read as a whole."""
    lines = read_lines(name, content)
    return _read(lines if content.startswith(WORKBOOK_MARKS) else _unguarded(lines), attribute, clients, stored)


def read_pasted_values(text: str, attribute: Attribute, clients: Mapping[int, ChosenClient], stored: Mapping[int, str]) -> FoundValues:
    """Two columns as a spreadsheet copies them, or separated by semicolons. Raises ClientFileError."""
    delimiter = "\t" if "\t" in text else ";"
    try:
        rows = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""), delimiter=delimiter)
        lines = [Line(number, tuple(cells)) for number, cells in enumerate(rows, start=1)]
    except csv.Error as error:
        raise ClientFileError("Ce texte ne peut pas être lu : un guillemet n’est sans doute pas fermé.") from error
    lines = [line for line in lines if not line.is_blank]
    if not lines:
        raise ClientFileError("Collez au moins une ligne : le client, puis sa valeur.")
    return _read(_unguarded(lines), attribute, clients, stored)


def _unguarded(lines: Sequence[Line]) -> list[Line]:
    """What came from a CSV file; a workbook says itself which cell is a formula, and needs no mark."""
    return [Line(line.number, tuple(unguard_cell(cell.strip()) for cell in line.cells)) for line in lines]


def _read(lines: Sequence[Line], attribute: Attribute, clients: Mapping[int, ChosenClient], stored: Mapping[int, str]) -> FoundValues:
    layout = _layout(lines, attribute)
    if len(lines) > MOST_ROWS:
        raise too_many_rows()
    found, finder = FoundValues(), ClientFinder(clients.values())
    named: dict[int, list[tuple[Line, str]]] = {}
    for line in lines[layout.start :]:
        value = clean_value(_cell(line, layout.value))
        try:
            pk = _client(line, layout, finder)
            _check(value, stored.get(pk, ""))
        except CellWrong as wrong:
            found.wrong.append(_wrong(line, layout, value, str(wrong)))
        else:
            named.setdefault(pk, []).append((line, value))
    for pk, rows in named.items():
        _take(found, pk, [(line, value) for line, value in rows if value], layout)
        found.blank += sum(not value for _, value in rows)
    found.wrong.sort(key=lambda cell: cell.line)
    return found


def _take(found: FoundValues, pk: int, rows: Sequence[tuple[Line, str]], layout: _Layout) -> None:
    """A client that has two different values in the file keeps the one that is stored."""
    if len({value for _, value in rows}) == 1:
        found.values[pk] = rows[0][1]
        return
    for line, value in rows:
        other = next(row.number for row, text in rows if text != value)
        found.wrong.append(_wrong(line, layout, value, f"Ce client a une autre valeur à la ligne {other} : aucune des deux n’est reprise."))


def _check(value: str, stored: str) -> None:
    """Raises CellWrong."""
    if message := refusal_of(value):
        raise CellWrong(message)
    if SPREADSHEET_ERRORS.fullmatch(value):
        raise CellWrong("Le tableur affiche une erreur à la place de la valeur.")
    if SCIENTIFIC.match(value):
        raise CellWrong("Le tableur a arrondi ce nombre (notation scientifique) : mettez la colonne au format Texte.")
    if value.isdigit() and stored != value and stored.isdigit() and stored.lstrip("0") == value:
        raise CellWrong(f"Les zéros du début sont perdus : la valeur enregistrée est « {stored} ». Mettez la colonne au format Texte.")


def _client(line: Line, layout: _Layout, finder: ClientFinder) -> int:
    try:
        if ANY in layout.clients:
            return finder.find(_cell(line, layout.clients[ANY]))
        return finder.find_row({name: _cell(line, index) for name, index in layout.clients.items()})
    except ClientNotFound as error:
        raise CellWrong(str(error)) from error


def _layout(lines: Sequence[Line], attribute: Attribute) -> _Layout:
    """By the titles, wherever they stand in the first lines; else the client first, then the value. Raises ClientFileError."""
    wanted = {_words(attribute.name), _words(str(attribute)), "valeur"}
    for position, line in enumerate(lines[:ROWS_BEFORE_HEADER]):
        words = [_words(cell) for cell in line.cells]
        fields = {FIELD_OF.get(word, ""): index for index, word in reversed(list(enumerate(words)))}
        value = next((index for index in range(len(words) - 1, 0, -1) if words[index] in wanted), None)
        known = {name: index for name, index in fields.items() if name in FIELDS and index != value}
        if known and value is not None:
            return _Layout(value, known, position + 1)
        if known and position == 0:
            return _Layout(_only_other(words, attribute), known, 1)
    if max(len(line.cells) for line in lines) != 2:  # noqa: PLR2004 - the client and its value
        raise ClientFileError(f"Il faut deux colonnes, le client puis sa valeur, ou une ligne de titres dont un est « {attribute.name} ».")
    return _Layout(1, {ANY: 0})


def _only_other(words: Sequence[str], attribute: Attribute) -> int:
    """The one column whose title says nothing about who the client is. Raises ClientFileError."""
    others = [index for index, word in enumerate(words) if word and word not in FIELD_OF]
    if len(others) != 1:
        raise ClientFileError(f"Aucune colonne ne s’appelle « {attribute.name} » : donnez ce titre à celle des valeurs.")
    return others[0]


def _words(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", fold_for_search(title.replace("°", " "))).strip()


def _cell(line: Line, index: int) -> str:
    return line.cells[index] if index < len(line.cells) else ""


def _wrong(line: Line, layout: _Layout, value: str, message: str) -> WrongCell:
    index = next(iter(layout.clients[name] for name in (ANY, *FIELDS) if name in layout.clients))
    shown = ["".join(char if char.isprintable() else "\ufffd" for char in text)[:SHOWN] for text in (_cell(line, index), value)]
    return WrongCell(line.number, shown[0], shown[1], message)
