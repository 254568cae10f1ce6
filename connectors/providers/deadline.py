"""A total deadline for a request: `timeout=` bounds each wait on the socket, so that a partner that drips could hold a worker for ever.

A timer shuts the socket down; whoever waits on it then gets an error at once. It works on a duplicate of the descriptor, because the
connection lets go of its socket while the answer is still being read (`Connection: close`), and exchanges it during a TLS handshake.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3.response import HTTPResponse


class Deadline:
    """One request's time. `passed` is True once it is over."""

    def __init__(self) -> None:
        self.passed = False
        self._guard = threading.Lock()
        self._twins: list[socket.socket] = []

    def watch(self, connected: socket.socket) -> None:
        """Cut this socket too when the time is over. Raises TimeoutError when it already is."""
        twin = socket.socket(fileno=os.dup(connected.fileno()))
        with self._guard:
            self._twins.append(twin)
        if self.passed:
            raise TimeoutError

    def cut(self) -> None:
        """The time is over."""
        with self._guard:
            self.passed = True
            for twin in self._twins:
                with contextlib.suppress(OSError):
                    twin.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """The request is over: a duplicate that stayed open would keep the connection up at the partner."""
        with self._guard:
            while self._twins:
                self._twins.pop().close()


class _Current(threading.local):
    """The deadline of this thread's request."""

    deadline: Deadline | None = None


_current = _Current()


def _watch(connected: socket.socket | None) -> None:
    if connected is not None and _current.deadline is not None:
        _current.deadline.watch(connected)


class TimedHTTPConnection(HTTPConnection):
    """Says which socket is in use."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        _watch(connected)
        return connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send, known to the deadline also on a connection that was kept."""
        _watch(self.sock)
        with _read_what_was_said():
            super().request(*args, **kwargs)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 itself declares it
        """The final answer. http.client takes an interim one (102, 103) for it, and would leave the real one to the next document's request."""
        response = super().getresponse()
        if response.status < HTTPStatus.OK:
            raise HTTPException("interim answer")
        return response


class TimedHTTPSConnection(TimedHTTPConnection, HTTPSConnection):
    """The same over TLS; the handshake counts too."""


class TimedHTTPPool(HTTPConnectionPool):
    """Plain connections."""

    ConnectionCls = TimedHTTPConnection


class TimedHTTPSPool(HTTPSConnectionPool):
    """TLS connections."""

    ConnectionCls = TimedHTTPSConnection


TIMED_POOLS = {"http": TimedHTTPPool, "https": TimedHTTPSPool}


@contextmanager
def _read_what_was_said() -> Iterator[None]:
    """A partner may refuse before it has read the body, and hang up: urllib3 then reads its answer after EPIPE, but not after ECONNRESET."""
    try:
        yield
    except ConnectionResetError as error:
        raise BrokenPipeError from error


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Cut this thread's connection when the seconds are over."""
    deadline = _current.deadline = Deadline()
    timer = threading.Timer(seconds, deadline.cut)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
        _current.deadline = None
        deadline.forget()
