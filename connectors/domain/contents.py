"""What a file's bytes say about it: another format than its name, a missing end, a password. Enough to ask somebody, never to judge a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ENDS_BYTES = 66 * 1024
"""Read at both ends. A zip's comment, which may follow its last record, has at most 64 KiB."""

PDF_HEADER_BYTES = 1024
"""Some scanners write a line of their own before the header; readers look for it in the first kilobyte."""

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
JPEG = (b"\xff\xd8\xff",)

SIGNATURES = {
    "jpg": JPEG,
    "jpeg": JPEG,
    "png": (b"\x89PNG\r\n\x1a\n",),
    "tif": TIFF,
    "tiff": TIFF,
    "zip": ZIP,
    "xlsx": (*ZIP, OLE),
    "docx": (*ZIP, OLE),
    "xml": (b"<", b"\xfe\xff\0<", b"\xff\xfe<\0"),
}
"""What such a file starts with. Not `xls` and `doc`: half of them are HTML, CSV or RTF under that name, and are read all the same."""

END_MARKS = {
    "pdf": b"%%EOF",
    "zip": b"PK\x05\x06",
    "xlsx": b"PK\x05\x06",
    "docx": b"PK\x05\x06",
    "png": b"IEND",
    "jpg": b"\xff\xd9",
    "jpeg": b"\xff\xd9",
}
"""What stands near the end of a whole file."""

STARTXREF = re.compile(rb"startxref\s+(\d{1,12})")
ENCRYPT = re.compile(rb"/Encrypt(?![A-Za-z])")
XREF_OBJECT = re.compile(rb"\s*\d+\s+\d+\s+obj")
ZIP_ENCRYPTED = 1


def cause_in(extension: str, size: int, read_at: Callable[[int, int], bytes]) -> str:
    """The code of the cause that holds such a file: `wrong_format`, `incomplete` or `encrypted`; empty when nothing is wrong.

    `size` is in bytes; `read_at` gives at most so many bytes from an offset on.
    """
    head, tail = read_at(0, ENDS_BYTES), read_at(max(0, size - ENDS_BYTES), ENDS_BYTES)
    if not _fits(extension, head):
        return "wrong_format"
    if _is_encrypted(extension, head, tail, read_at):
        return "encrypted"
    return "" if END_MARKS.get(extension, b"") in tail else "incomplete"


def _fits(extension: str, head: bytes) -> bool:
    if extension == "pdf":
        return b"%PDF" in head[:PDF_HEADER_BYTES]
    signatures = SIGNATURES.get(extension, ())
    if extension == "xml":
        head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return not signatures or head.startswith(signatures)


def _is_encrypted(extension: str, head: bytes, tail: bytes, read_at: Callable[[int, int], bytes]) -> bool:
    if extension == "pdf":
        found = STARTXREF.findall(tail)
        last = read_at(int(found[-1]), ENDS_BYTES) if found else b""
        return any(ENCRYPT.search(text) for text in (_first_trailer(last), _last_trailer(tail)))
    if extension in {"xlsx", "docx"} and head.startswith(OLE):
        return True  # Office wraps a document with a password in its older format.
    return head.startswith(ZIP[0]) and extension in {"zip", "xlsx", "docx"} and bool(head[6:7] and head[6] & ZIP_ENCRYPTED)


def _first_trailer(text: bytes) -> bytes:
    """The dictionary at the place that `startxref` names: a stream's, or the one after a table."""
    if XREF_OBJECT.match(text):
        return text.partition(b"stream")[0]
    return text.partition(b"trailer")[2].partition(b"startxref")[0]


def _last_trailer(tail: bytes) -> bytes:
    """The last dictionary of the file's end, for a table that is too long to be read from its start."""
    _, found, rest = tail.rpartition(b"trailer")
    return rest.partition(b"startxref")[0] if found else b""
