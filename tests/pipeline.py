"""Watcher and worker in one hand, for tests: `run` does what both would do in the next seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.configure.activation import refresh_folders
from connectors.push.drain import drain_connector
from connectors.push.errands import finish_archives, run_errands
from connectors.push.ownership import FileOwnership
from connectors.push.settle import Door
from connectors.push.watch import Watcher
from connectors.push.worker import Worker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House


class Pipeline:
    """One watcher and one worker at the house, with a partner that answers what a test lays ready."""

    def __init__(self, house: House, partner: FakePartner, locks: Path) -> None:
        self.house, self.partner = house, partner
        limits = partner.limits
        door = Door(timedelta(seconds=2), limits.max_bytes, limits.extensions)
        self.watcher = Watcher(house.store, house.clock, lambda _: door, lambda _: None, timedelta(0))
        self.worker = Worker(FileOwnership(locks), house.store, house.clock)
        refresh_folders(house.connector, house.store)
        self.watcher.look(set())

    def see(self) -> None:
        """The watcher looks until what was dropped has settled."""
        for seconds in (0, 3, 3):
            self.house.clock.forward(seconds=seconds)
            self.watcher.look(set())

    def send(self) -> None:
        """The worker sweeps once."""
        connector = self.house.connector
        connector.refresh_from_db()
        finish_archives(connector.pk, self.worker)
        run_errands(connector.pk, self.partner, self.worker, connector.settings_version)
        drain_connector(connector.pk, self.partner, self.worker, connector.settings_version)

    def run(self) -> None:
        """See, then send."""
        self.see()
        self.send()
