"""One file on its way to its archive, and the names that it may get there."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.deposits.local.document import OPEN_FILE
from connectors.deposits.local.folders import rename_without_replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.deposits.base import Entry

BLOCK = 1024 * 1024
MOST_TWINS = 10_000
LONGEST_NAME = 255
"""Bytes, on all usual file systems."""
LONGEST_EXTENSION = 20
"""Bytes; what follows the last dot of a longer one is no extension, but the rest of a sentence."""


def sync_file(folder: int, name: str) -> None:
    """What the file holds is on the disk: who dropped it had no reason to wait for that."""
    descriptor = os.open(name, OPEN_FILE, dir_fd=folder)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: int) -> None:
    """The names in an open folder are on the disk. Some shares know no such thing, and say so."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
            raise


@dataclass(frozen=True)
class Move:
    """One file on its way from one open folder to another. `rename` never replaces; `sync` makes a file durable."""

    entry: Entry
    source: int
    target: int
    reference: str
    sha256: str
    rename: Callable[[int, str, int, str], None] = rename_without_replacing
    sync: Callable[[int, str], None] = sync_file

    @property
    def staging(self) -> str:
        """The hidden name next to the archive."""
        return f".pushdoc-{self.reference}"


def numbered(name: str) -> Iterator[str]:
    """`facture.pdf`, `facture (2).pdf`, `facture (3).pdf`, … each of at most 255 bytes; a character is never cut in two."""
    yield name
    stem, extension = os.path.splitext(name)
    if len(os.fsencode(extension)) > LONGEST_EXTENSION:
        stem, extension = name, ""
    for number in range(2, MOST_TWINS):
        tail = f" ({number}){extension}"
        kept = stem
        while len(os.fsencode(kept + tail)) > LONGEST_NAME:
            kept = kept[:-1]
        yield kept + tail


def status_of(folder: int, name: str) -> os.stat_result | None:
    """What stands under this name, a link itself and not what it points to; None when nothing does."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def is_document(move: Move, folder: int, name: str) -> bool:
    """Whether a regular file with the document's bytes stands under this name. It is read from the disk, not from memory."""
    status = status_of(folder, name)
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size != move.entry.size:
        return False
    try:
        descriptor = os.open(name, OPEN_FILE, dir_fd=folder)
    except FileNotFoundError:
        return False
    try:
        return hash_of(descriptor) == move.sha256
    finally:
        os.close(descriptor)


def hash_of(descriptor: int) -> str:
    """The SHA-256 of an open file, as far as the system lets its own memory be passed over: a page that could not be written may live on there."""
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.lseek(descriptor, 0, os.SEEK_SET)
    digest = hashlib.sha256()
    while block := os.read(descriptor, BLOCK):
        digest.update(block)
    return digest.hexdigest()
