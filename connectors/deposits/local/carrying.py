"""Carrying a hidden original to another device: copy, sync, read the copy back, compare, and only then let the original go.

The original is locked meanwhile, so that two archivers never carry one document twice: a frozen one keeps it, a dead one loses it at once.
Where a file system knows no such lock, two of them can at worst leave two whole copies in the archive; none can spoil the other's,
since each copy has a name of its own and gets the document's hidden name only when it was compared.
"""

from __future__ import annotations

import errno
import fcntl
import os
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from connectors.deposits.base import StoreProblem
from connectors.deposits.local.document import OPEN_FILE, identity_of
from connectors.deposits.local.move import BLOCK, hash_of, status_of, sync_folder
from connectors.domain.crash_points import reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.deposits.local.move import Move

PARTIAL = ".copy"
KNOWS_NO_LOCK = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP}


def carry_across(move: Move) -> bool:
    """Whether the document stands, hidden, next to the archive; False when the original's bytes are not the document's. Raises StoreProblem."""
    with suppress(FileNotFoundError), _locked(move) as original:
        if status_of(move.target, move.staging) is None and not _copy(move, original):
            return False
        os.unlink(move.staging, dir_fd=move.source)
    return True  # Without an original, another archiver has carried it.


@contextmanager
def _locked(move: Move) -> Iterator[int]:
    """The hidden original, open and locked. Raises FileNotFoundError when another archiver has let it go before the lock was ours."""
    descriptor = os.open(move.staging, OPEN_FILE, dir_fd=move.source)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreProblem("Un autre processus est en train d’archiver ce document.") from None
        except OSError as error:
            if error.errno not in KNOWS_NO_LOCK:
                raise
        if status_of(move.source, move.staging) is None:
            raise FileNotFoundError
        yield descriptor
    finally:
        os.close(descriptor)


def _copy(move: Move, original: int) -> bool:
    """A compared copy under the hidden name; False when the original is another document than the published one."""
    _remove_leftovers(move)
    partial = f"{move.staging}.{uuid.uuid4().hex[:12]}{PARTIAL}"
    before = identity_of(os.fstat(original))
    try:
        _write(move, original, partial)
        written = _read_back(move, partial)
        if written != move.sha256:
            if hash_of(original) != move.sha256:
                return False
            raise StoreProblem("La copie relue dans le dossier d’archive n’a pas le contenu du document : vérifiez le disque.")
        if identity_of(os.fstat(original)) != before:
            return False
        with suppress(FileExistsError):  # Without a lock, another archiver may have been faster; its copy was compared, too.
            move.rename(move.target, partial, move.target, move.staging)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(partial, dir_fd=move.target)
    sync_folder(move.target)
    reach("archive.copied")
    return True


def _write(move: Move, original: int, partial: str) -> None:
    os.lseek(original, 0, os.SEEK_SET)
    writer = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660, dir_fd=move.target)
    try:
        while block := os.read(original, BLOCK):
            view = memoryview(block)
            while view:
                view = view[os.write(writer, view) :]
            reach("archive.copying")
        status = os.fstat(original)
        os.utime(writer, ns=(status.st_atime_ns, status.st_mtime_ns))
        os.fsync(writer)
    finally:
        os.close(writer)


def _read_back(move: Move, partial: str) -> str:
    reader = os.open(partial, OPEN_FILE, dir_fd=move.target)
    try:
        return hash_of(reader)
    finally:
        os.close(reader)


def _remove_leftovers(move: Move) -> None:
    """Unfinished copies of this document by processes that died: whoever holds the lock is the only one who makes any."""
    for name in os.listdir(move.target):
        if name.startswith(f"{move.staging}.") and name.endswith(PARTIAL):
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=move.target)
