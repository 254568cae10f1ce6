"""Servers that are nothing but a socket and a way to behave: for what no HTTP library would ever answer."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable


class RawServer:
    """Gives every connection to `behave`; `bytes_read` is what came in."""

    def __init__(
        self, behave: Callable[[socket.socket], None], context: ssl.SSLContext | None = None, address: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._behave, self._context = behave, context
        self._listener = socket.create_server((address, port))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._behave(connection)

    def stop(self) -> None:
        self._listener.close()


def read_head(connection: socket.socket, start: bytes = b"") -> bytes:
    head = start
    while b"\r\n\r\n" not in head and (piece := connection.recv(65536)):
        head += piece
    return head


def answer(text: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(text)

    return behave


def drip(head: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        read_head(connection)
        drip_out(connection, head)

    return behave


def drip_out(connection: socket.socket, head: bytes) -> None:
    connection.sendall(head)
    for _ in range(60):
        connection.sendall(b" ")
        time.sleep(0.1)


def never_read(connection: socket.socket) -> None:
    time.sleep(6)


def read_request(connection: socket.socket, start: bytes = b"") -> tuple[bytes, bytes]:
    """The head, and the whole body that it announces, of which `start` was read before; less when the client hung up."""
    head, _, body = read_head(connection, start).partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length and (piece := connection.recv(65536)):
        body += piece
    return head, body


def giving_tokens(behave: Callable[[socket.socket, bytes], None]) -> Callable[[socket.socket], None]:
    """A partner whose token route works; any other request goes to `behave` with its first bytes."""
    token = json.dumps({"access_token": "token", "token_type": "Bearer", "expires_in": 3600}).encode()

    def serve(connection: socket.socket) -> None:
        start = connection.recv(16384)
        if start.startswith(b"POST /oauth2/token"):
            read_request(connection, start)
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(token) + token)
        elif start:
            behave(connection, start)

    return serve
