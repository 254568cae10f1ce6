"""A contract file being read: every value is asked for with its kind, and every refusal names the line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

KINDS: dict[type, str] = {str: "un texte", int: "un nombre entier", float: "un nombre", dict: "une section", list: "une liste"}


class ContractError(Exception):
    """The contract file cannot be used; the message is French and names file, line and reason."""


@dataclass(frozen=True)
class Section:
    """One table of the file; `number` counts the tables of an array `[[…]]` from 0."""

    file: ContractFile
    name: str
    values: dict[str, Any]
    number: int | None = None

    def take(self, key: str, kind: type, *, default: Any = None, allowed: Collection[str] = ()) -> Any:
        """The value of this key. Raises ContractError when it is absent without a default, of another kind or not allowed."""
        value = self.values.get(key, default)
        if value is None:
            raise self.refusal(key, f"« {key} » manque")
        fits = isinstance(value, (int, float) if kind is float else kind) and (not isinstance(value, bool))
        if not fits or (kind is str and not value and default is None):
            raise self.refusal(key, f"« {key} » doit être {KINDS[kind]}{' non vide' if kind is str else ''}")
        if allowed and value not in allowed:
            raise self.refusal(key, f"« {value} » n’est pas permis pour « {key} » ({', '.join(sorted(allowed))})")
        return value

    def take_path(self, key: str) -> str:
        """A path below the Uri."""
        path = self.take(key, str)
        if not re.fullmatch(r"/[\w./~%-]*", path, re.ASCII):
            raise self.refusal(key, f"« {path} » n’est pas un chemin qui commence par « / »")
        return str(path)

    def take_positive(self, key: str) -> float:
        """A number above 0."""
        value = self.take(key, float)
        if not 0 < value < float("inf"):
            raise self.refusal(key, f"« {key} » : un nombre positif est attendu")
        return float(value)

    def take_status(self, value: Any) -> int:
        """An HTTP status."""
        if not isinstance(value, int) or isinstance(value, bool) or not 100 <= value <= 599:  # noqa: PLR2004 - HTTP's status codes
            raise self.refusal("status", f"« {value} » n’est pas un statut HTTP")
        return value

    def take_words(self, key: str, allowed: Collection[str]) -> dict[str, str]:
        """A table of texts, each one of those that are allowed."""
        words = self.file.section(f"{self.name}.{key}", self.take(key, dict))
        return {name: str(words.take(name, str, allowed=allowed)) for name in words.values}

    def refusal(self, key: str, reason: str) -> ContractError:
        """The error for this key."""
        return self.file.refusal(reason, self.file.line_of(self.name, key, self.number or 0))


class ContractFile:
    """The file's text and content. Raises ContractError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ContractError(f"{path} : le fichier ne peut pas être lu ({type(error).__name__}).") from error
        self._lines = text.splitlines()
        try:
            self.content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            raise self.refusal(f"ce n’est pas du TOML valide ({error})", int(found.group(1)) if found else len(self._lines)) from error

    def section(self, name: str, values: Any = None) -> Section:
        """The table of this name."""
        values = self.content.get(name) if values is None else values
        if not isinstance(values, dict):
            raise self.refusal(f"la section [{name}] manque", self.line_of(name, ""))
        return Section(self, name, values)

    def rows(self, name: str) -> list[Section]:
        """The tables `[[name]]`, in their order; a dot leads into a section."""
        outer, _, inner = name.rpartition(".")
        content = self.content.get(outer, {}) if outer else self.content
        rows = content.get(inner) if isinstance(content, dict) else None
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise self.refusal(f"il faut au moins une ligne [[{name}]]", self.line_of(name, ""))
        return [Section(self, name, row, number) for number, row in enumerate(rows)]

    def line_of(self, section: str, key: str, number: int = 0) -> int:
        """Where a key of a section stands, else where the section begins, else the first line; from 1."""
        headers = [index for index, line in enumerate(self._lines) if re.match(rf"\s*\[\[?{re.escape(section)}\]", line)]
        if number >= len(headers):
            return 1
        start = headers[number]
        for index in range(start + 1, len(self._lines)):
            if self._lines[index].lstrip().startswith("["):
                break
            if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", self._lines[index]):
                return index + 1
        return start + 1

    def refusal(self, reason: str, line: int) -> ContractError:
        """The error that says why the file cannot be used."""
        return ContractError(f"{self._path}, ligne {line} : {reason}.")
