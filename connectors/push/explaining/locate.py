"""Where a path stands: below the root, in whose folder, in which deposit path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.domain.names import fold, fold_for_search, shown_name
from connectors.domain.paths import contains
from connectors.models import Client, ClientSelection, DepositPath, Push
from connectors.push.files import ledger_text

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A path below the root, exact as the system gives it. `client` is the one whose folder it lies in, if it lies in one."""

    path: str
    client: Client | None

    @property
    def folder(self) -> str:
        """The folder that it stands in; empty for the root."""
        return os.path.dirname(self.path)

    @property
    def name(self) -> str:
        """The name in that folder."""
        return os.path.basename(self.path)

    @property
    def shown(self) -> str:
        """The path with every unsafe character made visible."""
        return shown_name(os.fsencode(self.path))


@dataclass(frozen=True)
class Spot:
    """A deposit path of the client's, and how the place lies to it: `is_folder` itself, `is_below` a sub-folder of it."""

    path: DepositPath
    is_folder: bool
    is_below: bool


def place_of(text: str, root: Path) -> Place | None:
    """The place that a person names by an absolute path, or by one below the root; None when it lies outside. Links above the file are resolved."""
    for base in (str(root), os.path.realpath(root)):
        wanted = os.path.normpath(os.path.join(base, text))
        for candidate in (wanted, os.path.join(os.path.realpath(os.path.dirname(wanted)), os.path.basename(wanted))):
            path = os.path.relpath(candidate, base)
            if path != "." and path.split("/")[0] != "..":
                return Place(path, _client_of(path))
    return None


def _client_of(path: str) -> Client | None:
    """The client whose folder holds the path, the deepest one."""
    first = fold(path.partition("/")[0])
    near = ((pk, folder) for pk, folder in Client.objects.values_list("pk", "folder") if fold(folder).startswith(first))
    holding = [(len(folder), pk) for pk, folder in near if contains(folder, path)]
    return Client.objects.get(pk=max(holding)[1]) if holding else None


def spot_of(place: Place, client: Client) -> Spot | None:
    """The deposit path that the place belongs to: of an active connector that has chosen the client, if there is one."""
    chosen = set(ClientSelection.objects.filter(client=client).values_list("connector_id", flat=True))
    paths = list(DepositPath.objects.select_related("connector"))
    paths.sort(key=lambda path: (not path.connector.active, path.connector_id not in chosen))
    for path in paths:
        folder = f"{client.folder}/{path.deposit}"
        if contains(folder, place.path):
            is_folder = fold(folder) == fold(place.path)
            return Spot(path, is_folder, is_below=not is_folder and fold(folder) != fold(place.folder))
    return None


def right_folders(client: Client) -> list[str]:
    """The deposit folders of the client, below the root: those of active connectors that have chosen it first."""
    paths = DepositPath.objects.filter(connector__selections__client=client).order_by("-connector__active", "position", "pk")
    return list(dict.fromkeys(f"{client.folder}/{path.deposit}" for path in paths))


def rows_at(place: Place) -> list[Push]:
    """All documents that ever stood there, in the deposit folder or in the archive, the newest first. An exact name wins over a similar one."""
    if place.client is None:
        return []
    rows = Push.objects.filter(client=place.client).select_related("client", "connector")
    wanted = fold_for_search(shown_name(os.fsencode(place.name)))[:1000]
    deposited = [push for push in rows.filter(search_name=wanted) if fold(push.folder) == fold(place.folder)]
    exact = [push for push in deposited if bytes(push.name_bytes) == os.fsencode(place.name)]
    alike = [push for push in deposited if fold(os.fsdecode(bytes(push.name_bytes))) == fold(place.name)]
    archived = rows.filter(archive_path__in=_spellings(place, [*rows.values_list("archive_folder", flat=True).distinct()]))
    return sorted({*(exact or alike), *archived}, key=lambda push: (push.seen_at, push.pk), reverse=True)


def _spellings(place: Place, folders: list[str]) -> list[str]:
    """The path as the ledger may have written it: its archive folders in their own spelling, the name as the disk gave it."""
    return [f"{folder}/{ledger_text(place.name)}" for folder in folders if folder and fold(folder) == fold(place.folder)]
