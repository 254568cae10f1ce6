"""A total deadline for a request: `timeout=` bounds each wait on the socket, so that a partner that drips could hold a worker for ever.

A timer shuts the socket down; whoever waits on it then gets an error at once.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Current(threading.local):
    """The connection that this thread's request uses."""

    connection: HTTPConnection | None = None


_current = _Current()


class TimedHTTPConnection(HTTPConnection):
    """Says which socket is in use."""

    def connect(self) -> None:
        """Connect, known to the deadline."""
        _current.connection = self
        super().connect()

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send, known to the deadline also on a connection that was kept."""
        _current.connection = self
        super().request(*args, **kwargs)


class TimedHTTPSConnection(HTTPSConnection):
    """The same over TLS; the handshake counts too."""

    def connect(self) -> None:
        """Connect, known to the deadline."""
        _current.connection = self
        super().connect()

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send, known to the deadline also on a connection that was kept."""
        _current.connection = self
        super().request(*args, **kwargs)


class TimedHTTPPool(HTTPConnectionPool):
    """Plain connections."""

    ConnectionCls = TimedHTTPConnection


class TimedHTTPSPool(HTTPSConnectionPool):
    """TLS connections."""

    ConnectionCls = TimedHTTPSConnection


TIMED_POOLS = {"http": TimedHTTPPool, "https": TimedHTTPSPool}


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Cut this thread's connection when the seconds are over."""
    _current.connection = None
    holder = _current.__dict__

    def cut() -> None:
        connection = holder.get("connection")
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
