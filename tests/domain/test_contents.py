"""What a file's bytes say: another format than its name, a missing end, a password."""

from __future__ import annotations

import io
import zipfile

import pytest
from pypdf import PdfWriter

from connectors.domain.contents import cause_in

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def cause_of(extension: str, content: bytes) -> str:
    return cause_in(extension, len(content), lambda offset, size: content[offset : offset + size])


def zipped(name: str = "a.xml") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x" * 100)  # a fixed date: the bytes name the test
    return file.getvalue()


def pdf(*, password: str = "", pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("pdf", pdf()),
        ("pdf", b"a line of the scanner\n" + pdf()),
        ("pdf", pdf(pages=3000)),
        ("jpg", b"\xff\xd8\xff\xe0 picture \xff\xd9"),
        ("png", b"\x89PNG\r\n\x1a\n data IEND\xaeB`\x82"),
        ("tif", b"II*\0 scan"),
        ("tiff", b"MM\0+ large scan"),
        ("zip", zipped()),
        ("xlsx", zipped()),
        ("xml", "\ufeff  <?xml version='1.0'?>".encode()),
        ("xml", "<a/>".encode("utf-16")),
        ("csv", b"anything"),
        ("xls", b"<html>"),
        ("pdf", b"%PDF-1.4 a text about /Encrypt\ntrailer << /Root 1 0 R >>\nstartxref\n99999\n%%EOF"),
    ],
)
def test_nothing_is_wrong(extension: str, content: bytes) -> None:
    assert cause_of(extension, content) == ""


@pytest.mark.parametrize(
    ("extension", "content", "cause"),
    [
        ("pdf", b"<html>an error page</html>", "wrong_format"),
        ("pdf", zipped(), "wrong_format"),
        ("jpg", pdf(), "wrong_format"),
        ("png", b"\xff\xd8\xff", "wrong_format"),
        ("tif", b"%PDF", "wrong_format"),
        ("docx", b"{\\rtf1", "wrong_format"),
        ("xml", b"a;b", "wrong_format"),
        ("pdf", pdf()[:-20], "incomplete"),
        ("zip", zipped()[:60], "incomplete"),
        ("jpg", b"\xff\xd8\xff half", "incomplete"),
        ("png", b"\x89PNG\r\n\x1a\n half", "incomplete"),
        ("pdf", pdf(password="secret"), "encrypted"),
        ("pdf", pdf(password="secret", pages=3000), "encrypted"),
        ("xlsx", OLE + b"EncryptedPackage", "encrypted"),
        ("zip", zipped()[:6] + b"\x01" + zipped()[7:], "encrypted"),
        ("pdf", b"%PDF-1.7\n" + b"7 0 obj << /Type /XRef /Encrypt 3 0 R >> stream" + b"x" * 70_000 + b"endstream startxref\n9\n%%EOF", "encrypted"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_cause(extension: str, content: bytes, cause: str) -> None:
    assert cause_of(extension, content) == cause


def test_encrypt_metadata_is_no_password() -> None:
    assert cause_of("pdf", b"%PDF-1.4\ntrailer << /EncryptMetadata true >>\nstartxref\n9\n%%EOF") == ""
