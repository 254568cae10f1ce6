"""What a provider is: what it declares, and what the pipeline may ask of it.

A provider speaks with one partner under one set of credentials. It knows no database, no retry and no folder: it turns a document
into requests and answers into one of the six readings of `connectors.domain.outcomes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from connectors.domain.document import DocumentSource, OutgoingDocument
    from connectors.domain.outcomes import Receipt, RemoteDocument


class DeliveryClass(StrEnum):
    """What can be promised, depending on the partner, when an answer got lost."""

    IDEMPOTENT = "A"  # it takes the same key twice and answers the same: send again
    ASKABLE = "B"  # it can be asked by reference: ask, and send again when it twice says no
    BLIND = "C"  # neither: a person decides


@dataclass(frozen=True)
class CredentialField:
    """One thing that the partner gives to the firm. `label` and `help` are French and stand on the form.

    `per_client` fields belong to the firm but may be overridden for a client; they are no secrets. `max_length` is in characters.
    `source` says where the firm finds the value, `asked_as` how a letter to the partner names it: « l’adresse du service ».
    """

    name: str
    label: str
    help: str
    secret: bool = False
    is_url: bool = False
    per_client: bool = False
    max_length: int = 255
    source: str = ""
    asked_as: str = ""


@dataclass(frozen=True)
class Abilities:
    """What a partner can be asked."""

    look_up: bool = False
    dossiers: bool = False
    classification: bool = False


@dataclass(frozen=True)
class Limits:
    """What a partner takes.

    `max_bytes` a document; `extensions` in lower case without the dot; `requests_per_second` a credential; `deadline` is the longest a whole
    request for a document of so many bytes may take, `longest_processing` what the partner may then still need.
    """

    max_bytes: int
    extensions: frozenset[str]
    requests_per_second: float
    longest_processing: timedelta
    deadline: Callable[[int], timedelta]


@dataclass(frozen=True)
class CheckResult:
    """One named connection check ("adresse", "jeton", "droits"…). `field` names the credential field that has to be mended."""

    name: str
    label: str
    passed: bool
    seconds: float
    message: str = ""
    repair: str = ""
    field: str = ""


@dataclass(frozen=True)
class CheckStep:
    """One of the checks, before it is done. `run` never raises a PushError: what went wrong stands in the result."""

    name: str
    label: str
    run: Callable[[], CheckResult]


@dataclass(frozen=True)
class Dossier:
    """A client folder at the partner."""

    code: str
    name: str
    siren: str = ""


@dataclass(frozen=True)
class ClassificationNode:
    """A domaine, a type or a sous-type, with what stands below it."""

    code: str
    label: str
    children: tuple[ClassificationNode, ...] = ()


MASK = "••••••••"
"""What stands in a preview where a secret would."""


@dataclass(frozen=True)
class PreviewPart:
    """One part of a request's body. The document's own part has a `file_name` and no `text`: its bytes are not shown."""

    name: str
    media_type: str
    text: str
    file_name: str = ""


@dataclass(frozen=True)
class RequestPreview:
    """The request that would leave for a document, for a person to read: every secret is a MASK."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    parts: tuple[PreviewPart, ...]


@dataclass(frozen=True)
class Token:
    """An access token and the moment (UTC) from which it must not be used any more."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenKeeper(Protocol):
    """Keeps one access token for all workers, and lets only one of them fetch a new one."""

    def token(self, fetch: Callable[[], Token]) -> str:
        """The current token; calls `fetch` in one worker only when there is none or it has expired. `fetch`'s errors pass through."""

    def drop(self, value: str) -> None:
        """Forget the token if it is still `value`: the partner has just refused it."""


@dataclass(frozen=True)
class NetworkRules:
    """Where requests may go. `allow_loopback` also permits plain http there: for development and the demonstration only."""

    allow_loopback: bool = False
    ca_file: str = ""


class Provider(Protocol):
    """A partner under one set of credentials. Built by `connectors.providers.registry.build_provider`."""

    key: ClassVar[str]
    name: ClassVar[str]
    credential_fields: ClassVar[Sequence[CredentialField]]
    delivery_class: ClassVar[DeliveryClass]
    abilities: ClassVar[Abilities]
    limits: ClassVar[Limits]
    description: ClassVar[str]
    keywords: ClassVar[str]
    contract_note: ClassVar[str]

    def __init__(self, credentials: Mapping[str, str], *, tokens: TokenKeeper, network: NetworkRules) -> None: ...

    def push(self, document: OutgoingDocument, source: DocumentSource) -> Receipt:
        """Send one document. Raises a PushError, or DocumentChanged when the file is no longer what was hashed."""

    def preview(self, document: OutgoingDocument) -> RequestPreview:
        """The request that `push` would send, without its bytes and its secrets; nobody is asked. Raises CredentialsRefused for an Uri of no use."""

    def look_up(self, reference: str) -> RemoteDocument | None:
        """What the partner has under this reference; None when it says that it has nothing. Raises a PushError when it cannot say."""

    def check_steps(self) -> Sequence[CheckStep]:
        """The connection checks in their order, none of which deposits anything; a step makes sense when those before it have passed."""

    def check(self) -> list[CheckResult]:
        """Do the steps in turn. Stops at the first one that fails."""

    def list_dossiers(self) -> list[Dossier]:
        """All client folders at the partner. Raises a PushError."""

    def list_classification(self) -> list[ClassificationNode]:
        """The domaines with their types and sous-types; empty where the partner has no such list. Raises a PushError."""

    def close(self) -> None:
        """Give the connections back."""
