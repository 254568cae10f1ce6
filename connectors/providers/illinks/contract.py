"""The contract as data: read once, checked with the line of each fault."""

from __future__ import annotations

import functools
import os
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.providers.base import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = Path(__file__).with_name("contract.toml")

OUTCOMES = {"document_refused", "client_unknown", "credentials_refused", "unavailable"}
RECEIPTS = {"published", "repeated", "received"}
SOURCES = {
    "reference", "client_code", "domaine", "type", "sous_type", "name", "size", "sha256", "deposited_at", "millesime",
    *(f"credential:{name}" for name in ("client_id", "id_illibook", "ws_user", "id_correspondance")),
}  # fmt: skip


class ContractError(Exception):
    """The contract file cannot be used; the message is French and names file, line and reason."""


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
    receipts: Mapping[int, str]
    answers: tuple[AnswerRule, ...]
    look_up: Mapping[str, Any]
    limits: Limits


@functools.cache
def current_contract() -> Contract:
    """The firm's file where ILLINKS_CONTRACT names one, else our own. Raises ContractError."""
    return load_contract(Path(os.environ.get("ILLINKS_CONTRACT") or OWN))


def load_contract(path: Path) -> Contract:
    """Read and check one file. Raises ContractError."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{path} : le fichier ne peut pas être lu ({type(error).__name__}).") from error
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"{path} : {error}") from error
    return _Reader(path, text, content).contract()


class _Reader:
    """Takes values out of the file; every refusal knows its line."""

    def __init__(self, path: Path, text: str, content: dict[str, Any]) -> None:
        self._path, self._lines, self._content = path, text.splitlines(), content

    def contract(self) -> Contract:
        take = self._take
        authentication = take("token", "authentication", str, {"body", "basic"})
        take("upload", "encoding", str, {"multipart", "json"})
        take("upload", "metadata_place", str, {"part", "form", "header", "query"})
        for name in ("path", "file_part", "metadata_part", "key_header", "remote_id"):
            take("upload", name, str)
        for name, source in take("upload", "metadata", dict).items():
            if source not in SOURCES:
                self._refuse(name, f"« {source} » n’est pas une donnée connue ({', '.join(sorted(SOURCES))})")
        for name in ("document", "dossiers", "classification"):
            take("look_up", name, str)
        for name, meaning in take("look_up", "status", dict).items():
            if meaning not in {"published", "received", "rejected"}:
                self._refuse(name, f"« {meaning} » n’est ni published, ni received, ni rejected")
        return Contract(
            version=str(self._content.get("version", "")),
            note=str(self._content.get("note", "")),
            token_path=take("token", "path", str),
            token_in_header=authentication == "basic",
            upload=self._content["upload"],
            receipts={self._status(row.get("status")): self._one_of("receipt", row, RECEIPTS) for row in take("upload", "success", list)},
            answers=tuple(self._answer(row) for row in self._content.get("answers", [])),
            look_up=self._content["look_up"],
            limits=self._limits(),
        )

    def _answer(self, row: dict[str, Any]) -> AnswerRule:
        statuses = frozenset(self._status(status) for status in row.get("status", []))
        outcome = self._one_of("outcome", row, OUTCOMES)
        return AnswerRule(statuses, str(row.get("code", "")), outcome, str(row.get("message", "")), str(row.get("field", "")))

    def _limits(self) -> Limits:
        number = {name: self._number(name) for name in ("max_mebibytes", "requests_per_second", "deadline_seconds")}
        per_mebibyte = self._number("deadline_seconds_per_mebibyte")
        return Limits(
            max_bytes=int(number["max_mebibytes"] * 2**20),
            extensions=frozenset(str(name).lower().lstrip(".") for name in self._take("limits", "extensions", list)),
            requests_per_second=number["requests_per_second"],
            longest_processing=timedelta(seconds=self._number("longest_processing_seconds")),
            deadline=lambda size: timedelta(seconds=number["deadline_seconds"] + per_mebibyte * size / 2**20),
        )

    def _number(self, name: str) -> float:
        value = self._take("limits", name, (int, float))
        if isinstance(value, bool) or value <= 0:
            self._refuse(name, "un nombre positif est attendu")
        return float(value)

    def _take(self, section: str, name: str, kind: Any, allowed: set[str] | None = None) -> Any:
        value = self._content.get(section, {}).get(name)
        if not isinstance(value, kind):
            self._refuse(name, f"[{section}] {name} manque ou n’a pas la bonne forme", section)
        if allowed and value not in allowed:
            self._refuse(name, f"« {value} » n’est pas permis ({', '.join(sorted(allowed))})", section)
        return value

    def _one_of(self, name: str, row: dict[str, Any], allowed: set[str]) -> str:
        value = row.get(name)
        if value not in allowed:
            self._refuse(str(value), f"{name} = « {value} » n’est pas permis ({', '.join(sorted(allowed))})")
        return str(value)

    def _status(self, value: Any) -> int:
        if not isinstance(value, int) or not 100 <= value <= 599:  # noqa: PLR2004 - HTTP's status codes
            self._refuse("status", f"« {value} » n’est pas un statut HTTP")
        return int(value)

    def _refuse(self, word: str, reason: str, section: str = "") -> None:
        pattern = re.compile(rf"(^|\W){re.escape(word)}(\W|$)")
        start = next((number for number, line in enumerate(self._lines) if line.strip() == f"[{section}]"), 0) if section else 0
        line = next((number for number in range(start, len(self._lines)) if pattern.search(self._lines[number])), start)
        raise ContractError(f"{self._path}, ligne {line + 1} : {reason}.")
