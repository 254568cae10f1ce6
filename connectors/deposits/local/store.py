"""The local file system, a mounted share included."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, Entry, FolderMissing, Listing, StoreProblem
from connectors.deposits.local.archiving import Move, archive_file
from connectors.deposits.local.document import OPEN_FILE, LocalDocument, entry_of, has_writer, reason_to_skip
from connectors.deposits.local.folders import opened_folder
from connectors.domain.names import is_temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YOUNG_NANOSECONDS = 2_000_000_000


class LocalStore:
    """All clients' folders below one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def list(self, folder: str) -> Listing:
        """What stands in this very folder."""
        entries: list[Entry] = []
        skipped: list[tuple[str, str]] = []
        with opened_folder(self._root, folder) as descriptor, os.scandir(descriptor) as found:
            for item in found:
                try:
                    status = item.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # Taken away while we were looking.
                reason = "Fichier temporaire ou du système." if is_temporary(item.name) else reason_to_skip(item.name, status)
                if reason:
                    skipped.append((item.name, reason))
                else:
                    entries.append(entry_of(item.name, status))
        return Listing(tuple(entries), tuple(skipped))

    def stamp(self, folder: str) -> str:
        """The folder's modification time; empty while it is so young that a change in the same tick of the clock would not show."""
        try:
            changed = os.stat(f"{self._root}/{folder}").st_mtime_ns
        except (OSError, ValueError):
            return ""
        return str(changed) if time.time_ns() - changed > YOUNG_NANOSECONDS else ""

    def describe(self, folder: str, name: str) -> Entry:
        """The file as it is now."""
        with opened_folder(self._root, folder) as descriptor:
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                raise DocumentMissing("Le fichier n’est plus dans son dossier de dépôt.") from None
        if reason_to_skip(name, status):
            raise DocumentMissing("Le fichier a été remplacé par autre chose qu’un fichier.")
        return entry_of(name, status)

    @contextmanager
    def open(self, folder: str, name: str) -> Iterator[LocalDocument]:
        """The file, opened for reading."""
        with opened_folder(self._root, folder) as parent:
            try:
                descriptor = os.open(name, OPEN_FILE, dir_fd=parent)
            except FileNotFoundError:
                raise DocumentMissing("Le fichier n’est plus dans son dossier de dépôt.") from None
            except OSError as error:
                raise StoreProblem(f"Le fichier ne peut pas être lu : {os.strerror(error.errno or 0)}.") from error
        try:
            if reason_to_skip(name, os.fstat(descriptor)):
                raise DocumentMissing("Le fichier a été remplacé par autre chose qu’un fichier.")
            yield LocalDocument(descriptor)
        finally:
            os.close(descriptor)

    def is_being_written(self, folder: str, name: str) -> bool:
        """Whether a program has the file open for writing."""
        with opened_folder(self._root, folder) as parent:
            try:
                descriptor = os.open(name, OPEN_FILE, dir_fd=parent)
            except OSError:
                return False
        try:
            return has_writer(descriptor)
        finally:
            os.close(descriptor)

    def archive(self, entry: Entry, folder: str, archive_folder: str, *, reference: str, sha256: str) -> str:
        """Move the file to the archive folder without ever replacing one."""
        try:
            with opened_folder(self._root, archive_folder, make=True) as target, opened_folder(self._root, folder) as source:
                name = archive_file(Move(entry, source, target, reference, sha256))
        except OSError as error:
            raise StoreProblem(f"L’archivage dans « {archive_folder} » échoue : {os.strerror(error.errno or 0)}.") from error
        return f"{archive_folder}/{name}"

    def make_folder(self, folder: str) -> None:
        """Make the folder and those above it, below an existing root."""
        if not self._root.is_dir():
            raise FolderMissing(f"Le dossier racine « {self._root.name} » est absent.")
        with opened_folder(self._root, folder, make=True):
            pass

    def changes(self) -> Iterator[set[str]]:
        """The folders in which something has just happened; an empty set at least every half second."""
        from watchfiles import watch  # noqa: PLC0415 - only the watcher loads it

        root = str(self._root)
        for batch in watch(root, step=50, debounce=200, rust_timeout=500, yield_on_timeout=True, recursive=True, raise_interrupt=True):
            yield {os.path.relpath(os.path.dirname(path), root) for _, path in batch}
