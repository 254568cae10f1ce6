"""What a person has typed, pasted or taken over for the values so far: kept in the session until « Valider », whatever page or filter follows."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from connectors.configure.value_file import WrongCell

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django.contrib.sessions.backends.base import SessionBase

    from connectors.configure.value_file import FoundValues
    from connectors.models import Attribute, Connector

MOST_WRONG = 200
"""Wrong cells of a file that are kept to be shown; the count is of all."""


class ValueDraft:
    """Changes of the values of one attribute that are not saved. `seen` is what was stored when each was typed, `links` the ticked new clients.

    `wrong` are cells of the last file or paste that were left out, `wrong_count` how many there were, `blank` how many were empty.
    """

    def __init__(self, session: SessionBase, connector: Connector, attribute: Attribute) -> None:
        self._session, self._key, self._attribute = session, f"values:{connector.pk}", attribute.pk
        kept: dict[str, Any] = session.get(self._key, {})
        if kept.get("attribute") != attribute.pk:
            kept = {}
        self.typed: dict[int, str] = {int(pk): typed for pk, (_, typed) in kept.get("values", {}).items()}
        self.seen: dict[int, str] = {int(pk): seen for pk, (seen, _) in kept.get("values", {}).items()}
        self.links: set[int] = set(kept.get("links", ()))
        self.wrong = [WrongCell(*cell) for cell in kept.get("wrong", ())]
        self.wrong_count: int = kept.get("wrong_count", 0)
        self.blank: int = kept.get("blank", 0)

    @property
    def count(self) -> int:
        """How many clients « Valider » would change."""
        return len(self.typed.keys() | self.links)

    def take(self, values: Mapping[int, str], stored: Mapping[int, str]) -> None:
        """These clients' values are as typed here; what is as stored is no change."""
        for pk, value in values.items():
            if value == stored.get(pk):
                self.typed.pop(pk, None)
                self.seen.pop(pk, None)
            else:
                self.typed[pk] = value
                self.seen.setdefault(pk, stored.get(pk, ""))
        self._keep()

    def take_found(self, found: FoundValues, stored: Mapping[int, str]) -> None:
        """A file or a paste: its right cells are as if typed, its wrong ones are told."""
        self.wrong, self.wrong_count, self.blank = found.wrong[:MOST_WRONG], len(found.wrong), found.blank
        self.take(found.values, stored)

    def tick(self, shown: Collection[int], ticked: Collection[int]) -> None:
        """Among the new clients shown, these are to be linked."""
        self.links = (self.links - set(shown)) | set(ticked)
        self._keep()

    def over(self, stored: Mapping[int, str]) -> dict[int, str]:
        """All values as « Valider » would leave them."""
        return {**stored, **{pk: value for pk, value in self.typed.items() if pk in stored}}

    def forget(self) -> None:
        """Back to what is saved."""
        self._session.pop(self._key, None)
        self.typed, self.seen, self.links, self.wrong, self.wrong_count, self.blank = {}, {}, set(), [], 0, 0

    def _keep(self) -> None:
        if not (self.count or self.wrong_count or self.blank):
            self._session.pop(self._key, None)
            return
        self._session[self._key] = {
            "attribute": self._attribute,
            "values": {str(pk): [self.seen[pk], value] for pk, value in self.typed.items()},
            "links": sorted(self.links),
            "wrong": [list(astuple(cell)) for cell in self.wrong],
            "wrong_count": self.wrong_count,
            "blank": self.blank,
        }
