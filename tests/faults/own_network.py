"""A network of one's own for one thread: its routes, its addresses and its resolver, real ones, that nobody else sees."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLONE_NEWNS, CLONE_NEWNET, MS_REC, MS_PRIVATE, MS_BIND = 0x00020000, 0x40000000, 0x4000, 0x40000, 0x1000
OUTSIDE = "11.22.33.44"
"""An address that is not an inner one; here it belongs to the thread's own loopback, and no packet leaves the machine."""


def in_own_network(work: Callable[[], None], *, resolver: Path | None = None) -> None:
    """Run `work` in a thread with a network of its own, where OUTSIDE is reachable and `resolver` stands for /etc/resolv.conf."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            _leave(resolver)
            work()
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors and isinstance(errors[0], PermissionError):
        pytest.skip("Un réseau à part demande le droit CAP_SYS_ADMIN.")
    if errors:
        raise errors[0]


def _leave(resolver: Path | None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.unshare(CLONE_NEWNET | (CLONE_NEWNS if resolver else 0)))
    if resolver:
        _checked(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
        _checked(libc.mount(os.fsencode(resolver), b"/etc/resolv.conf", None, MS_BIND, None))
    run_ip("link set lo up")
    run_ip(f"address add {OUTSIDE}/32 dev lo")


def _checked(result: int) -> None:
    if result:
        raise PermissionError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def run_ip(command: str) -> None:
    """Change this thread's network."""
    subprocess.run(["ip", *command.split()], check=True, capture_output=True)


class StubResolver:
    """A name server on 127.0.0.1:53 of this network: answers every A question with the next of `addresses`, the last one for ever."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(512)
            end = query.index(b"\0", 12) + 5
            is_a = query[end - 4 : end - 2] == b"\0\1"
            self.asked += is_a
            address = self.addresses.pop(0) if is_a and len(self.addresses) > 1 else self.addresses[0]
            self._socket.sendto(_reply(query, end, address if is_a else ""), sender)


def _reply(query: bytes, end: int, address: str) -> bytes:
    """One A record with no time to live; none for another question; "no such name" where the address says so."""
    found = address not in {"", "nowhere"}
    flags = 0x8183 if address == "nowhere" else 0x8180
    head: tuple[Any, ...] = (query[:2], flags, 1, int(found), 0, 0)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton(address) if found else b""
    return struct.pack("!2sHHHHH", *head) + query[12:end] + record
