"""The local file system, a mounted share included."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, Entry, FolderMissing, Listing, StoreProblem
from connectors.deposits.local.archiving import archive_file
from connectors.deposits.local.document import OPEN_FILE, LocalDocument, entry_of, reason_to_skip
from connectors.deposits.local.events import changed_folders
from connectors.deposits.local.examine import examine_folder
from connectors.deposits.local.folders import opened_folder, place_of
from connectors.deposits.local.move import Move
from connectors.domain.names import is_temporary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from connectors.deposits.base import FolderReport

YOUNG_NANOSECONDS = 2_000_000_000
NO_FILE = "Le fichier a été remplacé par autre chose qu’un fichier."


class LocalStore:
    """All clients' folders below one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def list(self, folder: str) -> Listing:
        """What stands in this very folder. A look that fails half-way says nothing at all: what it has not read is not gone."""
        entries: list[Entry] = []
        skipped: list[tuple[str, str]] = []
        with opened_folder(self._root, folder) as descriptor:
            try:
                with os.scandir(descriptor) as found:
                    for item in found:
                        _sort(item, entries, skipped)
            except OSError as error:
                raise StoreProblem(f"Le dossier « {folder} » ne peut pas être lu : {os.strerror(error.errno or 0)}.") from error
            return Listing(tuple(entries), tuple(skipped), place_of(descriptor))

    def place(self, folder: str) -> str:
        """Which folder this is on the disk: device and inode."""
        with opened_folder(self._root, folder) as descriptor:
            return place_of(descriptor)

    def stamp(self, folder: str) -> str:
        """The folder's modification time; empty while it is so young that a change in the same tick of the clock would not show."""
        try:
            changed = os.stat(f"{self._root}/{folder}").st_mtime_ns
        except (OSError, ValueError):
            return ""
        return str(changed) if time.time_ns() - changed > YOUNG_NANOSECONDS else ""

    def examine(self, folder: str, archive_folder: str = "") -> FolderReport:
        """What the folder can do; only the kernel is asked, nothing is made that has a name."""
        return examine_folder(self._root, folder, archive_folder)

    def describe(self, folder: str, name: str) -> Entry:
        """The file as it is now."""
        with opened_folder(self._root, folder) as parent:
            return _describe(parent, name)

    @contextmanager
    def open(self, folder: str, name: str) -> Iterator[LocalDocument]:
        """The file, opened for reading. It is looked at before: opening a device could do something, opening a pipe could wait."""
        with opened_folder(self._root, folder) as parent:
            _describe(parent, name)
            try:
                descriptor = os.open(name, OPEN_FILE, dir_fd=parent)
            except OSError as error:
                raise _problem(error) from error
        try:
            if reason_to_skip(os.fstat(descriptor)):
                raise DocumentMissing(NO_FILE)
            yield LocalDocument(descriptor, name)
        finally:
            os.close(descriptor)

    def is_being_written(self, folder: str, name: str) -> bool:
        """Whether a program has the file open for writing."""
        try:
            with self.open(folder, name) as document:
                return document.has_writer()
        except FolderMissing:
            raise
        except StoreProblem:
            return False

    def archive(self, entry: Entry, folder: str, archive_folder: str, *, reference: str, sha256: str) -> str:
        """Move the file to the archive folder without ever replacing one. The archive's tree is only made beside a deposit folder that is there."""
        try:
            with opened_folder(self._root, folder) as source, opened_folder(self._root, archive_folder, make=True) as target:
                name = archive_file(Move(entry, source, target, reference, sha256))
        except OSError as error:
            raise StoreProblem(f"L’archivage dans « {archive_folder} » échoue : {os.strerror(error.errno or 0)}.") from error
        return f"{archive_folder}/{name}"

    def make_folder(self, folder: str, *, beside: Iterable[str] = ()) -> None:
        """Make the folder and those above it, below an existing root, if one of those that were there before still is."""
        known = list(beside)
        if known and not any(self._is_there(path) for path in known):
            raise FolderMissing("Aucun des dossiers connus n’est là : le partage n’est sans doute pas monté. Rien n’y est créé.")
        with opened_folder(self._root, folder, make=True):
            pass

    def _is_there(self, folder: str) -> bool:
        try:
            return bool(self.place(folder))
        except StoreProblem:
            return False

    def changes(self) -> Iterator[set[str]]:
        """The folders in which something has just happened; an empty set at least every half second."""
        return changed_folders(self._root)


def _describe(parent: int, name: str) -> Entry:
    try:
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError as error:
        raise _problem(error) from error
    if reason_to_skip(status):
        raise DocumentMissing(NO_FILE)
    return entry_of(name, status)


def _problem(error: OSError) -> StoreProblem:
    if isinstance(error, FileNotFoundError):
        return DocumentMissing("Le fichier n’est plus dans son dossier de dépôt.")
    return StoreProblem(f"Le fichier ne peut pas être lu : {os.strerror(error.errno or 0)}.")


def _sort(item: os.DirEntry[str], entries: list[Entry], skipped: list[tuple[str, str]]) -> None:
    try:
        status = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return  # Taken away while we were looking.
    reason = "Fichier temporaire ou du système." if is_temporary(item.name) else reason_to_skip(status)
    if reason:
        skipped.append((item.name, reason))
    else:
        entries.append(entry_of(item.name, status))
