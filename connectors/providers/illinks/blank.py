"""A document that is nobody's: to compose a deposit with, never to be sent."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC, datetime

from connectors.domain.document import Classification, OutgoingDocument

BLANK = "depot_a_blanc"
"""The name of the check."""

CONTENT = b"PushDoc"


class BlankSource(io.BytesIO):
    """Its bytes never change, and belong to whoever composes the request."""

    def rewind(self) -> None:
        """Go back to the first byte."""
        self.seek(0)

    def is_unchanged(self) -> bool:
        """Always."""
        return True

    def may_end(self) -> bool:
        """Always: it goes nowhere."""
        return True


def blank_source() -> BlankSource:
    """The bytes of `blank_document`."""
    return BlankSource(CONTENT)


def blank_document() -> OutgoingDocument:
    """With a reference that nobody has ever used, and no client."""
    return OutgoingDocument(
        reference=str(uuid.uuid4()),
        name="essai.txt",
        media_type="text/plain",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        client_code="",
        classification=Classification("", ""),
        deposited_at=datetime.now(UTC),
        millesime=str(datetime.now(UTC).year),
    )
