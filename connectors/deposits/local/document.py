"""One local file: what it is, how it is read, and whether somebody is still writing to it."""

from __future__ import annotations

import fcntl
import os
import signal
import stat

from connectors.deposits.base import Entry

OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
F_SETLEASE, F_SETSIG = 1024, 10


def identity_of(status: os.stat_result) -> str:
    """Device, inode, size in bytes and modification time in nanoseconds."""
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def entry_of(name: str, status: os.stat_result) -> Entry:
    """The file as a store describes it."""
    return Entry(name, identity_of(status), status.st_size)


def reason_to_skip(name: str, status: os.stat_result) -> str:
    """Why this is not a file that can be sent, in French; empty when it is one."""
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        return "Lien symbolique : jamais suivi."
    if stat.S_ISDIR(mode):
        return "Dossier : seuls les fichiers déposés directement dans le dossier de dépôt partent."
    return f"« {name} » n’est pas un fichier ordinaire."


class LocalDocument:
    """An open regular file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._identity = identity_of(os.fstat(descriptor))

    def rewind(self) -> None:
        """Go back to the first byte."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""
        return os.read(self._descriptor, size)

    def is_unchanged(self) -> bool:
        """Whether it still has the inode, size and modification time that it was opened with."""
        return identity_of(os.fstat(self._descriptor)) == self._identity

    @property
    def identity(self) -> str:
        """The identity at the moment of opening."""
        return self._identity


def has_writer(descriptor: int) -> bool:
    """Whether a program has the file open for writing: the kernel then refuses a read lease.

    A lease needs the file's owner or CAP_LEASE, and a local disk; elsewhere the answer is False and the settle time alone decides.
    """
    try:
        fcntl.fcntl(descriptor, F_SETSIG, signal.SIGURG)  # The default SIGIO would end the process if a writer came in this very moment.
        fcntl.fcntl(descriptor, F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    fcntl.fcntl(descriptor, F_SETLEASE, fcntl.F_UNLCK)
    return False
