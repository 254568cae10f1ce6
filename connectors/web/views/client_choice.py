"""What a person has ticked so far, kept in the session until « Valider »: it survives pages and filters, and needs no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.sessions.backends.base import SessionBase

    from connectors.models import Connector


class ClientChoice:
    """The clients ticked for one connector; as long as nothing was changed, those that are saved."""

    def __init__(self, session: SessionBase, connector: Connector) -> None:
        self._session = session
        self._key = f"clients:{connector.pk}"
        self.saved = set(connector.selections.values_list("client_id", flat=True))
        self.ids: set[int] = set(session.get(self._key, self.saved))

    @property
    def changed(self) -> bool:
        """Whether « Valider » would change anything."""
        return self.ids != self.saved

    def add(self, ids: Iterable[int]) -> None:
        """Tick these."""
        self._keep(self.ids | set(ids))

    def remove(self, ids: Iterable[int]) -> None:
        """Untick these."""
        self._keep(self.ids - set(ids))

    def forget(self) -> None:
        """Back to what is saved."""
        self._session.pop(self._key, None)
        self.ids = set(self.saved)

    def _keep(self, ids: set[int]) -> None:
        self.ids = ids
        if ids == self.saved:
            self._session.pop(self._key, None)
        else:
            self._session[self._key] = sorted(ids)
