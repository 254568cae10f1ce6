"""Outlives a supervisor that was killed, for long enough to end what it left: `guard.py` reads `+group` and `-group` on its input.

At the end of its input the supervisor is gone: each process group still named gets SIGTERM and, three seconds later, SIGKILL. It holds
the stack's lock meanwhile, so that the next stack starts on data which nobody writes any more. Run by its path with `python -I -S`.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 3.0


def read_groups() -> set[int]:
    """The groups that are alive when the input ends."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    return groups


def signal_groups(groups: set[int], number: signal.Signals) -> set[int]:
    """Send it to each group; the answer is the groups that still exist."""
    alive = set()
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            continue
        alive.add(group)
    return alive


def main() -> None:
    """Wait for the end, then end them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = signal_groups(read_groups(), signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while groups and time.monotonic() < deadline:
        time.sleep(0.05)
        groups = {group for group in groups if _exists(group)}
    signal_groups(groups, signal.SIGKILL)


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
