"""`python -m connectors.management.chaos.inside`: what needs the run's own database, in a process that has its settings."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

CALM_SECONDS = 5.0
"""Longer than two scans: nothing new is seen, and nothing moves."""


def command(*arguments: str) -> list[str]:
    """How to start it."""
    return [sys.executable, "-m", "connectors.management.chaos.inside", *arguments]


def settle(longest: float) -> dict[str, object]:
    """Wait until nothing moves any more, but not longer than this many seconds."""
    from django.db.models import Q  # noqa: PLC0415 - needs the settings

    from connectors.domain.states import PushState  # noqa: PLC0415 - as above
    from connectors.models import Push  # noqa: PLC0415 - as above

    started = calm_since = time.monotonic()
    moving = Push.objects.in_flight().exclude(Q(state=PushState.UNKNOWN, next_attempt_at=None))
    before = -1
    while (now := time.monotonic()) - started < longest and now - calm_since < CALM_SECONDS:
        count = Push.objects.count()
        if count != before or moving.exists():
            before, calm_since = count, now
        time.sleep(0.5)
    return {"calm": now - calm_since >= CALM_SECONDS, "settle_seconds": round(calm_since - started, 1)}


def main(arguments: list[str]) -> None:
    """`seed PARTNER`, `settle SECONDS` or `judge DROPPED PARTNER KEPT`; the answer is JSON."""
    import django  # noqa: PLC0415 - `command` is for a process that has other settings

    django.setup()
    from connectors.management.chaos.evidence import gather  # noqa: PLC0415 - needs the settings
    from connectors.management.chaos.firm import seed_firm  # noqa: PLC0415 - as above
    from connectors.management.chaos.verdict import judge  # noqa: PLC0415 - as above

    wanted, *values = arguments
    answer: dict[str, object] = {}
    if wanted == "seed":
        seed_firm(values[0])
    elif wanted == "settle":
        answer = settle(float(values[0]))
    else:
        answer = judge(gather(Path(values[0]), values[1], Path(values[2]))).as_json()
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
