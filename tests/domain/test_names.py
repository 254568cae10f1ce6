"""Names are bytes of somebody's machine: what is sent is clean, what is shown is visible, what is compared is folded."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.domain.names import LONGEST_SHOWN_NAME, UNSAFE_CATEGORIES, extension_of, fold, is_temporary, sent_name, shown_name

RAW = st.one_of(
    st.binary(min_size=1, max_size=255), st.text(min_size=1, max_size=120).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
MANY = settings(max_examples=20_000 if os.environ.get("PUSHDOC_FULL") == "1" else 500, deadline=None)


def is_clean(name: str) -> bool:
    return not any(unicodedata.category(char) in UNSAFE_CATEGORIES or char in '/\\"<>|:*?' for char in name)


@MANY
@given(RAW)
@example(b"\xe2\x80\xae.pdf")
@example(b"." * 255)
@example(b"CON.pdf")
@example(("a" * 300 + ".pdf").encode())
@example(b"x." + b"y" * 250)
@example("e\u200b\u0301.pdf".encode())
def test_a_sent_name_is_clean_and_never_empty(raw: bytes) -> None:
    name = sent_name(raw)
    assert 0 < len(name) <= 200
    assert is_clean(name)
    assert name == unicodedata.normalize("NFC", name)
    assert not name.endswith((" ", "."))
    assert sent_name(name.encode()) == name


@MANY
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=250), st.sampled_from(["pdf", "PDF", "jpeg", "xlsx"]))
def test_a_sent_name_keeps_its_extension(stem: str, extension: str) -> None:
    assert sent_name(f"x{stem}.{extension}".encode()).endswith(f".{extension}")


@MANY
@given(RAW)
@example(b"\x01" * 255)
@example(b"\xff" * 255)
def test_a_shown_name_holds_nothing_that_cannot_be_seen_and_fits_its_column(raw: bytes) -> None:
    name = shown_name(raw)
    assert len(name) <= LONGEST_SHOWN_NAME
    assert not any(unicodedata.category(char) in UNSAFE_CATEGORIES for char in name)
    name.encode()


@MANY
@given(st.text())
@example("İſßΐᾳ\u0345\u0301")
def test_folding_twice_is_folding_once_and_spelling_does_not_matter(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


def test_every_character_folds_once() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert [char for char in characters if fold(fold(char)) != fold(char)] == []


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        ("Facture été n°12.pdf".encode(), "Facture été n°12.pdf"),
        ("Facture e\u0301te\u0301.pdf".encode(), "Facture été.pdf"),
        (b"CON.pdf", "_CON.pdf"),
        (b"a.pdf.", "a.pdf"),
        (b"a\r\nb.pdf", "ab.pdf"),
        (b"re\xe7u.pdf", "re_u.pdf"),
        ("\u202efdp.exe.pdf".encode(), "fdp.exe.pdf"),
        (b"..", "document"),
        (b'a"b:c.pdf', "a_b_c.pdf"),
    ],
)
def test_what_is_sent_for_names_that_people_have(raw: bytes, sent: str) -> None:
    assert sent_name(raw) == sent


@pytest.mark.parametrize(
    "name", ["x.part", "~$a.docx", ".~lock.a.ods#", "Thumbs.db", "desktop.ini", ".cache", "a.pdf~", "a.PDF.crdownload"]
)
def test_what_programs_leave_while_they_work_is_temporary(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["a.pdf", "part.pdf", "-rf.pdf", "a~b.pdf", "tmp", "CON.pdf"])
def test_a_document_is_not_temporary(name: str) -> None:
    assert not is_temporary(name)


@given(st.binary(min_size=1, max_size=255))
def test_an_extension_has_no_dot_and_one_case(raw: bytes) -> None:
    extension = extension_of(os.fsdecode(raw))
    assert "." not in extension
    assert extension == extension.casefold()
