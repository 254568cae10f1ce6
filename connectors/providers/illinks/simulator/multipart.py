"""Reading an upload as it arrives: two parts in order, the file straight to the disk, never whole in memory."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 64 * 1024
LONGEST_HEAD = 256 * 1024


class Malformed(Exception):
    """The body is not what the contract asks for."""


class Cut(Exception):
    """The body ended before its declared length: nothing of it counts."""


@dataclass
class Arrived:
    """The two parts."""

    metadata: dict[str, Any]
    name: str
    media_type: str
    size: int
    sha256: str
    path: Path


class Body:
    """Exactly Content-Length bytes of the request."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream, self.left = stream, length

    def read(self) -> bytes:
        """The next block; empty at the end. Raises Cut."""
        if not self.left:
            return b""
        block = self._stream.read(min(BLOCK, self.left))
        if not block:
            raise Cut
        self.left -= len(block)
        return block

    def read_away(self, upto: int = 0) -> None:
        """Read and forget, until `upto` bytes are left."""
        while self.left > upto:
            self.read()


def read_upload(body: Body, content_type: str, path: Path) -> Arrived:
    """Both parts; the file's bytes are at `path`. Raises Malformed or Cut."""
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not content_type.startswith("multipart/form-data") or not found:
        raise Malformed("multipart/form-data attendu")
    mark = b"\r\n--" + found.group(1).encode("latin-1")
    head, buffer = _until(body, b"\r\n", mark + b"\r\n")
    metadata_head, buffer = _until(body, buffer, b"\r\n\r\n")
    content, buffer = _until(body, buffer, mark + b"\r\n")
    file_head, buffer = _until(body, buffer, b"\r\n\r\n")
    if head.strip() or b'name="metadata"' not in metadata_head or b'name="fichier"' not in file_head:
        raise Malformed("les parties « metadata » puis « fichier » sont attendues")
    try:
        metadata = json.loads(content)
        name = re.search(rb'filename="([^"]*)"', file_head)
        shown = name.group(1).decode() if name else ""
    except ValueError as error:
        raise Malformed("métadonnées illisibles") from error
    media = re.search(rb"(?i)content-type: *([^\r\n]+)", file_head)
    size, sha256 = _spool(body, buffer, mark + b"--", path)
    if not isinstance(metadata, dict):
        raise Malformed("métadonnées illisibles")
    return Arrived(metadata, shown.replace("%22", '"'), media.group(1).decode("latin-1") if media else "", size, sha256, path)


def _until(body: Body, buffer: bytes, mark: bytes) -> tuple[bytes, bytes]:
    while mark not in buffer:
        block = body.read()
        if not block or len(buffer) > LONGEST_HEAD:
            raise Malformed("partie sans fin")
        buffer += block
    before, _, after = buffer.partition(mark)
    return before, after


def _spool(body: Body, buffer: bytes, mark: bytes, path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while mark not in buffer:
            keep = len(mark) - 1
            ready, buffer = buffer[:-keep], buffer[-keep:]
            digest.update(ready)
            size += file.write(ready)
            block = body.read()
            if not block:
                raise Malformed("le fichier n’a pas de fin")
            buffer += block
        last = buffer.partition(mark)[0]
        digest.update(last)
        size += file.write(last)
    body.read_away()
    return size, digest.hexdigest()
