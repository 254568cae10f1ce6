"""What a deposit store can do: list, open, describe and archive. It does not know what a push is.

Folders are paths below the store's root, with `/` between their parts; names are exact, as `os.fsdecode` gives them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from connectors.domain.document import DocumentSource


class StoreProblem(Exception):
    """The store cannot do it now; the message is French and names the folder."""


class FolderMissing(StoreProblem):
    """The folder is not there. It may come back: never read as "all its files were taken away"."""


class DocumentMissing(StoreProblem):
    """The file is not in its folder."""


class DocumentReplaced(StoreProblem):
    """Under this name stands another file than the one that was described."""


@dataclass(frozen=True)
class Entry:
    """One file. `identity` is equal as long as the file was neither replaced nor written to; `size` is in bytes."""

    name: str
    identity: str
    size: int


@dataclass(frozen=True)
class Listing:
    """What stands in a folder: documents, and what is none, as (name, French reason)."""

    entries: tuple[Entry, ...] = ()
    skipped: tuple[tuple[str, str], ...] = field(default=())


class DepositStore(Protocol):
    """One place with the folders of all clients."""

    def list(self, folder: str) -> Listing:
        """What stands in this very folder. Raises FolderMissing or StoreProblem."""

    def stamp(self, folder: str) -> str:
        """Changes when a name comes or goes in the folder; empty when that cannot be told from the folder, which then has to be listed."""

    def describe(self, folder: str, name: str) -> Entry:
        """The file as it is now. Raises DocumentMissing, FolderMissing or StoreProblem."""

    def open(self, folder: str, name: str) -> AbstractContextManager[DocumentSource]:
        """The file, opened for reading. Raises like `describe`."""

    def is_being_written(self, folder: str, name: str) -> bool:
        """Whether a program has the file open for writing; False also where the system cannot tell."""

    def archive(self, entry: Entry, folder: str, archive_folder: str, *, reference: str, sha256: str) -> str:
        """Move the file to the archive folder without ever replacing one, and give its path below the root.

        May be called again after a crash at any moment. Raises DocumentMissing, DocumentReplaced or StoreProblem.
        """

    def make_folder(self, folder: str) -> None:
        """Make the folder and those above it, below an existing root. Raises StoreProblem."""

    def changes(self) -> Iterator[set[str]]:
        """The folders in which something has just happened, for ever. A hint: it may miss what it likes."""
