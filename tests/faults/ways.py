"""Ways between two processes that do harm: one forgets a database's answers, on the other one document kills whoever sends it."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

COMMITS = (b"COMMIT", b"UPDATE ", b"INSERT ")
"""A statement on its own commits too."""


class Way(ABC):
    """Who comes in at its port is led to `target`; what passes is the business of each way."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    @abstractmethod
    def carry(self, client: socket.socket, server: socket.socket) -> None:
        """Until one of them has had enough."""

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._lead, args=(client,), daemon=True).start()

    def _lead(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self.target) as server:
            self.carry(client, server)


def carry_back(server: socket.socket, client: socket.socket, closed: threading.Event) -> threading.Thread:
    """What the server says is passed on, until the way back is closed."""

    def run() -> None:
        with suppress(OSError):
            while (data := server.recv(65536)) and not closed.is_set():
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


class ForgetfulWay(Way):
    """Stands between a worker and the database. Of the commits that pass, a share loses its answer: some after they were done, some before.

    Either way the connection is cut, and the worker cannot know which it was.
    """

    def __init__(self, port: int, share: float, seed: str) -> None:
        self._share, self._random, self._guard = share, Random(seed), threading.Lock()
        self.done, self.undone = 0, 0
        super().__init__(("127.0.0.1", port))

    @property
    def cuts(self) -> int:
        return self.done + self.undone

    def forget_nothing_more(self) -> None:
        self._share = 0.0

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        committed = threading.Event()
        back = carry_back(server, client, committed)
        with suppress(OSError):
            while data := client.recv(65536):
                verdict = self._draw(data)
                if verdict == "undone":
                    break
                if verdict == "done":
                    committed.set()
                server.sendall(data)
        if committed.is_set():  # the way back ends with the server's answer: it is done, and nobody hears of it
            back.join(5)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _draw(self, data: bytes) -> str:
        """A query is one message: its letter, its length, its text."""
        if data[:1] != b"Q" or not data[5:].startswith(COMMITS):
            return ""
        with self._guard:
            if self._random.random() >= self._share:
                return ""
            if self._random.random() < 0.75:
                self.done += 1
                return "done"
            self.undone += 1
            return "undone"


class DeadlyWay(Way):
    """Carries everything between the product and the partner, until the word comes by: then `strike` is called, and the rest never arrives."""

    def __init__(self, word: bytes, strike: Callable[[], None]) -> None:
        self._word, self._strike, self.struck = word, strike, 0
        super().__init__(("", 0))

    def to(self, url: str) -> str:
        """Lead to this address; where to come in."""
        parts = urlsplit(url)
        self.target = (str(parts.hostname), int(parts.port or 80))
        return f"http://127.0.0.1:{self.port}{parts.path}"

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        carry_back(server, client, threading.Event())
        seen = b""
        while data := client.recv(65536):
            seen = (seen + data)[-len(data) - len(self._word) :]
            if self._word in seen:
                self.struck += 1
                self._strike()
                return
            server.sendall(data)
