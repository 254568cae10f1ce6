"""A client file between its preview and its confirmation: kept on the server for its owner only, so that nothing is uploaded twice."""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

KEPT_SECONDS = 24 * 3600
"""A preview that nobody confirmed within a day is thrown away with the next upload."""

LONGEST_NAME = 120


@dataclass(frozen=True)
class KeptFile:
    """The file's own name, which is only shown and read for its extension, and what it holds."""

    name: str
    content: bytes


def keep_upload(name: str, content: bytes) -> dict[str, str]:
    """Store it readable for this process alone; give what the session has to remember."""
    folder = _folder()
    _forget_old(folder)
    key = uuid.uuid4().hex
    descriptor = os.open(folder / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return {"id": key, "name": _shown(name)}


def read_upload(kept: object) -> KeptFile | None:
    """What a session remembers; None when it remembers nothing, or the file is gone."""
    if not isinstance(kept, dict):
        return None
    path = _path(kept)
    try:
        return KeptFile(str(kept.get("name", "")), path.read_bytes()) if path else None
    except OSError:
        return None


def drop_upload(kept: object) -> None:
    """Remove it; one that is gone already is no problem."""
    if isinstance(kept, dict) and (path := _path(kept)):
        path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(kept: dict[str, str]) -> Path | None:
    try:
        return _folder() / uuid.UUID(hex=str(kept.get("id", ""))).hex
    except ValueError:
        return None


def _shown(name: str) -> str:
    """Its end matters: the extension says how the file is read."""
    return "".join(char for char in name if char.isprintable())[-LONGEST_NAME:]


def _forget_old(folder: Path) -> None:
    limit = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
