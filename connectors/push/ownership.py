"""Who owns a claimed document: a living process, for as long as it holds its lock, however long it sleeps.

Every process holds an `flock` on a file of its own, in a folder that all processes of this host share: the kernel gives it back the moment the
process is dead, and not before, so that a free lock is proof of death. With PostgreSQL, where workers may stand on several hosts, it also holds
an advisory lock on a direct connection, which must not go through a pooler: that is what another host can see.

A connection that was cut frees the advisory lock of a process that still lives. Nothing is doubled by that: the last bytes of a body only leave
while the claim's own time lasts (`send.OwnedSource`), and nobody is asked before that time is over.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import socket
import threading
import uuid
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

logger = logging.getLogger(__name__)


class Ownership(Protocol):
    """One process's claim to its documents. `name` stays the same as long as the process lives."""

    name: str

    def hold(self) -> None:
        """Take the lock again if it was lost with a connection. Raises what the database raises when it cannot be reached."""

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

    def hold(self) -> None:
        """Nothing to do: the kernel keeps the lock."""

    def is_alive(self, owner: str) -> bool:
        """A lock that can be taken has no living holder."""
        return bool(self.is_alive_here(owner))

    def is_alive_here(self, owner: str) -> bool | None:
        """The same; None when this host knows no such owner. The file of a dead one is removed."""
        if owner == self.name:
            return True
        path = self._folder / os.path.basename(owner or "nobody")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
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
    """A file's lock for this host, and a PostgreSQL advisory lock on a direct connection for the others."""

    def __init__(self, folder: Path, connect: Callable[[], Any]) -> None:
        self._here = FileOwnership(folder)
        self.name = self._here.name
        self._connect = connect
        self._guard = threading.Lock()
        self._connection: Any = None
        with self._guard:
            self._take()

    def hold(self) -> None:
        """Ask the connection for a sign of life; a new one takes the lock again."""
        with self._guard:
            try:
                self._connection.execute("SELECT 1")
            except Exception:  # noqa: BLE001 - whatever the driver raises, the lock is gone with the connection
                logger.warning("The connection that held this worker's lock was lost")
                self._take()

    def is_alive(self, owner: str) -> bool:
        """On this host by its file; else by its advisory lock. An owner that nobody can be asked about now counts as alive."""
        here = self._here.is_alive_here(owner)
        if here is not None:
            return here
        with self._guard:
            try:
                return not self._is_free(owner)
            except Exception:  # noqa: BLE001 - as above
                self._take()
                return True

    def _take(self) -> None:
        self._connection = self._connect()
        self._connection.autocommit = True
        self._connection.execute("SELECT pg_advisory_lock(%s)", [lock_number(self.name)])

    def _is_free(self, owner: str) -> bool:
        number = lock_number(owner)
        if not self._connection.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()[0]:
            return False
        self._connection.execute("SELECT pg_advisory_unlock(%s)", [number])
        return True


def lock_number(owner: str) -> int:
    """The 63 bits that stand for this name."""
    return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:8], "big") >> 1
