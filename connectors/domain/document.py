"""What leaves the house: the words about a document, and where its bytes are read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True)
class Classification:
    """Where the partner files a document. `sous_type` is optional."""

    domaine: str
    type: str
    sous_type: str = ""


@dataclass(frozen=True)
class OutgoingDocument:
    """Everything a partner is told about one document.

    `reference` is the ledger's UUID, the same for every attempt; `name` is clean (NFC, no control characters, no separators);
    `size` is in bytes, `sha256` 64 lower-case hexadecimal digits, `deposited_at` an aware moment in the firm's time zone.
    `client_fields` are the credential fields that are overridden for this client.
    """

    reference: str
    name: str
    media_type: str
    size: int
    sha256: str
    client_code: str
    classification: Classification
    deposited_at: datetime
    millesime: str
    client_fields: Mapping[str, str] = field(default_factory=dict)


class DocumentSource(Protocol):
    """An opened document: one descriptor, read from the start as often as needed."""

    def rewind(self) -> None:
        """Go back to the first byte."""

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""

    def is_unchanged(self) -> bool:
        """Whether the open file is still the one that was described: same inode, size and modification time."""

    def may_end(self) -> bool:
        """Whether the last bytes may leave: False when the time in which this process owns the document is over."""
