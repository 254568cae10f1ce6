"""What happens between two system calls: somebody else makes, takes or changes a file, the lock or the disk fails. Real files, real calls."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.deposits.base import DocumentMissing, DocumentReplaced, StoreProblem
from connectors.deposits.local.archiving import archive_file
from connectors.deposits.local.document import entry_of
from connectors.deposits.local.move import Move, numbered
from connectors.deposits.local.store import LocalStore
from tests.system_calls import interposed, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTENT = b"%PDF-1.4 a document %%EOF"
HIDDEN = ".pushdoc-ref"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    (tmp_path / "root" / "DEPOT").mkdir(parents=True)
    return LocalStore(tmp_path / "root")


@pytest.fixture
def deposit(store: LocalStore, tmp_path: Path) -> Path:
    return tmp_path / "root" / "DEPOT"


@pytest.fixture
def archive(store: LocalStore, tmp_path: Path) -> Path:
    (tmp_path / "root" / "ARCHIVE").mkdir()
    return tmp_path / "root" / "ARCHIVE"


@pytest.fixture
def move(deposit: Path, archive: Path) -> Iterator[Move]:
    """The document on its way from one folder to the other."""
    (deposit / "a.pdf").write_bytes(CONTENT)
    folders = [os.open(folder, os.O_RDONLY) for folder in (deposit, archive)]
    yield Move(entry_of("a.pdf", (deposit / "a.pdf").stat()), *folders, "ref", hashlib.sha256(CONTENT).hexdigest())
    for folder in folders:
        os.close(folder)


@pytest.fixture
def carried(move: Move, deposit: Path) -> Move:
    """The same between two devices, its original already out of sight."""
    (deposit / "a.pdf").rename(deposit / HIDDEN)
    return move


def names_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def once(happens: Callable[[], object], only_at: str = "") -> Callable[[str], None]:
    """Before the first call, or the first one for this name."""
    left = [happens]

    def before(name: str) -> None:
        if left and only_at in {"", name}:
            left.pop()()

    return before


def test_a_folder_that_somebody_makes_in_the_same_moment_is_the_folder(store: LocalStore, tmp_path: Path) -> None:
    made = tmp_path / "root" / "Neuf"
    interposed("mkdirat", once(made.mkdir), lambda: store.make_folder("Neuf"))
    assert made.is_dir()


def test_a_file_that_is_taken_away_while_its_folder_is_listed_is_not_there(store: LocalStore, deposit: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        (deposit / name).write_bytes(CONTENT)
    taken = once((deposit / "a.pdf").unlink, only_at="a.pdf")
    assert [entry.name for entry in interposed("newfstatat", taken, lambda: store.list("DEPOT")).entries] == ["b.pdf"]


def test_a_pipe_that_takes_a_files_place_between_the_look_and_the_opening_is_never_read(store: LocalStore, deposit: Path) -> None:
    (deposit / "a.pdf").write_bytes(CONTENT)

    def replace() -> None:
        os.mkfifo(deposit / "pipe")
        (deposit / "pipe").rename(deposit / "a.pdf")

    def read() -> bytes:
        with store.open("DEPOT", "a.pdf") as document:
            return document.read(5)

    with pytest.raises(DocumentMissing, match="remplacé"):
        interposed("openat", once(replace, only_at="a.pdf"), read)


def test_a_file_that_the_disk_cannot_read_is_a_problem_of_the_store() -> None:
    store, process = LocalStore(Path("/proc")), str(os.getpid())
    with store.open(process, "mem") as document:  # a regular file whose first bytes nobody can read: nothing is mapped there
        with pytest.raises(StoreProblem, match="ne peut pas être lu"):
            document.read(5)
        with pytest.raises(StoreProblem, match="ne peut pas être lu"):
            document.read_at(0, 5)


def test_an_archived_file_that_is_carried_away_while_it_is_looked_at_is_missing(move: Move, deposit: Path, archive: Path) -> None:
    (deposit / "a.pdf").rename(archive / "a.pdf")
    taken = once((archive / "a.pdf").unlink, only_at="a.pdf")
    with pytest.raises(DocumentMissing):
        interposed("openat", taken, lambda: archive_file(move))


def test_what_is_gone_is_missing_even_when_every_name_of_the_archive_is_taken(move: Move, deposit: Path, archive: Path) -> None:
    (deposit / "a.pdf").unlink()
    for name in numbered("a.pdf"):
        (archive / name).touch()
    with pytest.raises(DocumentMissing):
        archive_file(move)


def test_a_document_that_cannot_be_given_back_stays_hidden_in_its_deposit_folder(carried: Move, deposit: Path, archive: Path) -> None:
    (deposit / HIDDEN).write_bytes(CONTENT.upper())
    for name in numbered("a.pdf"):
        (deposit / name).touch()
    with pytest.raises(StoreProblem, match="remis"):
        archive_file(carried)
    assert (deposit / HIDDEN).read_bytes() == CONTENT.upper()
    assert names_in(archive) == []


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS])
def test_where_a_share_cannot_rename_without_replacing_a_second_name_does(move: Move, deposit: Path, archive: Path, number: int) -> None:
    (archive / "a.pdf").write_bytes(b"older")
    assert refused("renameat2", number, lambda: archive_file(move)) == "a (2).pdf"
    assert names_in(deposit) == []
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == {"a.pdf": b"older", "a (2).pdf": CONTENT}


def test_a_share_that_cannot_sync_a_folder_archives_and_a_disk_that_fails_to_does_not(move: Move, deposit: Path, archive: Path) -> None:
    unsynced = Move(move.entry, move.source, move.target, "ref", move.sha256, sync=lambda _, __: None)
    with pytest.raises(OSError, match="Input/output"):
        refused("fsync", errno.EIO, lambda: archive_file(unsynced))
    assert refused("fsync", errno.EINVAL, lambda: archive_file(unsynced)) == "a.pdf"
    assert (names_in(deposit), names_in(archive)) == ([], ["a.pdf"])


def test_a_share_that_knows_no_locks_archives_and_a_disk_that_fails_to_lock_does_not(carried: Move, deposit: Path, archive: Path) -> None:
    with pytest.raises(OSError, match="Input/output"):
        refused("flock", errno.EIO, lambda: archive_file(carried))
    assert (names_in(deposit), names_in(archive)) == ([HIDDEN], [])
    assert refused("flock", errno.ENOLCK, lambda: archive_file(carried)) == "a.pdf"
    assert (names_in(deposit), names_in(archive)) == ([], ["a.pdf"])


def test_an_archiver_whose_lock_comes_when_another_one_has_carried_the_document_goes_on_with_it(
    carried: Move, deposit: Path, archive: Path
) -> None:
    def finish_elsewhere() -> None:
        (archive / HIDDEN).write_bytes(CONTENT)
        (deposit / HIDDEN).unlink()

    assert interposed("flock", once(finish_elsewhere), lambda: archive_file(carried)) == "a.pdf"
    assert (names_in(deposit), names_in(archive)) == ([], ["a.pdf"])


def test_a_copy_that_is_read_back_otherwise_is_thrown_away_and_the_original_kept(carried: Move, deposit: Path, archive: Path) -> None:
    def spoil() -> None:
        next(archive.glob("*.copy")).write_bytes(CONTENT.upper())

    with pytest.raises(StoreProblem, match="relue"):
        interposed("fsync", once(spoil), lambda: archive_file(carried))
    assert (names_in(deposit), names_in(archive)) == ([HIDDEN], [])
    assert archive_file(carried) == "a.pdf"
    assert (archive / "a.pdf").read_bytes() == CONTENT


def test_an_original_that_somebody_touches_while_it_is_carried_goes_back(carried: Move, deposit: Path, archive: Path) -> None:
    with pytest.raises(DocumentReplaced, match="changé"):
        interposed("fsync", once(lambda: os.utime(deposit / HIDDEN, (7, 7))), lambda: archive_file(carried))
    assert (names_in(deposit), names_in(archive)) == (["a.pdf"], [])
