"""The local store on real folders: what it lists, opens and refuses, and that it never leaves its root."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from connectors.deposits.base import DocumentMissing, FolderMissing, StoreProblem, is_same_but_moved, is_same_version
from connectors.deposits.local.events import changed_folders
from connectors.deposits.local.folders import opened_folder
from connectors.deposits.local.store import LocalStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "Été" / "DEPOT").mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root)


def test_a_folder_is_found_in_another_case_and_spelling(store: LocalStore, root: Path) -> None:
    (root / "Été" / "DEPOT" / "a.pdf").touch()
    assert [entry.name for entry in store.list("e\u0301te\u0301/depot").entries] == ["a.pdf"]


def test_two_folders_that_could_be_meant_are_a_problem(store: LocalStore, root: Path) -> None:
    (root / "ÉTÉ").mkdir()
    with pytest.raises(StoreProblem, match="Plusieurs"):
        store.list("été/DEPOT")


@pytest.mark.parametrize("folder", ["../x", "Été/..", "Été//DEPOT", "", ".", "Été/\0"])
def test_nothing_outside_the_root_is_opened(store: LocalStore, folder: str) -> None:
    with pytest.raises(StoreProblem, match="permis"):
        store.list(folder)


def test_a_link_to_a_folder_is_not_followed(store: LocalStore, root: Path) -> None:
    (root / "lien").symlink_to(root / "Été")
    with pytest.raises(StoreProblem, match="lien"):
        store.list("lien/DEPOT")


def test_a_root_that_is_a_link_is_the_operators_choice(root: Path) -> None:
    link = root.with_name("link")
    link.symlink_to(root)
    assert LocalStore(link).list("Été/DEPOT").place == LocalStore(root).place("Été/DEPOT")


def test_an_absent_root_or_folder_is_missing(store: LocalStore, root: Path) -> None:
    with pytest.raises(FolderMissing, match="absent"):
        store.place("Hiver")
    with pytest.raises(FolderMissing, match="racine"):
        LocalStore(root / "nowhere").list("Été")
    with pytest.raises(StoreProblem, match="ouvert"):
        store.list("x" * 300)


def test_a_folder_is_only_made_beside_one_that_was_there(store: LocalStore, root: Path) -> None:
    store.make_folder("Été/ARCHIVE/2026", beside=["Hiver", "Été/DEPOT"])
    assert (root / "Été" / "ARCHIVE" / "2026").is_dir()
    with pytest.raises(FolderMissing, match="pas monté"):
        store.make_folder("Neuf", beside=["Hiver"])
    store.make_folder("Neuf")
    assert (root / "Neuf").is_dir()


def test_a_young_or_absent_folder_has_no_stamp(store: LocalStore, root: Path) -> None:
    assert (store.stamp("Été/DEPOT"), store.stamp("nowhere"), store.stamp("\0")) == ("", "", "")
    os.utime(root / "Été" / "DEPOT", (1, 1))
    assert store.stamp("Été/DEPOT") == "1000000000"


def test_a_missing_file_and_what_is_none_are_missing(store: LocalStore, root: Path) -> None:
    os.mkfifo(root / "Été" / "DEPOT" / "tube")
    for name in ("absent", "tube"):
        with pytest.raises(DocumentMissing):
            store.describe("Été/DEPOT", name)
        with pytest.raises(DocumentMissing), store.open("Été/DEPOT", name):
            pass
        assert not store.is_being_written("Été/DEPOT", name)
    with pytest.raises(StoreProblem):
        store.describe("Été/DEPOT", "x" * 300)
    with pytest.raises(FolderMissing):
        store.is_being_written("Hiver", "a")


def test_a_writer_is_noticed_and_gone_when_it_closes(store: LocalStore, root: Path) -> None:
    with (root / "Été" / "DEPOT" / "a.pdf").open("wb"):
        assert store.is_being_written("Été/DEPOT", "a.pdf")
    assert not store.is_being_written("Été/DEPOT", "a.pdf")


def test_an_open_document_reads_from_anywhere_and_knows_its_holes(store: LocalStore, root: Path) -> None:
    with (root / "Été" / "DEPOT" / "a.bin").open("wb") as file:
        file.write(b"start")
        file.seek(8 * 1024 * 1024)
        file.write(b"middle")
        file.truncate(10 * 1024 * 1024)
    with store.open("Été/DEPOT", "a.bin") as document:
        assert 7 * 1024 * 1024 < document.largest_hole() <= 8 * 1024 * 1024
        assert (document.read(5), document.read_at(8 * 1024 * 1024, 6), document.read_at(11 * 1024 * 1024, 6)) == (b"start", b"middle", b"")
        document.rewind()
        assert (document.read(5), document.is_unchanged(), document.may_end(), document.entry.links) == (b"start", True, True, 1)
        (root / "Été" / "DEPOT" / "a.bin").write_bytes(b"other")
        assert not document.is_unchanged()


def test_a_document_that_is_only_a_hole_or_none_at_all(store: LocalStore, root: Path) -> None:
    os.truncate(os.open(root / "Été" / "DEPOT" / "hole", os.O_CREAT | os.O_WRONLY), 5_000_000)
    (root / "Été" / "DEPOT" / "full").write_bytes(b"x" * 5000)
    for name, hole in (("hole", 5_000_000), ("full", 0)):
        with store.open("Été/DEPOT", name) as document:
            assert document.largest_hole() == hole


def test_an_identity_tells_a_moved_file_from_another_version() -> None:
    assert is_same_but_moved("1:5:10:99", "2:5:10:99")
    assert not is_same_but_moved("1:5:10:99", "1:5:10:99")
    assert not is_same_but_moved("1:5:10:99", "2:5:10:98")
    assert is_same_version("1:5:10:99", "2:6:10:99")
    assert not is_same_version("1:5:10:99", "1:5:11:99")


def test_events_name_the_folder_and_time_passes_without_any(store: LocalStore, root: Path) -> None:
    changes = store.changes()
    assert next(changes) == set()
    (root / "Été" / "DEPOT" / "a.pdf").touch()
    assert any("Été/DEPOT" in batch for batch, _ in zip(changes, range(20), strict=False))


def test_where_there_are_no_events_time_passes_all_the_same_and_a_new_root_is_watched(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    changes = changed_folders(root / "absent", ticks=2)
    assert [next(changes) for _ in range(6)] == [set()] * 6
    assert len(caplog.records) == 1
    changes = changed_folders(root)
    next(changes)
    root.rename(root.with_name("unmounted"))
    root.mkdir()
    for batch, _ in zip(changes, range(3), strict=False):
        assert isinstance(batch, set)
    (root / "neu").mkdir()
    (root / "neu" / "a.pdf").touch()
    assert any(batch for batch, _ in zip(changes, range(20), strict=False))


def test_an_opened_folder_is_closed_when_something_goes_wrong(root: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for folder in ("Été/absent", "Été/.."):
        with pytest.raises(StoreProblem), opened_folder(root, folder):
            pass
    assert len(os.listdir("/proc/self/fd")) == before
