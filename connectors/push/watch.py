"""Watching: events say where to look first, a cheap settle pass follows what is being written, a full scan is the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from connectors.domain.names import fold
from connectors.domain.states import PushState
from connectors.models import DepositFolder, Push
from connectors.push.rounds import Round
from connectors.push.see import see_folder
from connectors.push.settle import LOOKED_AT_AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.models.push import PushQuerySet
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
    rounds: dict[tuple[int, str], Round] = field(default_factory=dict)

    def look(self, changed: set[str]) -> int:
        """One pass: the folders that changed, or all of them when it is time, then what is settling; give how many rows moved."""
        now = self.clock()
        if is_time(self.next_reload_at, now, RELOAD):
            self.folders, self.next_reload_at = watched_folders(), now + RELOAD
        if full := is_time(self.next_scan_at, now, self.scan_every):
            self.next_scan_at, self.stamps = now + self.scan_every, {}
        seen = sum(see_folder(folder, self.store, now) for folder in self._changed_folders(changed, full=full))
        return seen + self._settle(full=full)

    def _changed_folders(self, changed: set[str], *, full: bool) -> list[DepositFolder]:
        """Named by an event, or with another time of their own than at the last look. Events lose some; a folder's time does not.

        A folder in trouble without a time of its own, for instance an absent one, is only looked for by the full scan.
        """
        wanted = {fold(path) for path in changed}
        found = []
        for folder in self.folders:
            stamp = self.store.stamp(folder.folder)
            is_other = stamp != self.stamps.get(folder.pk) if stamp else not folder.problem
            if full or is_other or (wanted and fold(folder.folder) in wanted):
                found.append(folder)
            self.stamps[folder.pk] = stamp
        return found

    def _settle(self, *, full: bool) -> int:
        moved = 0
        for connector_id in {folder.deposit_path.connector_id for folder in self.folders}:
            door = self.door_of(connector_id)
            rows = Push.objects.filter(connector_id=connector_id, connector__active=True)
            changed = self._round(connector_id, "settling").settle(resting(rows, door, self.clock()), self.store, door, self.clock)
            if full:
                held = rows.filter(state=PushState.HELD, cause__in=LOOKED_AT_AGAIN)
                changed += self._round(connector_id, "held").settle(held, self.store, door, self.clock)
            if any(push.state == PushState.WAITING for push in changed):
                self.wake(connector_id)
            moved += len(changed)
        return moved

    def _round(self, connector_id: int, kind: str) -> Round:
        return self.rounds.setdefault((connector_id, kind), Round())


def resting(rows: PushQuerySet, door: Door, now: datetime) -> PushQuerySet:
    """What has rested for the settle time; and what was seen in the future, by a clock that has been set back since."""
    rested = Q(identity_at__lte=now - door.settle_time) | Q(identity_at__gt=now)
    return rows.filter(rested, state=PushState.SETTLING)


def is_time(planned: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether the moment has come. One that lies further ahead than it was ever set belongs to a clock that has been set back since."""
    return planned is None or now >= planned or planned - now > every


def watched_folders() -> list[DepositFolder]:
    """All folders of active connectors."""
    return list(DepositFolder.objects.filter(deposit_path__connector__active=True).select_related("client", "deposit_path"))
