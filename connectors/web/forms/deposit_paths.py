"""The rows of deposit paths as a browser sends them. What may stand in them, the use case says, on the field that it concerns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.configure.deposit_paths import PathRow

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ROWS = 50
LONGEST_KEPT = 1000
"""Characters of a field that are read: longer than what any field may hold, so that what is too long is still seen to be."""

FIELDS = ("deposit", "archive", "domaine", "type", "sous_type")
NUMBER = re.compile(r"[0-9]{1,18}")


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
