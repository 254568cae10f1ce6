"""Where a run happens: a temporary place, and in it the partner, the database, the broker and the product's own processes, all guarded."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import requests

from connectors.management.chaos.inside import command
from connectors.management.chaos.partner_faults import fault_rules
from connectors.management.chaos.postgres import SUPERUSER, answers, database_url, make_cluster
from connectors.management.chaos.short_contract import write_short_contract
from pushdoc_admin.stack.address import pick_free_port
from pushdoc_admin.stack.broker import SOCKET_NAME, answers_ping, broker_program, broker_url
from pushdoc_admin.stack.place import Place, make_runtime_folder, take_lock
from pushdoc_admin.stack.process import open_log
from pushdoc_admin.stack.programs import beat_program, child_environment, manage, simulator_program, watcher_program, worker_program
from pushdoc_admin.stack.supervisor import Supervisor
from pushdoc_admin.stack.words import StackUnusable, Voice

if TYPE_CHECKING:
    from types import TracebackType

    from connectors.management.chaos.wish import Wish
    from pushdoc_admin.stack.process import Child

READY_SECONDS = 60.0
SHORT_TIMES = {
    "PUSHDOC_SETTLE_SECONDS": "0.3",
    "PUSHDOC_SCAN_SECONDS": "2",
    "PUSHDOC_SWEEP_SECONDS": "1",
    "PUSHDOC_ERRAND_SECONDS": "2",
}
NOT_OURS = ("PUSHDOC_", "DATABASE_URL", "REDIS_URL", "ILLINKS_", "DJANGO_SETTINGS_MODULE", "PG")


@dataclass(frozen=True)
class Minutes(Voice):
    """What the supervisor says goes to a file of the run: deaths are what this is about."""

    path: Path = Path("supervisor.log")

    def say(self, text: str) -> None:
        """One line with its moment."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {text}\n")


@dataclass
class Arena:
    """A context: at its end no process is left. `folder` is removed unless it is to be kept."""

    wish: Wish
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="pushdoc-chaos-")))
    partner: str = ""

    def __post_init__(self) -> None:
        self.folder.chmod(0o711)  # PostgreSQL's user passes through
        self.place = Place.prepare(self.folder / "data")
        self.lock = take_lock(self.place)
        self.runtime = make_runtime_folder(self.place.data)
        self.database = self.folder / "pg"
        self.supervisor = Supervisor(self.place, self._environment(), Minutes(path=self.place.log("supervisor")), self.lock)

    def _environment(self) -> dict[str, str]:
        base = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)} | SHORT_TIMES
        base["ILLINKS_CONTRACT"] = str(self.contract)
        if self.wish.database == "postgres":
            base |= {"DATABASE_URL": database_url(self.database), "PGUSER": SUPERUSER}
        return child_environment(base, self.place.data, broker_url(self.runtime))

    @property
    def contract(self) -> Path:
        """The partner's contract in this run."""
        return self.place.data / "contract.toml"

    @property
    def dossiers(self) -> Path:
        """The root of all clients."""
        return self.place.data / "dossiers"

    @property
    def dropped(self) -> Path:
        """The dropper's journal."""
        return self.place.data / "dropped.jsonl"

    def __enter__(self) -> Self:
        self.supervisor.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for child in self.supervisor.children:
            wake_up(child)
        self.supervisor.__exit__(kind, error, trace)
        shutil.rmtree(self.runtime, ignore_errors=True)
        os.close(self.lock)

    def open(self) -> None:
        """The database, the partner and the firm; then everything that works on documents. Raises StackUnusable."""
        write_short_contract(self.contract, self.wish.partner, look_up=not self.wish.without_look_up)
        if self.wish.database == "postgres":
            self.supervisor.add(make_cluster(self.database))
            self.supervisor.wait_until(lambda: answers(self.database), READY_SECONDS, "PostgreSQL", "database")
        self._manage("migrate", "--noinput", "--verbosity", "0")
        address = self.place.data / "address"
        self.supervisor.add(simulator_program(self.place.data, pick_free_port(), address, self.wish.partner))
        self.supervisor.wait_until(
            lambda: address.exists() and bool(address.read_text().strip()), READY_SECONDS, "Le partenaire", "simulator"
        )
        self.partner = address.read_text().strip()
        self.inside("seed", self.partner)
        requests.post(f"{self.partner}/_faults", json=fault_rules(self.wish.faults, self.wish.seed), timeout=10).raise_for_status()
        if self.wish.broker != "off":
            self.supervisor.add(broker_program(self.place.data, self.runtime))
            self.supervisor.wait_until(lambda: answers_ping(self.runtime), READY_SECONDS, "Le courtier de messages", "broker")
        workers = [worker_program(number) for number in range(1, self.wish.workers + 1)]
        for program in (*workers, watcher_program(), beat_program(self.place.data)):
            self.supervisor.add(program)

    def calm_down(self) -> None:
        """The partner answers well again, and whoever is frozen goes on."""
        requests.delete(f"{self.partner}/_faults", timeout=10).raise_for_status()
        for child in self.supervisor.children:
            wake_up(child)

    def end_work(self) -> None:
        """Only the database and the partner stay, to be asked."""
        for child in self.supervisor.children:
            if child.program.name not in {"database", "simulator"}:
                child.stop()

    def flush_broker(self) -> None:
        """All messages are gone; a broker that does not answer has none to lose."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(0.5)
            client.connect(str(self.runtime / SOCKET_NAME))
            client.sendall(b"FLUSHALL\r\n")
            client.recv(16)

    def inside(self, *arguments: str) -> str:
        """What needs the run's own database; what it printed. Raises StackUnusable."""
        return self._run(f"inside-{arguments[0]}", command(*arguments))

    def _manage(self, *arguments: str) -> str:
        return self._run(f"manage-{arguments[0]}", manage(*arguments))

    def _run(self, name: str, wanted: list[str]) -> str:
        errors = open_log(self.place.log(name))
        with tempfile.TemporaryFile() as answer:
            try:
                code = self.supervisor.run(wanted, stdout=answer.fileno(), stderr=errors)
            finally:
                os.close(errors)
            if code:
                raise StackUnusable(f"« {name} » a échoué (code {code}) :\n{self.place.tail(name)}")
            answer.seek(0)
            return answer.read().decode()


def wake_up(child: Child) -> None:
    """Let a frozen process go on; for another one it means nothing."""
    if child.pid:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGCONT)
