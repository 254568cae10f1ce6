"""Why a chosen client sends nothing, or would not if it were chosen: one reason for each, in the order in which they are repaired."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connectors.models import DepositFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.configure.client_links import Links
    from connectors.models import Connector

OBSTACLES = {
    "a_relier": "À relier",
    "sans_valeur": "Sans valeur",
    "en_double": "Valeur en double",
    "en_pause": "En pause",
    "dossier": "Dossier à vérifier",
    "autre_connecteur": "Déjà surveillé ailleurs",
}
"""The reasons with their French word, in their order."""


def obstacles_of(links: Links, client_ids: Iterable[int], troubled: Mapping[int, str], watched: Mapping[int, str]) -> dict[int, str]:
    """The reason of each of these clients that has one. `troubled` and `watched` come from `troubled_folders` and `watched_by_others`."""
    found: dict[int, str] = {}
    for pk, rule in links.rules_with(client_ids).clients.items():
        if rule.to_link:
            found[pk] = "a_relier"
        elif not rule.code:
            found[pk] = "en_double" if links.values.get(pk, "").strip() else "sans_valeur"
        elif rule.paused:
            found[pk] = "en_pause"
        elif pk in troubled:
            found[pk] = "dossier"
        elif pk in watched:
            found[pk] = "autre_connecteur"
    return found


def counted(obstacles: Mapping[int, str]) -> list[tuple[str, str, int]]:
    """Code, word and number of clients of each reason that there is, in their order."""
    count = Counter(obstacles.values())
    return [(code, word, count[code]) for code, word in OBSTACLES.items() if count[code]]


def troubled_folders(connector: Connector) -> dict[int, str]:
    """What is wrong with a client's watched folder, by client."""
    rows = DepositFolder.objects.filter(deposit_path__connector=connector).exclude(problem="")
    return dict(rows.values_list("client_id", "problem"))
