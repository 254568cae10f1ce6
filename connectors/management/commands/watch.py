"""`manage.py watch`: the watcher process."""

from __future__ import annotations

import logging
import signal
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from connectors.models import Connector, DepositFolder
from connectors.providers.registry import provider_class
from connectors.push.settle import Door
from connectors.push.watch import Watcher
from connectors.tasks import local_store, wake

if TYPE_CHECKING:
    from typing import NoReturn

logger = logging.getLogger(__name__)

AFTER_TROUBLE_SECONDS = 5


class Command(BaseCommand):
    """Looks at deposit folders until it is told to stop."""

    help = "Surveille les dossiers de dépôt."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until SIGTERM; trouble is logged once and tried again."""
        signal.signal(signal.SIGTERM, _leave)
        _make_own_root()
        while True:
            try:
                _watch()
            except KeyboardInterrupt:
                return
            except Exception:
                logger.exception("The watcher goes on in %s seconds", AFTER_TROUBLE_SECONDS)
                close_old_connections()  # a connection that has failed fails for ever
                time.sleep(AFTER_TROUBLE_SECONDS)


def _make_own_root() -> None:
    """In our own data folder, on the first start; where folders were known, an absent root is an alarm, and never made again."""
    if settings.DOSSIERS_DIR.is_relative_to(settings.DATA_DIR) and not DepositFolder.objects.exclude(place="").exists():
        settings.DOSSIERS_DIR.mkdir(parents=True, exist_ok=True)


def _watch() -> None:
    store = local_store()
    watcher = Watcher(store, timezone.now, door_of, wake, timedelta(seconds=settings.SCAN_SECONDS))
    watcher.look(set())
    for changed in store.changes():
        watcher.look(changed)


def door_of(connector_id: int) -> Door:
    """What this connector's partner takes, after the firm's settle time."""
    limits = provider_class(Connector.objects.values_list("provider", flat=True).get(pk=connector_id)).limits
    return Door(timedelta(seconds=settings.SETTLE_SECONDS), limits.max_bytes, limits.extensions)


def _leave(_signal: int, _frame: Any) -> NoReturn:
    sys.exit(0)
