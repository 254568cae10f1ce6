"""The contract as data: what the partner expects, and how its answers are to be read."""

from __future__ import annotations

import functools
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.providers.base import Abilities, DeliveryClass, Limits
from connectors.providers.illinks.contract_file import ContractError, ContractFile, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OWN", "AnswerRule", "Contract", "ContractError", "ReceiptRule", "current_contract", "load_contract"]

OWN = Path(__file__).with_name("contract.toml")

OUTCOMES = {"document_refused", "client_unknown", "credentials_refused", "unavailable"}
RECEIPTS = {"published", "repeated", "received"}
LOOK_UPS = ("document", "dossiers", "classification")
"""In the order of `Abilities`; one that the file does not name is one that the partner lacks."""

REMOTE_STATUSES = {"published", "received", "rejected"}
FIELDS = {"client_id", "client_secret", "id_illibook", "ws_user", "id_correspondance", "uri"}
SOURCES = {
    "reference", "client_code", "domaine", "type", "sous_type", "name", "size", "sha256", "deposited_at", "millesime",
    *(f"credential:{name}" for name in FIELDS - {"client_secret", "uri"}),
}  # fmt: skip


@dataclass(frozen=True)
class ReceiptRule:
    """One way to say yes. `text` is empty where any text fits."""

    status: int
    text: str
    receipt: str


@dataclass(frozen=True)
class AnswerRule:
    """One row of the table from answers to outcomes. `code` is empty where any code fits."""

    statuses: frozenset[int]
    code: str
    outcome: str
    message: str
    field: str


@dataclass(frozen=True)
class Contract:
    """What the partner expects."""

    version: str
    note: str
    token_path: str
    token_in_header: bool
    upload: Mapping[str, Any]
    receipts: tuple[ReceiptRule, ...]
    answers: tuple[AnswerRule, ...]
    look_up: Mapping[str, Any]
    limits: Limits

    @property
    def abilities(self) -> Abilities:
        """What the partner can be asked."""
        return Abilities(*(bool(self.look_up[name]) for name in LOOK_UPS))

    @property
    def delivery_class(self) -> DeliveryClass:
        """A where the partner has an answer for a reference that it already has, else B where it can be asked, else C."""
        if any(rule.receipt == "repeated" for rule in self.receipts):
            return DeliveryClass.IDEMPOTENT
        return DeliveryClass.ASKABLE if self.look_up["document"] else DeliveryClass.BLIND


@functools.cache
def current_contract() -> Contract:
    """The firm's file where ILLINKS_CONTRACT names one, else our own. Raises ContractError."""
    return load_contract(Path(os.environ.get("ILLINKS_CONTRACT") or OWN))


def load_contract(path: Path) -> Contract:
    """Read and check one file. Raises ContractError."""
    file = ContractFile(path)
    token = file.section("token")
    return Contract(
        version=str(file.content.get("version", "")),
        note=str(file.content.get("note", "")),
        token_path=token.take_path("path"),
        token_in_header=token.take("authentication", str, allowed={"body", "basic"}) == "basic",
        upload=_upload(file.section("upload")),
        receipts=tuple(_receipt(row) for row in file.rows("upload.success")),
        answers=tuple(_answer(row) for row in file.rows("answers")),
        look_up=_look_up(file.section("look_up")),
        limits=_limits(file.section("limits")),
    )


def _upload(upload: Section) -> dict[str, Any]:
    encoding = upload.take("encoding", str, allowed={"multipart", "json"})
    place = upload.take("metadata_place", str, allowed={"part", "form", "header", "query"})
    if (encoding, place) == ("json", "form"):
        raise upload.refusal("metadata_place", "« form » n’existe pas avec l’encodage « json » : « part » les met dans le même objet")
    metadata = upload.take_words("metadata", SOURCES)
    key_header = upload.take("key_header", str)
    for name in [key_header, *(metadata if place == "header" else ())]:
        if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII):
            raise upload.refusal("key_header", f"« {name} » n’est pas un nom d’en-tête HTTP")
    return {
        "path": upload.take_path("path"),
        "encoding": encoding,
        "metadata_place": place,
        "key_header": key_header,
        **{key: upload.take(key, str) for key in ("file_part", "metadata_part", "remote_id")},
        "status_key": upload.take("status_key", str, default="statut"),
        "metadata": metadata,
    }


def _receipt(row: Section) -> ReceiptRule:
    status = row.take_status(row.values.get("status"))
    return ReceiptRule(status, row.take("text", str, default=""), row.take("receipt", str, allowed=RECEIPTS))


def _answer(row: Section) -> AnswerRule:
    statuses = frozenset(row.take_status(status) for status in row.take("status", list))
    outcome = row.take("outcome", str, allowed=OUTCOMES)
    mended = row.take("field", str, default="", allowed=FIELDS | {""})
    return AnswerRule(statuses, row.take("code", str, default=""), outcome, row.take("message", str), mended)


def _look_up(look_up: Section) -> dict[str, Any]:
    paths = {key: look_up.take_path(key) if key in look_up.values else "" for key in LOOK_UPS}
    return {**paths, "status": look_up.take_words("status", REMOTE_STATUSES) if paths["document"] else {}}


def _limits(limits: Section) -> Limits:
    base, per_mebibyte = limits.take_positive("deadline_seconds"), limits.take_positive("deadline_seconds_per_mebibyte")
    return Limits(
        max_bytes=int(limits.take_positive("max_mebibytes") * 2**20),
        extensions=frozenset(str(name).lower().lstrip(".") for name in limits.take("extensions", list)),
        requests_per_second=limits.take_positive("requests_per_second"),
        longest_processing=timedelta(seconds=limits.take_positive("longest_processing_seconds")),
        deadline=lambda size: timedelta(seconds=base + per_mebibyte * size / 2**20),
    )
