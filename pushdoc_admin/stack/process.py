"""One child of the stack: started through the launcher, in its own process group, with its output in a log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LAUNCHER = Path(__file__).with_name("launcher.py")
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
# A process that lived this long had started well: its next pause is the first one again.
SETTLED_SECONDS = 30.0


@dataclass(frozen=True)
class Program:
    """What to run. `ends` means that exit 0 is its natural end; everything else that stops is started again."""

    name: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
    ends: bool = False
    # The broker is asked to save; a worker finishes its document.
    grace_seconds: float = 10.0


def launch(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    descriptors: Sequence[int] = (),
    stdout: int | None = None,
    stderr: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command that dies with this process. An output that isn't named is the terminal's."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        pass_fds=tuple(descriptors),
        start_new_session=True,
    )


@dataclass
class Child:
    """A program and, while it lives, its process. The supervisor's loop calls `watch` often."""

    program: Program
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    finished: bool = False
    last_exit: int | None = None
    pause_seconds: float = FIRST_PAUSE_SECONDS
    started_at: float = field(default=0.0)
    due_at: float = field(default=0.0)

    @property
    def pid(self) -> int | None:
        """Also the id of its process group."""
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Start it, its output at the end of its log."""
        output = open_log(self.log)
        try:
            self.process = launch(
                self.program.command, self.environment, descriptors=self.program.descriptors, stdout=output, stderr=output
            )
        finally:
            os.close(output)
        self.started_at = time.monotonic()

    def has_died(self) -> bool:
        """True once for each death. What it left in its group goes with it, and the next start is set."""
        if self.process is None or self.process.poll() is None:
            return False
        self.last_exit = self.process.returncode
        signal_group(self.process.pid, signal.SIGKILL)
        self.process = None
        self.finished = self.program.ends and self.last_exit == 0
        if time.monotonic() - self.started_at >= SETTLED_SECONDS:
            self.pause_seconds = FIRST_PAUSE_SECONDS
        self.due_at = time.monotonic() + self.pause_seconds
        self.pause_seconds = min(self.pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        return True

    def is_due(self) -> bool:
        """It is down, and its pause is over."""
        return self.process is None and not self.finished and time.monotonic() >= self.due_at

    def stop(self) -> None:
        """Ask, wait, then insist."""
        if self.process is None:
            return
        end_process(self.process, self.program.grace_seconds)
        self.process = None
        self.finished = True


def open_log(path: Path) -> int:
    """A descriptor at the end of the log, which only its owner reads."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def end_process(process: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """SIGTERM to the process, and after the grace SIGKILL to its whole group."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def signal_group(group: int, number: signal.Signals) -> None:
    """Nobody left in the group is what is hoped for."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return
