"""Which of the chosen clients a cell means: by name, folder, SIREN or SIRET, and never one of two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.domain.names import fold, fold_for_search

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.configure.values import ChosenClient

FIELDS = ("name", "folder", "siret", "siren")
MOST_NAMED = 3


class ClientNotFound(ValueError):
    """No client is meant, or more than one could be; the message is French."""


class ClientFinder:
    """Looks clients up among the chosen ones."""

    def __init__(self, clients: Iterable[ChosenClient]) -> None:
        self._names: dict[int, str] = {}
        self._exact: dict[str, dict[str, set[int]]] = {field: {} for field in FIELDS}
        self._forgiving: dict[str, set[int]] = {}
        for client in clients:
            self._names[client.pk] = client.name
            for field in FIELDS:
                if value := getattr(client, field):
                    self._exact[field].setdefault(_key(field, value), set()).add(client.pk)
            for text in {_bare(client.name), _bare(client.folder)}:
                self._forgiving.setdefault(text, set()).add(client.pk)

    def find(self, cell: str) -> int:
        """The client of a cell that may be any of the four. Raises ClientNotFound."""
        text = cell.strip()
        found: set[int] = set()
        for field in FIELDS:
            found |= self._exact[field].get(_key(field, text), set()) if _key(field, text) else set()
        return self._only(found or self._forgiving.get(_bare(text), set()))

    def find_row(self, cells: Mapping[str, str]) -> int:
        """The client that all filled cells of a row mean; `cells` goes by field. Raises ClientNotFound."""
        candidates: set[int] | None = None
        for field in FIELDS:
            if text := cells.get(field, "").strip():
                found = self._exact[field].get(_key(field, text), set())
                if not found and field in {"name", "folder"}:
                    found = self._forgiving.get(_bare(text), set())
                candidates = found if candidates is None else self._agreed(candidates, found)
        return self._only(candidates or set())

    def _agreed(self, one: set[int], other: set[int]) -> set[int]:
        if one and other and not one & other:
            raise ClientNotFound("Les cellules de cette ligne désignent des clients différents.")
        return one & other or one or other

    def _only(self, found: set[int]) -> int:
        if len(found) == 1:
            return next(iter(found))
        if found:
            names = sorted(self._names[pk] for pk in found)
            raise ClientNotFound(f"Plusieurs clients choisis correspondent : {', '.join(names[:MOST_NAMED])}.")
        raise ClientNotFound("Aucun client choisi n’a ce nom, ce dossier, ce SIREN ni ce SIRET.")


def _key(field: str, text: str) -> str:
    return re.sub(r"\D", "", text) if field in {"siren", "siret"} else fold(text.strip())


def _bare(text: str) -> str:
    return " ".join(fold_for_search(text).split())
