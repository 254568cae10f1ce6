"""Keeps the children alive until somebody asks for the end. One thread: a child's life hangs on the thread that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pushdoc_admin.stack.process import Child, Program, end_process, launch
from pushdoc_admin.stack.words import StackUnusable, StopRequested, Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType, TracebackType

    from pushdoc_admin.stack.place import Place

GUARD = Path(__file__).with_name("guard.py")
LOOK_SECONDS = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """A context: inside it children live, at its end none does. `lock` is the descriptor that the guard shares."""

    def __init__(self, place: Place, environment: Mapping[str, str], voice: Voice, lock: int) -> None:
        self.place = place
        self.environment = environment
        self.voice = voice
        self.lock = lock
        self.children: list[Child] = []
        self.stopping = False
        self._told: set[int] = set()
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # under nohup, a closed terminal is no wish
                signal.signal(number, self._ask_stop)
        self._tell_guard()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(self.children):
            child.stop()
        self._tell_guard()
        if self._guard:
            self._guard.communicate()  # the end of its input, with nobody left to end
        self.place.forget()

    def add(self, program: Program) -> Child:
        """Start a program and keep it alive."""
        self.place.rotate_log(program.name)
        child = Child(program, self.environment, self.place.log(program.name))
        child.start()
        self.children.append(child)
        self._publish()
        return child

    def look(self) -> None:
        """One round: who died is started again when its pause is over. Raises `StopRequested`."""
        if self.stopping:
            raise StopRequested
        changed = False
        for child in self.children:
            if child.has_died():
                changed = True
                self._report(child)
            if child.is_due():
                changed = True
                child.start()
        if changed or self._guard is None or self._guard.poll() is not None:
            self._publish()
        time.sleep(LOOK_SECONDS)

    def run_forever(self) -> None:
        """Until `StopRequested`."""
        while True:
            self.look()

    def wait_until(self, ready: Callable[[], bool], seconds: float, what: str, log: str) -> None:
        """Look after everybody until it is ready. After too long: what was waited for, and the end of its log."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                message = f"{what} ne répond pas après {seconds:.0f} s. Fin de {self.place.log(log)} :\n{self.place.tail(log)}"
                raise StackUnusable(message)
            self.look()

    def run(self, command: Sequence[str], *, stdout: int | None = None, stderr: int | None = None) -> int:
        """A command in the foreground, while the others are looked after. Its exit code."""
        process = launch(command, self.environment, stdout=stdout, stderr=stderr)
        self._publish(process.pid)
        try:
            while process.poll() is None:
                self.look()
        finally:
            end_process(process, 5.0)
            self._publish()
        return process.returncode

    def _report(self, child: Child) -> None:
        if child.finished:
            return
        why = f"signal {-child.last_exit}" if child.last_exit is not None and child.last_exit < 0 else f"code {child.last_exit}"
        self.voice.say(f"Le processus « {child.program.name} » s'est arrêté ({why}) : il redémarre. Journal : {child.log}")

    def _publish(self, *others: int) -> None:
        """The guard and `pids.json` know who lives."""
        pids = {child.program.name: child.pid for child in self.children if child.pid}
        self._tell_guard({*pids.values(), *others})
        self.place.write_pids(pids)

    def _tell_guard(self, groups: set[int] | frozenset[int] = frozenset()) -> None:
        if self._guard is None or self._guard.poll() is not None:
            self._told = set()
            self._guard = subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, "-I", "-S", str(GUARD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(self.lock,),
                start_new_session=True,
            )
        changes = [f"-{group}\n" for group in self._told - groups] + [f"+{group}\n" for group in groups - self._told]
        if self._guard.stdin and changes:
            with suppress(BrokenPipeError):  # it was just killed: the next look starts another
                os.write(self._guard.stdin.fileno(), "".join(changes).encode())
        self._told = set(groups)

    def _ask_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.stopping = True
