"""Moving a file to its archive, below the store: what is taken, given back, continued after a death, and how it is named."""

from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.deposits.base import DocumentMissing, DocumentReplaced, StoreProblem
from connectors.deposits.local.archiving import archive_file
from connectors.deposits.local.document import entry_of
from connectors.deposits.local.folders import rename_without_replacing
from connectors.deposits.local.move import Move, numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONTENT = b"%PDF-1.4 a document %%EOF"
HIDDEN = ".pushdoc-ref"


class Desk:
    """Two folders, a file in the first one, and the move between them."""

    def __init__(self, root: Path) -> None:
        self.deposit, self.archive = root / "deposit", root / "archive"
        for folder in (self.deposit, self.archive):
            folder.mkdir()
        (self.deposit / "a.pdf").write_bytes(CONTENT)
        self.entry = entry_of("a.pdf", (self.deposit / "a.pdf").stat())
        self.open = [os.open(folder, os.O_RDONLY) for folder in (self.deposit, self.archive)]

    def move(self, rename: Callable[[int, str, int, str], None] = rename_without_replacing, sha256: str = "") -> Move:
        return Move(self.entry, *self.open, "ref", sha256 or hashlib.sha256(CONTENT).hexdigest(), rename)

    def across(self, old_folder: int, old: str, new_folder: int, new: str) -> None:
        """The archive is on another device."""
        if old_folder != new_folder:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename_without_replacing(old_folder, old, new_folder, new)

    def names(self) -> tuple[list[str], list[str]]:
        return sorted(os.listdir(self.deposit)), sorted(os.listdir(self.archive))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    for descriptor in desk.open:
        os.close(descriptor)


@pytest.mark.parametrize("across", [False, True])
def test_a_file_is_moved_and_a_second_call_finds_it(desk: Desk, across: bool) -> None:  # noqa: FBT001 - a parameter of the test
    move = desk.move(desk.across if across else rename_without_replacing)
    assert (archive_file(move), archive_file(move)) == ("a.pdf", "a.pdf")
    assert desk.names() == ([], ["a.pdf"])
    assert (desk.archive / "a.pdf").read_bytes() == CONTENT


@pytest.mark.parametrize("where", ["deposit", "archive", "both", "partial"])
def test_what_a_dead_process_left_is_continued(desk: Desk, where: str) -> None:
    if where in {"archive", "both"}:
        (desk.archive / HIDDEN).write_bytes(CONTENT)
    if where == "partial":
        (desk.archive / f"{HIDDEN}.0123.copy").write_bytes(CONTENT[:5])
    if where == "archive":
        (desk.deposit / "a.pdf").unlink()
    else:
        (desk.deposit / "a.pdf").rename(desk.deposit / HIDDEN)
    assert archive_file(desk.move(desk.across)) == "a.pdf"
    assert desk.names() == ([], ["a.pdf"])


def test_a_file_that_was_taken_away_is_missing_and_another_one_is_left_alone(desk: Desk) -> None:
    (desk.deposit / "a.pdf").unlink()
    with pytest.raises(DocumentMissing):
        archive_file(desk.move())
    (desk.deposit / "a.pdf").write_bytes(CONTENT.upper())
    with pytest.raises(DocumentReplaced):
        archive_file(desk.move())
    (desk.deposit / "a.pdf").unlink()
    (desk.deposit / "a.pdf").symlink_to("nowhere")
    with pytest.raises(DocumentReplaced):
        archive_file(desk.move())
    assert desk.names() == (["a.pdf"], [])


