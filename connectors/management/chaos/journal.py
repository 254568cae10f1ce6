"""What the dropper did: one JSON line for each version of a document, and one for each change of its fate."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEPT = "kept"
REPLACED = "replaced"
"""The dropper itself put another version in its place, and had this one back: it may be anywhere, or nowhere."""


@dataclass
class Version:
    """Some bytes that were dropped once. `deposit` is the folder where the dropper put them last; `name` as the file system spells it."""

    number: int
    client: str
    code: str
    deposit: str
    name: str
    sha256: str
    size: int
    how: str
    fate: str = KEPT
    moved: bool = False

    @property
    def folder(self) -> str:
        """Below the root of all clients."""
        return f"{self.client}/{self.deposit}"


class Journal:
    """Kept by several threads; the last line of a version counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()

    def note(self, version: Version) -> None:
        """Write the version down as it is now."""
        line = json.dumps(asdict(version), ensure_ascii=True) + "\n"
        with self._guard, self._path.open("a", encoding="ascii") as file:
            file.write(line)


def read_journal(path: Path) -> list[Version]:
    """All versions as they are by now."""
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    last = {(item := json.loads(line))["number"]: item for line in lines}
    return [Version(**item) for item in last.values()]
