"""Who owns a claimed document: a living process, for as long as it holds its lock, however long it sleeps.

With SQLite, everybody is on one host and the lock is an `flock`; with PostgreSQL it is an advisory lock on a connection of its own, which
must not go through a pooler. The system gives either lock back the moment its holder dies.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import threading
import uuid
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Ownership(Protocol):
    """One process's claim to its documents."""

    name: str

    def is_alive(self, owner: str) -> bool:
        """Whether the owner of that name still holds its lock."""


def new_owner_name() -> str:
    """Never the same twice, and readable: host, process, chance."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class FileOwnership:
    """Locks a file of its own in a folder that all processes of this host share."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.name = new_owner_name()
        self._descriptor = os.open(folder / self.name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_alive(self, owner: str) -> bool:
        """A lock that can be taken has no living holder; its file is then removed."""
        if owner == self.name:
            return True
        path = self._folder / os.path.basename(owner)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            path.unlink(missing_ok=True)
            return False
        finally:
            os.close(descriptor)


class AdvisoryOwnership:
    """Holds a PostgreSQL advisory lock on a direct connection. A connection that was lost gets a new name: what the old one owned is given up."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._guard = threading.Lock()
        self._connection: Any = None
        self.name = ""
        self._take()

    def _take(self) -> None:
        self._connection = self._connect()
        self._connection.autocommit = True
        self.name = new_owner_name()
        self._connection.execute("SELECT pg_advisory_lock(%s)", [lock_number(self.name)])

    def is_alive(self, owner: str) -> bool:
        """Whether its lock is taken."""
        with self._guard:
            try:
                return owner == self.name or not self._is_free(owner)
            except Exception:  # noqa: BLE001 - whatever the driver raises, the lock is gone with the connection
                self._take()
                return True

    def _is_free(self, owner: str) -> bool:
        number = lock_number(owner)
        if not self._connection.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()[0]:
            return False
        self._connection.execute("SELECT pg_advisory_unlock(%s)", [number])
        return True


def lock_number(owner: str) -> int:
    """The 63 bits that stand for this name."""
    return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:8], "big") >> 1
