"""The streamed body: its bytes, its length, what it holds back, and how little memory it takes."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import tracemalloc
from email.parser import BytesParser
from email.policy import HTTP

import pytest

from connectors.domain.outcomes import DocumentChanged
from connectors.providers.body import BLOCK, json_body, multipart_body
from connectors.providers.testing import BytesSource, make_document

GOLDEN = """--B\r
Content-Disposition: form-data; name="metadata"\r
Content-Type: application/json\r
\r
{"sousType": null}\r
--B\r
Content-Disposition: form-data; name="fichier"; filename="Facture été n°12.pdf"\r
Content-Type: application/pdf\r
\r
%PDF-1.7 %%EOF\r
--B--\r
"""

PARTS = {"metadata": ("application/json", b'{"sousType": null}')}


class Zeros:
    """A large file that is nowhere."""

    def __init__(self, size: int) -> None:
        self._size = self._left = size

    def rewind(self) -> None:
        self._left = self._size

    def read(self, size: int) -> bytes:
        piece = bytes(min(size, self._left))
        self._left -= len(piece)
        return piece

    def is_unchanged(self) -> bool:
        return True

    def may_end(self) -> bool:
        return True


def test_the_multipart_body_is_this_to_the_byte() -> None:
    content = b"%PDF-1.7 %%EOF"
    body, kind = multipart_body(make_document(content), BytesSource(content), file_part="fichier", parts=PARTS)
    boundary = kind.partition("boundary=")[2]
    expected = GOLDEN.encode().replace(b"--B", b"--" + boundary.encode())
    assert b"".join(body) == expected
    assert len(body) == len(expected)
    assert b"".join(body) == expected  # again from the start, as after a refused token


@pytest.mark.parametrize(
    ("name", "written"),
    [('a"b.pdf', 'filename="a%22b.pdf"'), ("a\r\nX: y.pdf", 'filename="a%0D%0AX: y.pdf"'), ("日本 €.pdf", 'filename="日本 €.pdf"')],
)
def test_a_name_cannot_leave_its_quotes(name: str, written: str) -> None:
    body, _ = multipart_body(make_document(b"a", name=name), BytesSource(b"a"), file_part="fichier", parts={})
    assert written.encode() in b"".join(body)


def test_a_media_type_cannot_add_a_header() -> None:
    body, _ = multipart_body(make_document(b"a", media_type="text/plain\r\nX: y"), BytesSource(b"a"), file_part="fichier", parts={})
    assert b"Content-Type: application/octet-stream\r\n\r\na" in b"".join(body)


@pytest.mark.parametrize("size", [0, 1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 200_000])
def test_both_encodings_say_their_exact_length_and_hold_the_bytes(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    document, source = make_document(content), BytesSource(content)
    body, kind = multipart_body(document, source, file_part="fichier", parts=PARTS)
    sent = b"".join(body)
    assert len(body) == len(sent)
    parsed = list(BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + sent).iter_parts())
    assert parsed[1].get_payload(decode=True) == content
    as_json, kind = json_body(document, source, file_key="fichier", metadata={"nom": "été"})
    sent = b"".join(as_json)
    assert (len(as_json), kind) == (len(sent), "application/json")
    assert base64.b64decode(json.loads(sent)["fichier"]) == content


@pytest.mark.parametrize("size", [1, BLOCK, BLOCK + 1, 200_000])
def test_the_last_block_is_held_back_until_the_document_proved_right(size: int) -> None:
    document, source = make_document(b"a" * size), BytesSource(b"a" * size)
    source.changed = True
    body, sent = multipart_body(document, source, file_part="fichier", parts={})[0], 0
    with contextlib.suppress(DocumentChanged):
        for piece in body:
            sent += len(piece)
    assert sent < len(body) - (size % BLOCK or BLOCK)
    assert not body.handed_over


@pytest.mark.parametrize("size", [0, 1, BLOCK, 200_000])
def test_the_end_does_not_leave_once_the_document_belongs_to_somebody_else(size: int) -> None:
    document, source = make_document(b"a" * size), BytesSource(b"a" * size)
    source.owned = False
    body, sent = multipart_body(document, source, file_part="fichier", parts={})[0], 0
    with pytest.raises(DocumentChanged):  # noqa: PT012 - what was sent until then is counted
        for piece in body:
            sent += len(piece)
    assert sent < len(body) - (size % BLOCK or min(size, BLOCK))
    assert not body.handed_over


def test_from_its_first_byte_on_the_end_may_have_arrived() -> None:
    document, source = make_document(b"a" * 200_000), BytesSource(b"a" * 200_000)
    body, _ = multipart_body(document, source, file_part="fichier", parts={})
    left, states = len(body), []
    for piece in body:
        left -= len(piece)
        states.append(body.handed_over)
    assert left == 0
    assert states == [False, False, False, False, True]


@pytest.mark.parametrize("content", [b"", b"b" * 100, b"a" * 99, b"a" * 101, b"a" * 300_000])
def test_other_bytes_than_those_that_were_hashed_are_never_sent_whole(content: bytes) -> None:
    body, _ = multipart_body(make_document(b"a" * 100), BytesSource(content), file_part="fichier", parts={})
    with pytest.raises(DocumentChanged):
        b"".join(body)
    assert not body.handed_over


class Failing(BytesSource):
    """A disk that fails in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_a_disk_that_fails_is_not_taken_for_a_partner_that_hung_up() -> None:
    body, _ = multipart_body(make_document(b"a" * 200_000), Failing(b"a" * 200_000), file_part="fichier", parts={})
    with pytest.raises(DocumentChanged):
        b"".join(body)


def test_sixty_megabytes_take_no_memory() -> None:
    size = 60 * 2**20
    digest = hashlib.sha256()
    for _ in range(60):
        digest.update(bytes(2**20))
    document = make_document(b"", size=size, sha256=digest.hexdigest())
    body, _ = multipart_body(document, Zeros(size), file_part="fichier", parts=PARTS)
    tracemalloc.start()
    sent = sum(len(piece) for piece in body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent == len(body)
    assert peak <= 256 * 1024


class Unplugged(BytesSource):
    """A share that goes away after the last byte was read."""

    def is_unchanged(self) -> bool:
        raise OSError(116, "Stale file handle")


def test_a_file_that_can_no_longer_be_looked_at_does_not_end() -> None:
    body, _ = multipart_body(make_document(b"a"), Unplugged(b"a"), file_part="fichier", parts={})
    with pytest.raises(DocumentChanged):
        b"".join(body)
    assert not body.handed_over