def test_a_file_that_was_replaced_in_the_last_moment_is_given_back_beside_what_came_meanwhile(desk: Desk) -> None:
    def late(old_folder: int, old: str, new_folder: int, new: str) -> None:
        if old == "a.pdf":
            (desk.deposit / "new").write_bytes(b"replaced")
            (desk.deposit / "new").rename(desk.deposit / "a.pdf")
            rename_without_replacing(old_folder, old, new_folder, new)
            (desk.deposit / "a.pdf").write_bytes(b"and again")
        else:
            rename_without_replacing(old_folder, old, new_folder, new)

    with pytest.raises(DocumentReplaced):
        archive_file(desk.move(late))
    assert desk.names() == (["a (2).pdf", "a.pdf"], [])
    assert (desk.deposit / "a (2).pdf").read_bytes() == b"replaced"


def test_a_file_whose_bytes_are_others_than_the_published_ones_goes_back_from_the_other_device(desk: Desk) -> None:
    with pytest.raises(DocumentReplaced, match="changé"):
        archive_file(desk.move(desk.across, sha256="0" * 64))
    assert desk.names() == (["a.pdf"], [])


def test_a_file_that_is_touched_while_it_is_copied_goes_back(desk: Desk) -> None:
    def touching(old_folder: int, old: str, new_folder: int, new: str) -> None:
        desk.across(old_folder, old, new_folder, new)
        if old == "a.pdf":
            os.utime(desk.deposit / HIDDEN, (7, 7))

    with pytest.raises(DocumentReplaced):
        archive_file(desk.move(touching))
    assert desk.names() == (["a.pdf"], [])


def test_a_second_name_that_a_crash_has_left_is_forgotten(desk: Desk) -> None:
    os.link(desk.deposit / "a.pdf", desk.archive / HIDDEN)
    assert archive_file(desk.move()) == "a.pdf"
    assert desk.names() == ([], ["a.pdf"])


def test_an_archiver_that_is_always_overtaken_gives_up_for_now(desk: Desk) -> None:
    def overtaken(old_folder: int, old: str, new_folder: int, new: str) -> None:
        if old == HIDDEN:
            raise FileNotFoundError
        raise FileExistsError

    (desk.deposit / "a.pdf").rename(desk.archive / HIDDEN)
    with pytest.raises(StoreProblem, match="Un autre processus"):
        archive_file(desk.move(overtaken))
    assert desk.names() == ([], [HIDDEN])


def test_an_archiver_whose_document_is_hidden_by_another_one_goes_on_with_it(desk: Desk) -> None:
    def overtaken(old_folder: int, old: str, new_folder: int, new: str) -> None:
        rename_without_replacing(old_folder, old, new_folder, new)
        if old == "a.pdf":
            raise FileNotFoundError

    assert archive_file(desk.move(overtaken)) == "a.pdf"
    assert desk.names() == ([], ["a.pdf"])


def test_an_error_of_the_disk_leaves_the_file_where_it_is(desk: Desk) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        archive_file(desk.move(broken))
    assert desk.names() == (["a.pdf"], [])


def test_when_every_name_is_taken_the_file_keeps_its_hidden_one(desk: Desk) -> None:
    def full(old_folder: int, old: str, new_folder: int, new: str) -> None:
        if old == HIDDEN:
            raise FileExistsError
        rename_without_replacing(old_folder, old, new_folder, new)

    with pytest.raises(StoreProblem, match="Trop"):
        archive_file(desk.move(full))
    assert desk.names() == ([], [HIDDEN])


@given(st.binary(min_size=1, max_size=255).filter(lambda raw: b"/" not in raw and b"\0" not in raw))
def test_numbered_names_fit_a_disk_and_differ(raw: bytes) -> None:
    names = [name for name, _ in zip(numbered(os.fsdecode(raw)), range(12), strict=False)]
    assert len(set(names)) == 12
    assert all(len(os.fsencode(name)) <= 255 for name in names)


def test_a_character_is_never_cut_in_two_and_an_extension_is_kept() -> None:
    names = numbered("é" * 125 + ".pdf")
    next(names)
    assert next(names) == "é" * 123 + " (2).pdf"
    long = "a." + "b" * 253
    names = numbered(long)
    next(names)
    assert next(names) == long[:251] + " (2)"
