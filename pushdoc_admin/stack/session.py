"""What `up`, `demo` and `demo --once` start, in which order, and what they say when it stands."""

from __future__ import annotations

import json
import os
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Self

from pushdoc_admin.stack.address import base_url, is_healthy, pick_free_port
from pushdoc_admin.stack.broker import answers_ping, broker_program, broker_url, remove_runtime
from pushdoc_admin.stack.place import Place, make_runtime_folder, take_lock
from pushdoc_admin.stack.process import open_log
from pushdoc_admin.stack.programs import (
    beat_program,
    child_environment,
    manage,
    simulator_program,
    watcher_program,
    web_program,
    worker_program,
)
from pushdoc_admin.stack.supervisor import Supervisor
from pushdoc_admin.stack.words import StackUnusable, Voice

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

READY_SECONDS = 60.0


class Session:
    """One running stack: the lock, the broker's folder, the supervisor and the web's socket, given back in reverse order."""

    def __init__(self, data: Path, environment: Mapping[str, str], voice: Voice, listening: socket.socket) -> None:
        self.voice = voice
        self.place = Place.prepare(data)
        self.lock = take_lock(self.place)
        self.listening = listening
        self.runtime = None if environment.get("REDIS_URL") else make_runtime_folder(self.place.data)
        self.redis_url = broker_url(self.runtime) if self.runtime else environment["REDIS_URL"]
        self.supervisor = Supervisor(self.place, child_environment(environment, self.place.data, self.redis_url), voice, self.lock)

    def __enter__(self) -> Self:
        self.supervisor.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.voice.say("Arrêt en cours…")
        self.supervisor.__exit__(kind, error, trace)
        if self.runtime:
            remove_runtime(self.runtime)
        os.close(self.lock)

    @property
    def url(self) -> str:
        """The address to open."""
        return base_url(self.listening)

    def prepare(self) -> None:
        """The broker and the database; nothing that works on documents yet."""
        self.voice.say(f"Données : {self.place.data}")
        runtime = self.runtime
        if runtime:
            self.supervisor.add(broker_program(self.place.data, runtime))
        self.manage("migrate", "--noinput", "--verbosity", "0")
        if runtime:
            self.supervisor.wait_until(lambda: answers_ping(runtime), READY_SECONDS, "Le courtier de messages", "broker")
            self.place.replace_text("redis_url", self.redis_url)

    def start(self) -> None:
        """The processes that do the work, until the web answers."""
        programs = [web_program(self.listening.fileno()), worker_program(), beat_program(self.place.data), watcher_program()]
        for program in programs:
            self.supervisor.add(program)
        self.supervisor.wait_until(lambda: is_healthy(self.listening), READY_SECONDS, "L'application", "web")

    def start_simulator(self, port: int | None) -> str:
        """The demonstration's partner. Its port stays the same through restarts: the connector knows the address."""
        folder = self.place.data / "simulateur"
        folder.mkdir(mode=0o700, exist_ok=True)
        address = folder / "address"
        address.unlink(missing_ok=True)
        self.supervisor.add(simulator_program(self.place.data, port or pick_free_port(), address))
        self.supervisor.wait_until(lambda: address.exists() and bool(address.read_text().strip()), 30, "Le simulateur", "simulator")
        return address.read_text().strip()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        code, text = self.try_manage(*arguments)
        if code:
            tail = self.place.tail(f"manage-{arguments[0]}")
            message = f"La commande « manage {arguments[0]} » a échoué (code {code}) :\n{tail}"
            raise StackUnusable(message)
        return text

    def try_manage(self, *arguments: str) -> tuple[int, str]:
        """The same for a command that may refuse: its exit code and what it printed, which may be a password and stays out of the logs."""
        name = f"manage-{arguments[0]}"
        self.place.rotate_log(name)
        errors = open_log(self.place.log(name))
        with TemporaryFile() as answer:
            try:
                code = self.supervisor.run(manage(*arguments), stdout=answer.fileno(), stderr=errors)
            finally:
                os.close(errors)
            answer.seek(0)
            return code, answer.read().decode().strip()


def read_answer(text: str) -> dict[str, str]:
    """The JSON object that a command printed as its last line."""
    try:
        answer = json.loads(text.splitlines()[-1])
    except (IndexError, ValueError) as error:
        message = "La commande n'a pas répondu en JSON."
        raise StackUnusable(message) from error
    return {str(name): str(value) for name, value in answer.items()}
