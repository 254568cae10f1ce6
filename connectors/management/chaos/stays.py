"""Where everything is, by what it can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.domain.states import FINAL, PushState
from connectors.management.chaos.journal import KEPT

if TYPE_CHECKING:
    from connectors.management.chaos.evidence import Evidence, Row


class Stays:
    """Indexes over the evidence."""

    def __init__(self, evidence: Evidence) -> None:
        self.versions = {version.sha256: version for version in evidence.dropped}
        self.files = evidence.files
        self.rows = {row.reference: row for row in evidence.rows}
        self.references = {item.reference for item in evidence.stored}
        self.archived = {row.path for row in evidence.rows if row.state == PushState.PUBLISHED}
        self.at_partner: dict[str, set[str]] = {}
        for item in evidence.stored:
            self.at_partner.setdefault(item.sha256, set()).add(item.reference)
        self.on_disk: dict[str, list[str]] = {}
        for path, sha256 in evidence.files.items():
            self.on_disk.setdefault(sha256, []).append(path)
        self.undecided = {row.sha256 for row in evidence.rows if row.undecided}
        self._living = {row.path: row for row in evidence.rows if row.state not in FINAL}

    def living(self, path: str) -> Row | None:
        """The row that says what becomes of this file in its deposit folder."""
        return self._living.get(path)

    def may_be_gone(self, row: Row) -> bool:
        """Whether the dropper itself took this row's file away."""
        version = self.versions.get(row.sha256)
        return version is not None and (version.fate != KEPT or version.moved)
