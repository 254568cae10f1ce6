"""A trial with the product's own processes: workers, watcher, beat and broker that a test starts, kills, freezes and asks from outside."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from pushdoc_admin.stack.broker import SOCKET_NAME, answers_ping, broker_program, broker_url
from pushdoc_admin.stack.process import launch, open_log
from pushdoc_admin.stack.programs import QUIET_CELERY, beat_program, manage, watcher_program, worker_program
from tests.crash.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pushdoc_admin.stack.process import Program

FULL = os.environ.get("PUSHDOC_FULL") == "1"
"""The sizes of the fault matrix, not those of a quick run."""

NEVER = "3600"
"""Seconds between two sweeps where only a message may bring work."""


@dataclass
class StackTrial(Trial):
    """Everything that it starts is ended by `end`. Without a broker of its own, the product finds nobody at its address."""

    runtime: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="pd-")))
    more: dict[str, str] = field(default_factory=dict)
    way: Callable[[str], str] | None = None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kept: list[tuple[subprocess.Popen[bytes], Callable[[], subprocess.Popen[bytes]]]] = field(default_factory=list)

    def door(self) -> str:
        """The partner's address, or what stands in front of it."""
        return self.way(self.url) if self.way else self.url

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "REDIS_URL": broker_url(self.runtime),
            "PUSHDOC_SWEEP_SECONDS": "0.5",
            "PUSHDOC_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        return {**super().environment, **ours, **self.more}

    def end(self) -> None:
        for process in self.processes:
            stop_now(process)
        shutil.rmtree(self.runtime, ignore_errors=True)
        super().end()

    def start(self, program: Program, **more: str) -> subprocess.Popen[bytes]:
        """One of the product's programs, its output in a log of its name."""
        log = open_log(self.place / f"{program.name}.log")
        process = launch(program.command, {**self.environment, **more}, descriptors=program.descriptors, stdout=log, stderr=log)
        os.close(log)
        self.processes.append(process)
        return process

    def keep(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        """Start it, and again at each `look` that finds it ended, as the supervisor does."""
        self.kept.append((start(), start))

    def look(self) -> None:
        self.kept = [(start() if process.poll() is not None else process, start) for process, start in self.kept]

    def start_worker(self, number: int = 1, **more: str) -> subprocess.Popen[bytes]:
        """As in the embedded default: threads."""
        return self.start(worker_program(number), **more)

    def start_prefork(self, number: int = 1, **more: str) -> subprocess.Popen[bytes]:
        """As in production: children that are forked."""
        command = [*worker_program(number).command]
        at = command.index("--pool")
        command[at + 1] = "prefork"
        command[command.index("--concurrency") + 1] = "2"
        assert set(QUIET_CELERY) <= set(command)
        return self.start(replace(worker_program(number), command=command), **more)

    def start_watcher(self, **more: str) -> subprocess.Popen[bytes]:
        return self.start(watcher_program(), **more)

    def start_beat(self, name: str = "beat", **more: str) -> subprocess.Popen[bytes]:
        folder = self.place / name
        folder.mkdir(exist_ok=True)
        return self.start(replace(beat_program(folder), name=name), **more)

    def start_broker(self, *, keeping: bool = True, **options: str) -> subprocess.Popen[bytes]:
        """A real Valkey on this trial's socket; one that keeps nothing is empty at each start."""
        program = broker_program(self.place, self.runtime)
        chosen = {**({} if keeping else {"appendonly": "no"}), **options}
        command = [*program.command, *(word for name, value in chosen.items() for word in (f"--{name.replace('_', '-')}", value))]
        process = self.start(replace(program, command=command))
        wait_for(lambda: answers_ping(self.runtime), 10, "the broker")
        return process

    def run_manage(self, *arguments: str, **more: str) -> None:
        """A management command, to its end."""
        subprocess.run(manage(*arguments), env={**self.environment, **more}, check=True, capture_output=True, timeout=60)

    def tell_broker(self, *words: bytes | str) -> bytes:
        """One command; what it answered first."""
        said = [word if isinstance(word, bytes) else word.encode() for word in words]
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.runtime / SOCKET_NAME))
            client.sendall(b"*%d\r\n" % len(said) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in said))
            return client.recv(65536)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the ledger says. Raises the driver's error while it cannot be asked."""
        if self.database_url.startswith("sqlite"):
            file = self.database_url.removeprefix("sqlite:///")
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(self.database_url, autocommit=True, connect_timeout=5) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]

    def states(self) -> Counter[str]:
        return Counter(state for (state,) in self.rows("SELECT state FROM connectors_push"))

    def state_of(self, name: str) -> str:
        found = self.rows(f"SELECT state FROM connectors_push WHERE name = '{name}'")
        return str(found[0][0]) if found else ""

    def ever(self, state: str) -> int:
        """How many moves into this state there were."""
        return int(self.rows(f"SELECT COUNT(*) FROM connectors_event WHERE kind = 'push.{state}'")[0][0])

    def deaths(self) -> int:
        """Documents that a worker had in its hands when it died, each as often as that happened."""
        return int(self.rows("SELECT COALESCE(SUM(deaths), 0) FROM connectors_push")[0][0])

    def wait_published(self, seconds: float, count: int | None = None) -> None:
        """Until all that was dropped is published, or so many of it."""
        wanted = len(self.dropped) if count is None else count

        def are_published() -> bool:
            self.look()
            return self.states()["published"] >= wanted

        wait_for(are_published, seconds, lambda: f"{wanted} published ({self.told()})")

    def assert_all_published(self) -> None:
        """By the partner's and the disk's word: each document once."""
        wrong = {name: said for name, said in self.verdict().items() if said != "published"}
        assert not wrong, wrong

    def told(self) -> str:
        """How it stands, for whoever reads why a test failed."""
        try:
            states = str(dict(self.states()))
            states += "".join(
                f"\n{row}" for row in self.rows("SELECT kind, push_id, text FROM connectors_event WHERE kind = 'push.unknown'")
            )
            if not self.database_url.startswith("sqlite"):
                states += str(
                    self.rows("SELECT pid, state, query, pg_blocking_pids(pid) FROM pg_stat_activity WHERE datname = current_database()")
                )
        except (psycopg.Error, sqlite3.Error) as error:
            states = f"the ledger cannot be asked: {error}"
        logs = (f"── {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in self.place.glob("*.log"))
        return "\n".join([states, *logs])


@contextmanager
def dropping(trial: StackTrial, count: int, per_second: float, client: str | None = None) -> Iterator[Callable[[], bool]]:
    """Give it turns (`step()` is True while something is left): documents are dropped as time goes by, so that work and trouble meet."""
    begun, state = time.monotonic(), {"dropped": 0}

    def step() -> bool:
        while state["dropped"] < min(count, (time.monotonic() - begun) * per_second):
            state["dropped"] += 1
            trial.drop(f"facture {state['dropped']:04}.pdf", *([client] if client else []))
        return state["dropped"] < count

    yield step


def wait_for(condition: Callable[[], Any], seconds: float, what: str | Callable[[], str]) -> None:
    """Look until it is true; a database that is being restarted is asked again."""
    ends_at = time.monotonic() + seconds
    while True:
        with suppress(psycopg.OperationalError, sqlite3.OperationalError):
            if condition():
                return
        if time.monotonic() > ends_at:
            message = f"after {seconds:.0f} s still waiting for {what() if callable(what) else what}"
            raise AssertionError(message)
        time.sleep(0.1)


def stop_now(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to it and its children, also while it sleeps."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_asleep(pid: int) -> bool:
    """Stopped by SIGSTOP."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    return False


def children_of(pid: int) -> list[int]:
    """Processes that it has forked."""
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def draw(seed: str) -> random.Random:
    """Chance that can be had again."""
    return random.Random(seed)
