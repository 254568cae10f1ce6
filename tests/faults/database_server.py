"""A PostgreSQL of a test's own that can be struck down and started again, and a way to it that loses answers."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import uuid
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

import psycopg

from pushdoc_admin.stack.postgres import Postgres

if TYPE_CHECKING:
    from pathlib import Path


class DatabaseServer:
    """`restart_at_once` is what a crash does: nothing is closed, and the next start recovers."""

    def __init__(self, place: Path) -> None:
        place.chmod(0o755)
        self.postgres = Postgres(place)
        self.postgres.prepare()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.postgres.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.postgres.wait()

    def stop_at_once(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def restart_at_once(self) -> None:
        self.stop_at_once()
        self.start()

    def is_down(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def new_database(self) -> str:
        """The URL of an empty one."""
        name = f"trial_{uuid.uuid4().hex}"
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        return self.postgres.url.rpartition("/")[0] + f"/{name}"


class ForgetfulWay:
    """Stands between a worker and the database. Of the commits that pass, a share loses its answer: some after they were done, some before.

    Either way the connection is cut, and the worker cannot know which it was. A statement on its own commits too, and is treated alike.
    """

    COMMITS = (b"COMMIT", b"UPDATE ", b"INSERT ")

    def __init__(self, port: int, share: float, seed: str) -> None:
        self._target = ("127.0.0.1", port)
        self._share, self._random, self._guard = share, Random(seed), threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.done, self.undone = 0, 0
        threading.Thread(target=self._welcome, daemon=True).start()

    @property
    def cuts(self) -> int:
        return self.done + self.undone

    def forget_nothing_more(self) -> None:
        self._share = 0.0

    def close(self) -> None:
        self._door.close()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._target) as server:
            fate = threading.Event()
            back = threading.Thread(target=self._carry_back, args=(server, client, fate), daemon=True)
            back.start()
            with suppress(OSError):
                while data := client.recv(65536):
                    verdict = self._draw(data)
                    if verdict == "undone":
                        break
                    if verdict == "done":
                        fate.set()
                    server.sendall(data)
            if fate.is_set():
                back.join(5)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _carry_back(self, server: socket.socket, client: socket.socket, fate: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if fate.is_set():  # the server has answered: it is committed, and nobody hears of it
                    break
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    def _draw(self, data: bytes) -> str:
        """A query is one message: its letter, its length, its text."""
        if data[:1] != b"Q" or not data[5:].startswith(self.COMMITS):
            return ""
        with self._guard:
            if self._random.random() >= self._share:
                return ""
            if self._random.random() < 0.75:
                self.done += 1
                return "done"
            self.undone += 1
            return "undone"
