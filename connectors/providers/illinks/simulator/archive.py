"""What the simulator received: files, and two journals of JSON lines that survive `kill -9`."""

from __future__ import annotations

import json
import os
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Archive:
    """All state, kept in `folder`: `journal.jsonl` has every upload request, `documents.jsonl` what was stored and what became of it."""

    folder: Path
    guard: threading.RLock = field(default_factory=threading.RLock)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By reference; of a reference that was stored twice, the first one."""

    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By our own id, in the order of arrival."""

    def __post_init__(self) -> None:
        """Read what an earlier run left; a last line that was cut is dropped."""
        (self.folder / "files").mkdir(parents=True, exist_ok=True)
        for name in ("documents.jsonl", "journal.jsonl"):
            _drop_cut_line(self.folder / name)
        for item in _lines(self.folder / "documents.jsonl"):
            self._remember(item)

    def new_file(self) -> Path:
        """Where a body is written while it arrives."""
        return self.folder / "files" / f"arriving-{uuid.uuid4().hex}"

    def store(self, metadata: dict[str, Any], arrived: Path, status: str, *, once: bool, **more: Any) -> tuple[dict[str, Any], bool]:
        """Keep the document; the second value is False when it was to be kept `once` and its reference was there already."""
        with self.guard:
            reference = metadata["reference"]
            if once and reference in self.documents:
                return self.documents[reference], False
            given = f"ILK-{uuid.uuid4().hex[:12].upper()}"
            name = uuid.UUID(reference).hex + (f"-{given}" if reference in self.documents else "")
            arrived.rename(self.folder / "files" / name)
            item = {**metadata, "id": given, "statut": status, "fichier": name, **more}
            self._append("documents.jsonl", item)
            self._remember(item)
            return item, True

    def change(self, item: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """What became of a document; as it is now."""
        with self.guard:
            item = {**item, **changes}
            self._append("documents.jsonl", item)
            self._remember(item)
            return item

    def note(self, entry: dict[str, Any]) -> None:
        """One upload request and its answer."""
        with self.guard:
            self._append("journal.jsonl", entry)

    def journal(self) -> list[dict[str, Any]]:
        """All upload requests so far."""
        with self.guard:
            return _lines(self.folder / "journal.jsonl")

    def known_dossiers(self) -> list[dict[str, Any]]:
        """The folders that were set; none when any client code has one."""
        path = self.folder / "dossiers.json"
        known: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return known

    def keep_dossiers(self, known: list[dict[str, Any]]) -> None:
        """Remember them across a restart."""
        draft = self.folder / "dossiers.json.part"
        draft.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        draft.replace(self.folder / "dossiers.json")

    def _remember(self, item: dict[str, Any]) -> None:
        self.stored[item["id"]] = item
        first = self.documents.get(item["reference"], item)
        if first["id"] == item["id"]:
            self.documents[item["reference"]] = item

    def _append(self, name: str, item: dict[str, Any]) -> None:
        with (self.folder / name).open("ab") as file:
            file.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _drop_cut_line(path: Path) -> None:
    """A line that a killed process left unfinished would swallow the next one."""
    if path.exists():
        with path.open("rb+") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    whole = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in whole if line]
