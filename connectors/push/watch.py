"""Watching: events say where to look first, a cheap settle pass follows what is being written, a full scan is the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from connectors.domain.names import fold
from connectors.domain.states import PushState
from connectors.models import DepositFolder, Push
from connectors.push.see import see_folder
from connectors.push.settle import settle_push

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from connectors.deposits.base import DepositStore
    from connectors.push.settle import Door


@dataclass
class Watcher:
    """One process that looks. `door_of` gives a connector's limits, `wake` hints that a connector has work."""

    store: DepositStore
    clock: Callable[[], datetime]
    door_of: Callable[[int], Door]
    wake: Callable[[int], None]
    scan_every: timedelta
    next_scan_at: datetime | None = field(default=None)

    def look(self, changed: set[str]) -> int:
        """One pass: the changed folders, or all of them when it is time, then what is settling; give how many rows moved."""
        now = self.clock()
        if self.next_scan_at is None or now >= self.next_scan_at:
            folders = list(watched_folders())
            self.next_scan_at = now + self.scan_every
            again = Q(state=PushState.SETTLING) | Q(state=PushState.HELD, cause="unreadable")
        else:
            folders = folders_named(changed) if changed else []
            again = Q(state=PushState.SETTLING)
        seen = sum(see_folder(folder, self.store, now) for folder in folders)
        return seen + self._settle(again)

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


def folders_named(changed: set[str]) -> list[DepositFolder]:
    """The watched ones among these paths, however their names are composed on disk."""
    wanted = {fold(path) for path in changed}
    return [folder for folder in watched_folders() if fold(folder.folder) in wanted]
