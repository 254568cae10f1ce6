"""A supervisor in a process of its own, with children that are a few lines of Python."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
STACK = """
import os, sys
from pathlib import Path
from pushdoc_admin.stack.place import Place, take_lock
from pushdoc_admin.stack.process import Program
from pushdoc_admin.stack.supervisor import Supervisor
from pushdoc_admin.stack.words import StackUnusable, StopRequested, Voice
place = Place.prepare(Path(sys.argv[1]))
try:
    lock = take_lock(place)
except StackUnusable as error:
    sys.exit(str(error))
try:
    with Supervisor(place, dict(os.environ), Voice(), lock) as supervisor:
        for number, code in enumerate(sys.argv[2:]):
            supervisor.add(Program(f"child{number}", [sys.executable, "-c", code], grace_seconds=1.0))
        supervisor.run_forever()
except StopRequested:
    sys.exit(0)
"""


def wait_for(ready: Callable[[], Any], seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := ready()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
    return answer


def is_alive(pid: int) -> bool:
    """A zombie is dead: only its parent has not looked yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TinyStack:
    """Starts children under a supervisor and knows their process ids."""

    def __init__(self, data: Path, *codes: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "-c", STACK, str(data), *codes], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def pids(self) -> dict[str, int]:
        path = self.data / "pids.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def pid_of(self, name: str) -> int:
        return int(wait_for(lambda: self.pids().get(name)))

    def close(self) -> None:
        """Wait for its end, and give its output back."""
        self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()

    def kill(self, number: signal.Signals) -> int:
        """Send it to the supervisor; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)


def owner_of(path: Path) -> int:
    """The number in the file, once it is there."""
    wait_for(path.exists)
    return int(path.read_text())
