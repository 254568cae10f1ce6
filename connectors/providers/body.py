"""The streamed body of an upload: exact length, readable again from the start, its end held back until the document proved to be what was hashed."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from typing import TYPE_CHECKING

from connectors.domain.crash_points import reach
from connectors.domain.outcomes import DocumentChanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connectors.domain.document import DocumentSource, OutgoingDocument

BLOCK = 64 * 1024 - 64 * 1024 % 3
"""Bytes read at a time: a multiple of three, so that pieces of base64 join without padding."""


class Body:
    """What stands before the document, the document, what stands after it.

    `handed_over` is True from the moment in which the body's end starts to leave: a sender that fails on the end cannot tell how much of it the
    system has already taken, so from then on nobody may say that the partner has no whole document.
    """

    def __init__(self, before: bytes, document: OutgoingDocument, source: DocumentSource, after: bytes, *, as_base64: bool = False) -> None:
        self._before, self._document, self._source, self._after = before, document, source, after
        self._as_base64 = as_base64
        self.handed_over = False

    def __len__(self) -> int:
        """The exact Content-Length in bytes."""
        size = self._document.size
        return len(self._before) + (-(-size // 3) * 4 if self._as_base64 else size) + len(self._after)

    def __iter__(self) -> Iterator[bytes]:
        """From the start, at each call. Raises DocumentChanged before the end when it would not be the end of the document that was hashed."""
        self.handed_over = False
        yield self._before
        for block, is_last in verified_blocks(self._document, self._source):
            encoded = base64.b64encode(block) if self._as_base64 else block
            if is_last:
                self.handed_over = True
            yield encoded + self._after if is_last else encoded


def verified_blocks(document: OutgoingDocument, source: DocumentSource) -> Iterator[tuple[bytes, bool]]:
    """The document's blocks, each with whether it is the last: that one only while the file is what was hashed and the document is ours."""
    digest, read, held = hashlib.sha256(), 0, b""
    while block := _fill(source, from_start=not read):
        read += len(block)
        if read > document.size:
            raise DocumentChanged
        digest.update(block)
        if held:
            yield held, False
        held = block
    if read != document.size or digest.hexdigest() != document.sha256 or not _is_unchanged(source):
        raise DocumentChanged
    reach("send.before_last_bytes")
    if not source.may_end():
        raise DocumentChanged
    yield held, True


def _fill(source: DocumentSource, *, from_start: bool) -> bytes:
    """The next block. A disk that fails must not look like a partner that hung up: both are an OSError to the transport."""
    pieces, missing = [], BLOCK
    try:
        if from_start:
            source.rewind()
        while missing and (piece := source.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
    except OSError as error:
        raise DocumentChanged from error
    return b"".join(pieces)


def _is_unchanged(source: DocumentSource) -> bool:
    try:
        return source.is_unchanged()
    except OSError:
        return False


def multipart_body(
    document: OutgoingDocument, source: DocumentSource, *, file_part: str, parts: Mapping[str, tuple[str, bytes]]
) -> tuple[Body, str]:
    """The body and its Content-Type. `parts` maps names to (media type or empty, content), sent in order before the file (RFC 7578)."""
    boundary = f"pushdoc-{secrets.token_hex(16)}"
    before = b"".join(_part(boundary, name, media_type, content) for name, (media_type, content) in parts.items())
    disposition = f'form-data; name="{_quoted(file_part)}"; filename="{_quoted(document.name)}"'
    head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {_media_type(document.media_type)}\r\n\r\n"
    body = Body(before + head.encode(), document, source, f"\r\n--{boundary}--\r\n".encode())
    return body, f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, name: str, media_type: str, content: bytes) -> bytes:
    kind = f"Content-Type: {media_type}\r\n" if media_type else ""
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n{kind}\r\n'.encode() + content + b"\r\n"


def _media_type(text: str) -> str:
    """As it is when it looks like one; nothing else may get into the header."""
    return text if re.fullmatch(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.+-]+)*", text, re.ASCII) else "application/octet-stream"


def _quoted(text: str) -> str:
    """As browsers write names: UTF-8 as it is, and only what would end the header or the quotes escaped."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def json_body(document: OutgoingDocument, source: DocumentSource, *, file_key: str, metadata: Mapping[str, object]) -> tuple[Body, str]:
    """One JSON object with the document as base64 under `file_key`."""
    start = json.dumps(metadata, ensure_ascii=False)[:-1]
    before = f'{start}{", " if metadata else ""}{json.dumps(file_key)}: "'
    return Body(before.encode(), document, source, b'"}', as_base64=True), "application/json"
