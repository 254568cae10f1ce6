"""The values as a file that a spreadsheet opens, and that can be imported again: CSV or XLSX, with what names each client."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from connectors.configure.formula_cells import guard_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.configure.values import ChosenClient

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
TITLES = ("Client", "Dossier", "SIREN", "SIRET")
WIDTHS = (34, 34, 12, 17, 24)
"""Of the XLSX columns, in characters."""


def export_values(form: str, clients: Iterable[ChosenClient], values: Mapping[int, str], attribute_name: str) -> bytes:
    """The whole file; `form` is csv or xlsx."""
    rows = [(*TITLES, attribute_name)]
    rows += [(client.name, client.folder, client.siren, client.siret, values.get(client.pk, "")) for client in clients]
    return _csv(rows) if form == "csv" else _xlsx(rows)


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    """Semicolons and a byte order mark: what a French Excel reads without asking."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([guard_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[tuple[str, ...]]) -> bytes:
    """Every cell is text, so that no leading zero is lost and nothing is computed."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Valeurs")
        as_text, title = workbook.add_format({"num_format": "@"}), workbook.add_format({"bold": True, "num_format": "@"})
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width, as_text)
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, as_text if number else title)
    return content.getvalue()
