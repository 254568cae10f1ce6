"""Watching: events say where to look first, a cheap settle pass follows what is being written, a full scan is the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from connectors.domain.names import fold
from connectors.domain.states import PushState
from connectors.models import DepositFolder, Push
from connectors.push.see import see_folder
from connectors.push.settle import settle_push

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.push.settle import Door


RELOAD = timedelta(seconds=2)
"""How often the list of watched folders is read again: a new client or path is noticed in this time."""


@dataclass
class Watcher:
    """One process that looks. `door_of` gives a connector's limits, `wake` hints that a connector has work."""

    store: DepositStore
    clock: Callable[[], datetime]
    door_of: Callable[[int], Door]
    wake: Callable[[int], None]
    scan_every: timedelta
    next_scan_at: datetime | None = None
    next_reload_at: datetime | None = None
    folders: list[DepositFolder] = field(default_factory=list)
    stamps: dict[int, str] = field(default_factory=dict)

    def look(self, changed: set[str]) -> int:
        """One pass: the folders that changed, or all of them when it is time, then what is settling; give how many rows moved."""
        now = self.clock()
        if self.next_reload_at is None or now >= self.next_reload_at:
            self.folders, self.next_reload_at = watched_folders(), now + RELOAD
        again = Q(state=PushState.SETTLING)
        if self.next_scan_at is None or now >= self.next_scan_at:
            self.next_scan_at, self.stamps = now + self.scan_every, {}
            again |= Q(state=PushState.HELD, cause="unreadable")
        seen = sum(see_folder(folder, self.store, now) for folder in self._changed_folders(changed))
        return seen + self._settle(again)

    def _changed_folders(self, changed: set[str]) -> list[DepositFolder]:
        """Named by an event, or with another time of their own than at the last look. Events lose some; a folder's time does not."""
        wanted = {fold(path) for path in changed}
        found = []
        for folder in self.folders:
            stamp = self.store.stamp(folder.folder)
            if not stamp or stamp != self.stamps.get(folder.pk) or (wanted and fold(folder.folder) in wanted):
                found.append(folder)
            self.stamps[folder.pk] = stamp
        return found

    def _settle(self, which: Q) -> int:
        ready: set[int] = set()
        moved = 0
        for push in Push.objects.filter(which, connector__active=True).select_related("connector"):
            if settle_push(push, self.store, self.door_of(push.connector_id), self.clock()):
                moved += 1
                if push.state == PushState.WAITING:
                    ready.add(push.connector_id)
        for connector_id in ready:
            self.wake(connector_id)
        return moved


def watched_folders() -> list[DepositFolder]:
    """All folders of active connectors."""
    return list(DepositFolder.objects.filter(deposit_path__connector__active=True).select_related("client", "deposit_path"))
