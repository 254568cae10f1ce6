"""What an administrator may write as a path, and that nothing made from it leaves the client's folder."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.domain.paths import KNOWN_PLACEHOLDERS, RECOMMENDED, PathRefused, clean_path, contains, could_contain, fill

MANY = settings(max_examples=20_000 if os.environ.get("PUSHDOC_FULL") == "1" else 700, deadline=None)
PART = st.text(st.sampled_from("ab.é/\\~$:{}\u202e\u2028 \0\n%") | st.characters(), max_size=30)
PATH = st.one_of(st.text(max_size=60), st.lists(PART, max_size=5).map("/".join))


@MANY
@given(PATH)
@example("../x")
@example("a/../../b")
@example("a/ .. /b")
@example("C:/x")
@example("a/\u2024\u2024/b")
@example("A/CON.txt")
def test_a_path_that_is_taken_stays_below_the_root(text: str) -> None:
    try:
        path = clean_path(text)
    except PathRefused:
        return
    assert os.path.normpath(f"/root/{path}") == f"/root/{path}"
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in path)
    assert clean_path(path) == path
    assert contains(path, path)
    assert could_contain(path, path)


@MANY
@given(st.text(max_size=30))
@example("..")
@example("2026/..")
@example("2026/x")
def test_a_filled_path_has_the_parts_of_its_template(value: str) -> None:
    for _, archive in RECOMMENDED:
        try:
            filled = fill(archive, {"millésime": value})
        except PathRefused:
            continue
        assert filled.count("/") == archive.count("/")
        assert os.path.normpath(f"/root/{filled}") == f"/root/{filled}"
        assert could_contain(archive, filled)


CLEAN = st.lists(st.text("abcé °1", min_size=1, max_size=8).map(str.strip).filter(bool), min_size=1, max_size=4).map("/".join)


@given(CLEAN, CLEAN)
def test_what_lies_below_is_contained_in_any_spelling(outer: str, inner: str) -> None:
    assert contains(outer, f"{outer}/{inner}")
    assert contains(unicodedata.normalize("NFD", outer.upper()), f"{outer}/{inner}")
    assert not contains(f"{outer}/{inner}", outer)


REFUSED = [
    "",
    " ",
    "/a",
    "~a",
    "C:x",
    "a//b",
    "a/./b",
    "a/../b",
    "a/b.",
    "a/NUL",
    "a/x\0y",
    "a/x\u202ey",
    "a/x\u2028y",
    "a/b?c",
    "{x}",
    "{",
]


@pytest.mark.parametrize("text", [*REFUSED, "a/" + "b" * 101, "a/" * 210 + "b"])
def test_what_is_refused_gets_a_sentence(text: str) -> None:
    with pytest.raises(PathRefused, match=r"\."):
        clean_path(text)


def test_a_known_placeholder_is_kept_and_an_unknown_one_names_those_that_are_permitted() -> None:
    assert clean_path("A/{mille\u0301sime}/B", KNOWN_PLACEHOLDERS) == "A/{millésime}/B"
    with pytest.raises(PathRefused, match=r"\{millésime\}"):
        clean_path("A/{semestre}", KNOWN_PLACEHOLDERS)
    assert fill("A/{millésime}/B", {"millésime": "2026"}) == "A/2026/B"


def test_an_archive_that_could_lie_in_a_deposit_folder_is_found() -> None:
    assert could_contain("DEPOT", "Depot/{millésime}")
    assert not could_contain("DEPOT/A", "DEPOT")
    assert not contains("A", "AB")
