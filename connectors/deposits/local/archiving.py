"""Moving a file to its archive folder: nothing is ever replaced, and a crash at any moment is continued by the next call.

1. Rename, without replacing, to a hidden name next to the archive. 2. Look at what was taken: another file than the one that was
published is given back. 3. Rename, without replacing, to the final name; a name that is taken gets a number. 4. fsync both folders.
Across devices the file is copied, synced and compared by its hash before the original goes.
"""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, DocumentReplaced, Entry, StoreProblem
from connectors.deposits.local.document import OPEN_FILE, identity_of
from connectors.deposits.local.folders import rename_without_replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

COPY_BLOCK = 1024 * 1024
MOST_TWINS = 10_000
LONGEST_NAME = 255
"""Bytes, on all usual file systems."""


@dataclass(frozen=True)
class Move:
    """One file on its way from one open folder to another."""

    entry: Entry
    source: int
    target: int
    reference: str
    sha256: str

    @property
    def staging(self) -> str:
        """The hidden name next to the archive."""
        return f".pushdoc-{self.reference}"


def archive_file(move: Move) -> str:
    """Archive, and give the final name. Raises DocumentMissing, DocumentReplaced or OSError."""
    if _exists(move.source, move.staging):
        _copy_across(move)  # An earlier call had begun to carry it to another device.
    elif not _exists(move.target, move.staging):
        status = _status(move.source, move.entry.name)
        if status is None or identity_of(status) != move.entry.identity:
            return _archived_before(move, replaced=status is not None)
        _take(move)
    name = _give_final_name(move)
    os.fsync(move.target)
    os.fsync(move.source)
    return name


def _take(move: Move) -> None:
    try:
        _hide(move, move.target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _hide(move, move.source)
        _copy_across(move)


def _hide(move: Move, folder: int) -> None:
    try:
        rename_without_replacing(move.source, move.entry.name, folder, move.staging)
    except FileNotFoundError:
        raise DocumentMissing("Le fichier a disparu au moment de l’archiver.") from None
    taken = os.stat(move.staging, dir_fd=folder, follow_symlinks=False)
    if identity_of(taken) != move.entry.identity:
        _give_back(folder, move.staging, move.source, move.entry.name)
        raise DocumentReplaced("Un autre fichier a été déposé sous ce nom : il est resté à sa place.")


def _give_back(folder: int, hidden: str, source: int, name: str) -> None:
    for candidate in numbered(name):
        try:
            rename_without_replacing(folder, hidden, source, candidate)
        except FileExistsError:
            continue
        return
    raise StoreProblem("Le fichier n’a pas pu être remis dans son dossier de dépôt.")


def _copy_across(move: Move) -> None:
    """Copy the hidden original to the other device; only a copy with the document's hash lets the original go."""
    if not _exists(move.target, move.staging):
        partial = f"{move.staging}.copy"
        if _exists(move.target, partial):
            os.unlink(partial, dir_fd=move.target)  # Our own unfinished copy.
        if _copy(move, partial) != move.sha256:
            os.unlink(partial, dir_fd=move.target)
            _give_back(move.source, move.staging, move.source, move.entry.name)
            raise DocumentReplaced("Le fichier a changé pendant son archivage : il est resté à sa place.")
        rename_without_replacing(move.target, partial, move.target, move.staging)
        os.fsync(move.target)
    os.unlink(move.staging, dir_fd=move.source)


def _copy(move: Move, partial: str) -> str:
    digest = hashlib.sha256()
    reader = os.open(move.staging, OPEN_FILE, dir_fd=move.source)
    try:
        writer = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660, dir_fd=move.target)
        try:
            while block := os.read(reader, COPY_BLOCK):
                digest.update(block)
                _write_whole(writer, block)
            status = os.fstat(reader)
            os.utime(writer, ns=(status.st_atime_ns, status.st_mtime_ns))
            os.fsync(writer)
        finally:
            os.close(writer)
    finally:
        os.close(reader)
    return digest.hexdigest()


def _write_whole(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]


def _give_final_name(move: Move) -> str:
    for candidate in numbered(move.entry.name):
        try:
            rename_without_replacing(move.target, move.staging, move.target, candidate)
        except FileExistsError:
            continue
        return candidate
    raise StoreProblem("Trop de fichiers portent ce nom dans le dossier d’archive.")


def _archived_before(move: Move, *, replaced: bool) -> str:
    """The final name, when an earlier call had finished but could not say so."""
    for candidate in numbered(move.entry.name):
        status = _status(move.target, candidate)
        if status is None:
            break
        if identity_of(status) == move.entry.identity:
            return candidate
        if status.st_size == move.entry.size and _hash(move.target, candidate) == move.sha256:
            return candidate
    if replaced:
        raise DocumentReplaced("Un autre fichier porte maintenant ce nom ; l’original a été retiré avant son archivage.")
    raise DocumentMissing("Le fichier a été retiré avant son archivage.")


def numbered(name: str) -> Iterator[str]:
    """`facture.pdf`, `facture (2).pdf`, `facture (3).pdf`, … each of at most 255 bytes."""
    yield name
    stem, extension = os.path.splitext(name)
    for number in range(2, MOST_TWINS):
        tail = os.fsencode(f" ({number}){extension}")
        yield os.fsdecode(os.fsencode(stem)[: LONGEST_NAME - len(tail)]) + os.fsdecode(tail)


def _status(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _exists(folder: int, name: str) -> bool:
    return _status(folder, name) is not None


def _hash(folder: int, name: str) -> str:
    digest = hashlib.sha256()
    descriptor = os.open(name, OPEN_FILE, dir_fd=folder)
    try:
        while block := os.read(descriptor, COPY_BLOCK):
            digest.update(block)
    finally:
        os.close(descriptor)
    return digest.hexdigest()
