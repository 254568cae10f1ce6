"""The rows of deposit paths as a browser sends them. What may stand in them, the use case says, on the field that it concerns."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from connectors.configure.path_row import PathRow
from connectors.domain.paths import KNOWN_PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ROWS = 50
LONGEST_KEPT = 1000
"""Characters of a field that are read: longer than what any field may hold, so that what is too long is still seen to be."""

FIELDS = ("deposit", "archive", "domaine", "type", "sous_type")
NUMBER = re.compile(r"[0-9]{1,18}")
YEARS = range(2000, 2101)
BLANK = PathRow("", "", "", "")
COPY = " - copie"


def typed_rows(data: Mapping[str, str]) -> list[PathRow]:
    """The rows in the order of the page, blank ones included: their fields are named `rows-0-deposit` and so on."""
    total = data.get("rows", "")
    count = min(int(total), MOST_ROWS) if NUMBER.fullmatch(total) else 0
    return [_row(data, f"rows-{number}-") for number in range(count)]


def _row(data: Mapping[str, str], prefix: str) -> PathRow:
    pk = data.get(f"{prefix}pk", "")
    values = {name: data.get(prefix + name, "")[:LONGEST_KEPT] for name in FIELDS}
    return PathRow(**values, pk=int(pk) if NUMBER.fullmatch(pk) else None)


def is_blank(row: PathRow) -> bool:
    """Whether nothing was typed in it."""
    return not any(getattr(row, name).strip() for name in FIELDS)


def typed_date(text: str) -> date | None:
    """A day as a date field sends it; None when it is none, or so far away that it was mistyped."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS and text.isascii() else None


def is_visible(text: str) -> bool:
    """Whether a search could find it at all."""
    return not any(unicodedata.category(char)[0] == "C" for char in text)


def rearranged(rows: list[PathRow], action: str) -> tuple[list[PathRow], str, str]:
    """The rows after a button, the id of the field or button that gets the focus, and what happened, in French. An unknown button does nothing."""
    verb, _, rest = action.partition(":")
    number, _, word = rest.partition(":")
    if verb == "add" and len(rows) < MOST_ROWS:
        return [*rows, BLANK], f"rows-{len(rows)}-deposit", f"Chemin {len(rows) + 1} ajouté."
    at = int(number) if NUMBER.fullmatch(number) else len(rows)
    change = CHANGES.get(verb)
    return change(rows, at, word) if change and at < len(rows) else (rows, "", "")


def _removed(rows: list[PathRow], at: int, _word: str) -> tuple[list[PathRow], str, str]:
    left = rows[:at] + rows[at + 1 :]
    return left, f"remove-{min(at, len(left) - 1)}" if left else "add", f"Chemin {at + 1} retiré."


def _copied(rows: list[PathRow], at: int, _word: str) -> tuple[list[PathRow], str, str]:
    if len(rows) >= MOST_ROWS:
        return rows, "", ""
    copy = replace(rows[at], deposit=rows[at].deposit + COPY if rows[at].deposit else "", pk=None)
    return (
        [*rows[: at + 1], copy, *rows[at + 1 :]],
        f"rows-{at + 1}-deposit",
        f"Chemin {at + 1} copié : donnez un autre dossier à sa copie.",
    )


def _raised(rows: list[PathRow], at: int, _word: str) -> tuple[list[PathRow], str, str]:
    if not at:
        return rows, "", ""
    moved = [*rows[: at - 1], rows[at], rows[at - 1], *rows[at + 1 :]]
    return moved, f"up-{at - 1}" if at > 1 else "down-0", f"Chemin {at + 1} monté en position {at}."


def _lowered(rows: list[PathRow], at: int, _word: str) -> tuple[list[PathRow], str, str]:
    if at + 1 >= len(rows):
        return rows, "", ""
    moved = _raised(rows, at + 1, "")[0]
    return moved, f"down-{at + 1}" if at + 2 < len(rows) else f"up-{at + 1}", f"Chemin {at + 1} descendu en position {at + 2}."


def _inserted(rows: list[PathRow], at: int, word: str) -> tuple[list[PathRow], str, str]:
    if word not in KNOWN_PLACEHOLDERS:
        return rows, "", ""
    changed = replace(rows[at], archive=f"{rows[at].archive}{{{word}}}"[:LONGEST_KEPT])
    return [*rows[:at], changed, *rows[at + 1 :]], f"rows-{at}-archive", f"{{{word}}} ajouté à l’archive du chemin {at + 1}."


CHANGES = {"remove": _removed, "copy": _copied, "up": _raised, "down": _lowered, "insert": _inserted}
