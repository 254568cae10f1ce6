"""A way to the partner on which one document kills whoever sends it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


class DeadlyWay:
    """Carries everything between the product and the partner, until the word comes by: then `strike` is called, and the rest never arrives."""

    def __init__(self, word: bytes, strike: Callable[[], None]) -> None:
        self._word, self._strike = word, strike
        self._target = ("", 0)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.struck = 0

    def to(self, url: str) -> str:
        """Lead to this address; where to come in."""
        parts = urlsplit(url)
        self._target = (str(parts.hostname), int(parts.port or 80))
        threading.Thread(target=self._welcome, daemon=True).start()
        return f"http://127.0.0.1:{self._door.getsockname()[1]}{parts.path}"

    def close(self) -> None:
        self._door.close()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._target) as partner:
            threading.Thread(target=self._carry_back, args=(partner, client), daemon=True).start()
            seen = b""
            while data := client.recv(65536):
                seen = (seen + data)[-len(data) - len(self._word) :]
                if self._word in seen:
                    self.struck += 1
                    self._strike()
                    return
                partner.sendall(data)

    @staticmethod
    def _carry_back(partner: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := partner.recv(65536):
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)
