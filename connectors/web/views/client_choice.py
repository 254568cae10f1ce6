"""What a person has ticked so far, kept in the session until « Valider »: it survives pages and filters, and needs no script.

Only the differences are kept: who comes in meanwhile, chosen by a colleague or by a living selection, is not thrown out by an old page.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q

from connectors.models import Client

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.sessions.backends.base import SessionBase

    from connectors.models import Connector


class ClientChoice:
    """The clients that were ticked and unticked for one connector since the last « Valider »."""

    def __init__(self, session: SessionBase, connector: Connector) -> None:
        self._session, self._connector = session, connector
        self._key = f"client_choice:{connector.pk}"
        kept = session.get(self._key, {})
        self.saved = set(connector.selections.values_list("client_id", flat=True))
        self.added = set(Client.objects.filter(pk__in=kept.get("added", [])).values_list("pk", flat=True)) - self.saved
        self.removed = self.saved & set(kept.get("removed", []))

    @cached_property
    def ids(self) -> set[int]:
        """All that are ticked now."""
        return (self.saved | self.added) - self.removed

    @property
    def changed(self) -> bool:
        """Whether « Valider » would change anything."""
        return bool(self.added or self.removed)

    def condition(self) -> Q:
        """The ticked clients, as a query asks for them."""
        saved = Q(pk__in=self._connector.selections.values("client_id"))
        return (saved & ~Q(pk__in=self.removed)) | Q(pk__in=self.added)

    def add(self, ids: Iterable[int]) -> None:
        """Tick these."""
        new = set(ids)
        self._keep((self.added | new) - self.saved, self.removed - new)

    def remove(self, ids: Iterable[int]) -> None:
        """Untick these."""
        gone = set(ids)
        self._keep(self.added - gone, self.removed | (gone & self.saved))

    def forget(self) -> None:
        """Back to what is saved."""
        self._keep(set(), set())

    def _keep(self, added: set[int], removed: set[int]) -> None:
        if (added, removed) == (self.added, self.removed):
            return
        self.added, self.removed = added, removed
        self.__dict__.pop("ids", None)
        if self.changed:
            self._session[self._key] = {"added": sorted(added), "removed": sorted(removed)}
        else:
            self._session.pop(self._key, None)
