"""Where a document goes, and what keeps it back: the settings as plain values, the same for production, for a preview and for a replay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.domain.millesime import millesime_of
from connectors.domain.names import fold
from connectors.domain.paths import PathRefused, archive_values, fill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

LAST_RESORT = "DOSSIER COMPTABLE"
"""The archive below the client's folder when a variable of the path makes it one that is not allowed: a document is never left without one."""


@dataclass(frozen=True)
class ClientFacts:
    """What a route needs to know about a client. `folder` is below the root of all clients."""

    pk: int
    name: str
    folder: str
    closing_month: int = 12
    closing_day: int = 31


@dataclass(frozen=True)
class ClientRule:
    """A chosen client. `code` is empty as long as nothing, or more than one client, stands for it at the partner.

    `to_link`: it came by itself, and nobody has linked it yet. `confirmed`: somebody has seen its documents in the right folder.
    """

    code: str = ""
    to_link: bool = False
    paused: bool = False
    confirmed: bool = True


@dataclass(frozen=True)
class PathRule:
    """A deposit path of the connector; `deposit` is below the client's folder."""

    pk: int
    deposit: str
    archive: str
    domaine: str
    type: str
    sous_type: str = ""
    paused: bool = False


@dataclass(frozen=True)
class Destination:
    """Where one document goes: the partner's folder, how it is filed there, and its archive below the root of all clients."""

    code: str
    millesime: int
    domaine: str
    type: str
    sous_type: str
    archive_folder: str


@dataclass(frozen=True)
class Rules:
    """A connector's settings, as far as they decide about documents. `clients` holds the chosen ones only."""

    clients: Mapping[int, ClientRule] = field(default_factory=dict)
    paths: Mapping[int, PathRule] = field(default_factory=dict)
    credentials_refused: bool = False
    checks_first_documents: bool = False
    dry_run: bool = False

    def cause_for(self, client_id: int, path_pk: int | None) -> str:
        """The code of the first cause that keeps a document back, in the order in which they are repaired; empty when it may go."""
        if self.credentials_refused:
            return "credentials"
        return self.cause_for_client(client_id) or self._cause_for_path(path_pk) or self._cause_by_choice(client_id)

    def cause_for_client(self, client_id: int) -> str:
        """The same as far as the client's link goes."""
        rule = self.clients.get(client_id)
        if rule is None:
            return "not_selected"
        if rule.to_link:
            return "to_link"
        return "" if rule.code else "mapping"

    def _cause_for_path(self, path_pk: int | None) -> str:
        if path_pk is None or path_pk not in self.paths:
            return "path"
        return "paused" if self.paths[path_pk].paused else ""

    def _cause_by_choice(self, client_id: int) -> str:
        rule = self.clients[client_id]
        if rule.paused:
            return "paused"
        if self.checks_first_documents and not rule.confirmed:
            return "first_document"
        return "dry_run" if self.dry_run else ""

    def path_at(self, deposit: str) -> PathRule | None:
        """The path whose deposit folder this is, as a forgiving disk would read it."""
        return next((path for path in self.paths.values() if fold(path.deposit) == fold(deposit)), None)

    def destination(self, client: ClientFacts, path: PathRule, day: date) -> Destination:
        """Where a document of this client goes that was deposited on this day (Europe/Paris)."""
        rule = self.clients.get(client.pk, ClientRule())
        year = millesime_of(day, client.closing_month, client.closing_day)
        try:
            below = fill(path.archive, archive_values(day, year, rule.code, client.name))
        except PathRefused:
            below = LAST_RESORT
        return Destination(rule.code, year, path.domaine, path.type, path.sous_type, f"{client.folder}/{below}")


def unique_codes(values: Mapping[int, str]) -> dict[int, str]:
    """Without the values that stand more than once: a clash blocks, it never picks."""
    seen: dict[str, list[int]] = {}
    for client_id, value in values.items():
        seen.setdefault(value.strip().casefold(), []).append(client_id)
    return {ids[0]: values[ids[0]].strip() for key, ids in seen.items() if key and len(ids) == 1}
