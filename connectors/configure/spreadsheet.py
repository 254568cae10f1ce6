"""The cells of an XLSX, XLS or ODS file, read in a child process with little memory and little time.

A workbook of a few kilobytes can name its last possible cell, or inflate to many gigabytes. The reader would then take all memory and
abort, which no `except` catches: only a process of its own can die in its place. Reading the cells' addresses first was tried: each
of the three formats has its own ways around it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from io import BytesIO

MEMORY = 1024**3
"""Bytes of address space. 20,000 rows of 40 columns take a fifth of it."""

SECONDS = 30
LONGEST_CELL = 300
"""Characters that are kept of a cell: more than any value may have, so that a value that is too long is still seen to be."""

MOST_COLUMNS = 200
MOST_CHARACTERS = 30_000_000

UNREADABLE, TOO_LARGE = 3, 4


class SpreadsheetUnreadable(Exception):
    """The file is no workbook, is damaged or protected by a password."""


class SpreadsheetTooLarge(Exception):
    """The workbook needs more memory, time, columns or characters than a list of clients can."""


def read_spreadsheet(content: bytes, most_rows: int) -> list[list[str]]:
    """The first sheet that holds anything, from its first line on: at most `most_rows` rows of text cells."""
    command = [sys.executable, "-I", __file__, str(most_rows)]
    try:
        child = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell, and the one argument is a number
    except subprocess.TimeoutExpired as error:
        raise SpreadsheetTooLarge from error
    if child.returncode == UNREADABLE:
        raise SpreadsheetUnreadable
    if child.returncode:
        raise SpreadsheetTooLarge
    rows: list[list[str]] = json.loads(child.stdout)
    return rows


def text_of(value: object) -> str:
    """A cell as a person reads it: 123.0 is « 123 », a date is ISO, text is what it was."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[: LONGEST_CELL + 1]


def _cells(content: bytes, most_rows: int) -> list[list[str]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 - only the child needs it

    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    for sheet in workbook.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet or sheet.visible != SheetVisibleEnum.Visible:
            continue
        found = workbook.get_sheet_by_name(sheet.name)
        if found.total_width > MOST_COLUMNS:
            sys.exit(TOO_LARGE)
        rows = [[text_of(cell) for cell in row] for row in found.to_python(skip_empty_area=False, nrows=most_rows)]
        if any(any(row) for row in rows):
            return rows
    return []


def _run() -> None:
    import resource  # noqa: PLC0415 - only the child needs it

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        rows = _cells(sys.stdin.buffer.read(), int(sys.argv[1]))
    except MemoryError:
        sys.exit(TOO_LARGE)
    except BaseException as error:  # noqa: BLE001 - a panic of the reader is a BaseException
        sys.exit(error.code if isinstance(error, SystemExit) else UNREADABLE)
    if sum(len(cell) for row in rows for cell in row) > MOST_CHARACTERS:
        sys.exit(TOO_LARGE)
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    _run()
