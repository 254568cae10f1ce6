"""Becomes a child of the stack: `launcher.py SUPERVISOR_PID COMMAND…` asks to die with the supervisor, then turns into the command.

Run by its path with `python -I -S`, so that it starts at once. In the child and not in a `preexec_fn`, which isn't safe beside threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(expected_parent: int) -> None:
    """Ask the kernel for SIGTERM when the parent dies (Linux; elsewhere the guard alone sees to it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != expected_parent:  # it died before the wish was heard
        sys.exit(1)


def main() -> None:
    """The wish outlives `exec`, and the process id stays the one that the supervisor knows."""
    die_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the supervisor's own command, and no shell


if __name__ == "__main__":
    main()
