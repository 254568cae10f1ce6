# ruff: noqa: E402 - Django is set up before its models are read
"""A process of the product that a test kills: `child.py prepare URI` sets a firm up, `child.py work SECONDS` watches and sends until nothing moves.

It calls what the watcher's command and the worker's sweep call; PUSHDOC_CRASH_AT makes it die on the way. `work SECONDS CALM` makes the file
CALM when nothing moves, and goes on.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from connectors.management.chaos.firm import seed_firm
from connectors.management.commands.watch import door_of
from connectors.models import Push
from connectors.push.watch import Watcher
from connectors.tasks import local_store, sweep


def work(seconds: float, calm_file: str = "") -> int:
    """0 when nothing moves any more; 1 when the time is over."""
    watcher = Watcher(local_store(), timezone.now, door_of, lambda _: None, timedelta(seconds=settings.SCAN_SECONDS))
    ends_at, calm = time.monotonic() + seconds, 0
    while time.monotonic() < ends_at:
        moved = watcher.look(set())
        sweep()
        waits = Push.objects.in_flight().exclude(state="unknown", next_attempt_at=None).exists()
        calm = 0 if moved or waits else calm + 1
        if calm >= 3 and not calm_file:
            return 0
        if calm == 3:
            Path(calm_file).touch()
        time.sleep(0.1)
    return 1


if sys.argv[1] == "prepare":
    call_command("migrate", verbosity=0)
    seed_firm(sys.argv[2])
else:
    sys.exit(work(float(sys.argv[2]), *sys.argv[3:]))
