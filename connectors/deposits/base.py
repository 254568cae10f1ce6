"""What a deposit store can do: list, open, describe and archive. It does not know what a push is.

Folders are paths below the store's root, with `/` between their parts; names are exact, as `os.fsdecode` gives them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from connectors.domain.document import DocumentSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager


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
    """One file. `identity` is equal as long as the file was neither replaced nor written to; `size` is in bytes.

    An identity is the device, then what names the file on it, its size and its modification time, with `:` between them. `links` says under
    how many names the file stands: what has a second one can be changed from there.
    """

    name: str
    identity: str
    size: int
    links: int = 1


def is_same_but_moved(identity: str, other: str) -> bool:
    """Whether only the device differs: a share that was mounted again has another device number, its files are the same."""
    return identity != other and identity.partition(":")[2] == other.partition(":")[2]


def is_same_version(identity: str, other: str) -> bool:
    """Whether size and modification time agree: the same file, or a copy that kept its time."""
    return identity.split(":")[2:] == other.split(":")[2:]


@dataclass(frozen=True)
class Listing:
    """What stands in a folder: documents, and what is none, as (name, French reason). `place` says which folder was read, as `place` does."""

    entries: tuple[Entry, ...] = ()
    skipped: tuple[tuple[str, str], ...] = field(default=())
    place: str = ""


@dataclass(frozen=True)
class FolderReport:
    """What a folder can do. `problem` is French and says why it cannot be read; nothing else counts then. None: the system cannot tell.

    `moves_at_once`: a document is archived by one rename, not by a copy. `events`: changes are told, the folder is not only looked at in turn.
    `case_sensitive`, `accents_differ`: whether « a » and « A », composed and decomposed accents, are two names. `free_bytes` are bytes.
    """

    problem: str = ""
    missing: bool = False
    writable: bool = False
    archive_writable: bool = False
    moves_at_once: bool | None = None
    events: bool | None = None
    file_system: str = ""
    free_bytes: int = 0
    case_sensitive: bool | None = None
    accents_differ: bool | None = None


class OpenDocument(DocumentSource, Protocol):
    """A file that is open: what the door looks at."""

    @property
    def entry(self) -> Entry:
        """The file as it was when it was opened."""

    def read_at(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from there on; empty behind the end."""

    def largest_hole(self) -> int:
        """Bytes of the largest part that was never written; 0 also where the system cannot tell."""

    def has_writer(self) -> bool:
        """Whether a program has the file open for writing; False also where the system cannot tell."""


class DepositStore(Protocol):
    """One place with the folders of all clients."""

    def list(self, folder: str) -> Listing:
        """What stands in this very folder. Raises FolderMissing or StoreProblem."""

    def place(self, folder: str) -> str:
        """Which folder this is on the disk: another one under the same name gives another text. Raises like `list`."""

    def stamp(self, folder: str) -> str:
        """Changes when a name comes or goes in the folder; empty when that cannot be told from the folder, which then has to be listed."""

    def examine(self, folder: str, archive_folder: str = "") -> FolderReport:
        """What the folder can do, and how its documents would get to the archive; an empty folder is the root. Leaves nothing behind, raises nothing."""

    def describe(self, folder: str, name: str) -> Entry:
        """The file as it is now. Raises DocumentMissing, FolderMissing or StoreProblem."""

    def open(self, folder: str, name: str) -> AbstractContextManager[OpenDocument]:
        """The file, opened for reading. Raises like `describe`."""

    def is_being_written(self, folder: str, name: str) -> bool:
        """Whether a program has the file open for writing; False also where the system cannot tell."""

    def archive(self, entry: Entry, folder: str, archive_folder: str, *, reference: str, sha256: str) -> str:
        """Move the file to the archive folder without ever replacing one, and give its path below the root.

        May be called again after a crash at any moment. Raises DocumentMissing, DocumentReplaced or StoreProblem.
        """

    def make_folder(self, folder: str, *, beside: Iterable[str] = ()) -> None:
        """Make the folder and those above it, below an existing root.

        `beside` are folders that were there before: when none of them is, this is no place to build in, but a share that is not mounted.
        Raises FolderMissing or StoreProblem.
        """

    def changes(self) -> Iterator[set[str]]:
        """The folders in which something has just happened, for ever. A hint: it may miss what it likes."""
