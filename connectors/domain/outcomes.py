"""How a partner's answer can be read: a receipt, or one of five errors whose class says what happens next.

PushError
├── PartnerUnavailable   try again later, by itself; scope: the partner
├── CredentialsRefused   hold the connector's documents until a person repairs the credentials; scope: the credentials
├── ClientUnknown        hold this client's documents until the mapping is repaired; scope: the client
├── DocumentRefused      a person must look at the document; scope: the document
└── OutcomeUnknown       the bytes may have arrived: ask before anything is sent again; scope: the document
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

PARTNER_TEXT_LIMIT = 500
"""Characters kept of what a partner wrote: enough to explain, too little to fill a page or a log."""


@dataclass(frozen=True)
class Receipt:
    """The partner's yes.

    `integrated` is False when the partner has only received the document and will say later whether it took it.
    `repeated` is True when the partner answered that it already had this reference.
    """

    remote_id: str
    repeated: bool = False
    integrated: bool = True
    http_status: int | None = None


@dataclass(frozen=True)
class RemoteDocument:
    """What a partner says about a reference that it was asked for.

    `status` is one of "published", "received", "rejected"; `reason` is the partner's text for a rejection.
    """

    remote_id: str
    reference: str
    status: str
    sha256: str = ""
    reason: str = ""


class PushError(Exception):
    """A push that did not end with a receipt. `message` is French and fit for a screen; `code` is the partner's own."""

    def __init__(self, message: str, *, code: str = "", http_status: int | None = None) -> None:
        super().__init__(message)
        self.message = message[:PARTNER_TEXT_LIMIT]
        self.code = code[:64]
        self.http_status = http_status


class PartnerUnavailable(PushError):
    """Nothing is wrong with the document. `retry_at` is the moment that the partner named, in UTC, if it named one."""

    def __init__(self, message: str, *, code: str = "", http_status: int | None = None, retry_at: datetime | None = None) -> None:
        super().__init__(message, code=code, http_status=http_status)
        self.retry_at = retry_at


class CredentialsRefused(PushError):
    """The partner does not accept who we say we are. `field` names the credential field that caused it, if known."""

    def __init__(self, message: str, *, code: str = "", http_status: int | None = None, field: str = "") -> None:
        super().__init__(message, code=code, http_status=http_status)
        self.field = field


class ClientUnknown(PushError):
    """The partner has no folder for the value that links this client."""


class DocumentRefused(PushError):
    """The partner has read the document or its metadata, and does not want it."""


class OutcomeUnknown(PushError):
    """The whole document may have left, and no readable answer came back."""


class DocumentChanged(Exception):
    """The file is no longer what was hashed. Its last bytes were not sent, so the partner cannot have a whole document."""
