"""The lines and cells of a client file, whatever program wrote it: CSV, XLSX, XLS or ODS."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from connectors.configure.spreadsheet import SpreadsheetTooLarge, SpreadsheetUnreadable, read_spreadsheet
from connectors.domain.names import extension_of

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 20_000
ROWS_BEFORE_HEADER = 10
"""Lines that a title or a logo may take above the names of the columns."""

TEXT_FORMATS = {"csv", "txt", "tsv"}
WORKBOOK_FORMATS = {"xlsx", "xlsm", "xls", "ods"}
WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class ClientFileError(Exception):
    """The file as a whole cannot be read; the message is French and fit for a screen."""


@dataclass(frozen=True)
class Line:
    """One line with the number that the program of its author shows."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands on it."""
        return not any(cell.strip() for cell in self.cells)


def read_lines(name: str, content: bytes) -> list[Line]:
    """The lines that are not blank, with their cells as text. Raises ClientFileError."""
    if len(content) > LARGEST_FILE:
        raise ClientFileError(f"Ce fichier est trop gros : {LARGEST_FILE // 1024**2} Mo au plus.")
    if not content.strip():
        raise ClientFileError("Ce fichier est vide.")
    lines = [line for line in _read(extension_of(name), content) if not line.is_blank]
    if not lines:
        raise ClientFileError("Ce fichier ne contient aucune ligne.")
    if len(lines) > MOST_ROWS + ROWS_BEFORE_HEADER:
        raise too_many_rows()
    return lines


def too_many_rows() -> ClientFileError:
    """The same words wherever it is noticed."""
    return ClientFileError(f"Ce fichier compte trop de lignes : {MOST_ROWS:_} au plus.".replace("_", "\u202f"))


def _read(extension: str, content: bytes) -> list[Line]:
    """A workbook that was named .csv is read as what it is; the name only decides what is told when nothing else does."""
    if extension not in TEXT_FORMATS | WORKBOOK_FORMATS:
        raise ClientFileError("Ce format n’est pas reconnu : enregistrez le fichier en CSV, XLSX, XLS ou ODS.")
    if content.startswith(WORKBOOK_MARKS):
        return _read_workbook(content)
    if extension in WORKBOOK_FORMATS and b"\0" in content:
        raise ClientFileError("Ce fichier ne peut pas être lu : il est abîmé, ou n’est pas un classeur.")
    return _read_csv(content)


def _read_workbook(content: bytes) -> list[Line]:
    try:
        rows = read_spreadsheet(content, MOST_ROWS * 2)
    except SpreadsheetTooLarge as error:
        raise ClientFileError("Ce classeur est trop grand : ne gardez que la liste des clients, sur une feuille.") from error
    except SpreadsheetUnreadable as error:
        raise ClientFileError("Ce classeur ne peut pas être lu : il est abîmé, ou protégé par un mot de passe.") from error
    return [Line(number, tuple(cells)) for number, cells in enumerate(rows, start=1)]


def _read_csv(content: bytes) -> list[Line]:
    text = _decode(content)
    if "\0" in text:
        raise ClientFileError("Ce fichier ne peut pas être lu : ce n’est pas un fichier CSV.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    lines: list[Line] = []
    started = 1
    try:
        for cells in reader:
            lines.append(Line(started, tuple(cells)))
            started = reader.line_num + 1
            if len(lines) > MOST_ROWS * 2:
                raise too_many_rows()
    except csv.Error as error:
        raise ClientFileError(f"La ligne {started} ne peut pas être lue : un guillemet n’est sans doute pas fermé.") from error
    return lines


def _decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark (« Texte Unicode » of Excel), else the Windows code page."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """The candidate that cuts the first lines most often, outside quotes. `csv.Sniffer` guesses letters for such files."""
    sample = [line for line in text[:20_000].splitlines() if line.strip()][:ROWS_BEFORE_HEADER]
    outside = "".join(part for line in sample for part in line.split('"')[::2])
    return max(";\t,", key=outside.count)
