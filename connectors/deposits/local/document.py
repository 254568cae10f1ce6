"""One local file: what it is, how it is read, and whether somebody is still writing to it."""

from __future__ import annotations

import fcntl
import os
import signal
import stat

from connectors.deposits.base import Entry, StoreProblem

OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
F_SETLEASE, F_SETSIG = 1024, 10

SKIPPED_KINDS = (
    (stat.S_ISLNK, "Lien symbolique : jamais suivi."),
    (stat.S_ISDIR, "Dossier : seuls les fichiers déposés directement dans le dossier de dépôt partent."),
    (stat.S_ISFIFO, "Tube nommé : ce n’est pas un document."),
    (stat.S_ISSOCK, "Prise de communication (socket) : ce n’est pas un document."),
    (stat.S_ISBLK, "Périphérique : ce n’est pas un document."),
    (stat.S_ISCHR, "Périphérique : ce n’est pas un document."),
)


def identity_of(status: os.stat_result) -> str:
    """Device, inode, size in bytes and modification time in nanoseconds."""
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def entry_of(name: str, status: os.stat_result) -> Entry:
    """The file as a store describes it."""
    return Entry(name, identity_of(status), status.st_size, status.st_nlink)


def reason_to_skip(status: os.stat_result) -> str:
    """Why this is not a file that can be sent, in French; empty when it is one."""
    if stat.S_ISREG(status.st_mode):
        return ""
    return next((reason for is_kind, reason in SKIPPED_KINDS if is_kind(status.st_mode)), "Ce n’est pas un fichier ordinaire.")


class LocalDocument:
    """An open regular file."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._entry = entry_of(name, os.fstat(descriptor))

    def rewind(self) -> None:
        """Go back to the first byte."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end. Raises StoreProblem."""
        try:
            return os.read(self._descriptor, size)
        except OSError as error:
            raise _unreadable(error) from error

    def read_at(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from there on; empty behind the end. Raises StoreProblem."""
        try:
            return os.pread(self._descriptor, size, offset)
        except OSError as error:
            raise _unreadable(error) from error

    def is_unchanged(self) -> bool:
        """Whether it still has the inode, size and modification time that it was opened with."""
        return identity_of(os.fstat(self._descriptor)) == self._entry.identity

    def may_end(self) -> bool:
        """A file does not know who owns the document: whoever sends it does."""
        return True

    def largest_hole(self) -> int:
        """Bytes of the largest part that was never written. A file system that knows of no holes says that there is none."""
        size, largest, at, before = self._entry.size, 0, 0, os.lseek(self._descriptor, 0, os.SEEK_CUR)
        try:
            while (hole := os.lseek(self._descriptor, at, os.SEEK_HOLE)) < size:
                at = self._next_data(hole)
                largest = max(largest, at - hole)
        except OSError:
            return largest
        finally:
            os.lseek(self._descriptor, before, os.SEEK_SET)
        return largest

    def _next_data(self, hole: int) -> int:
        try:
            return os.lseek(self._descriptor, hole, os.SEEK_DATA)
        except OSError:
            return self._entry.size  # Nothing but the hole until the end.

    def has_writer(self) -> bool:
        """Whether a program has the file open for writing."""
        return has_writer(self._descriptor)

    @property
    def entry(self) -> Entry:
        """The file as it was when it was opened."""
        return self._entry


def _unreadable(error: OSError) -> StoreProblem:
    return StoreProblem(f"Le fichier ne peut pas être lu : {os.strerror(error.errno or 0)}.")


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
