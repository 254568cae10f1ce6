"""One line of the deposit paths, as somebody typed it or as it is stored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PathRow:
    """`pk` names the stored row that it changes."""

    deposit: str
    archive: str
    domaine: str
    type: str
    sous_type: str = ""
    pk: int | None = None
