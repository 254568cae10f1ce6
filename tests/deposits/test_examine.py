"""What a folder can do, found out without leaving anything behind."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.deposits.local import examine
from connectors.deposits.local.examine import file_system_of, has_events, mount_of, takes_files
from connectors.deposits.local.folders import OPEN_ROOT
from connectors.deposits.local.store import LocalStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.deposits.base import FolderReport

SHARE = "41 29 0:52 / /srv/dossiers rw,relatime shared:3 - cifs //serveur/dossiers rw,vers=3.0"
DISK = "29 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"
OTHER_DISK = Path("/dev/shm")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    (tmp_path / "Dossier Alice" / "Dépôt").mkdir(parents=True)
    (tmp_path / "Dossier Alice" / "Dépôt" / "été.pdf").write_bytes(b"x")
    return LocalStore(tmp_path)


@contextlib.contextmanager
def nobody(root: Path) -> Iterator[None]:
    """Another user, who may pass through every folder above: nothing is forbidden to root."""
    if os.geteuid():
        pytest.skip("Only root may become another user.")
    for folder in (root, *root.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_is_fit_for_deposits_says_so(store: LocalStore) -> None:
    report = store.examine("Dossier Alice/Dépôt", "Dossier Alice/COMPTA/2026/Achats")
    assert (report.problem, report.missing, report.writable, report.archive_writable) == ("", False, True, True)
    assert (report.moves_at_once, report.events, report.case_sensitive, report.accents_differ) == (True, True, True, True)
    assert report.free_bytes > 0
    assert report.file_system


def test_the_root_is_looked_at_too(store: LocalStore, tmp_path: Path) -> None:
    report = store.examine("")
    assert (report.problem, report.writable, report.case_sensitive) == ("", True, True)
    (tmp_path / "Dossier Alice").rename(tmp_path / "2026")
    assert (store.examine("").case_sensitive, store.examine("").accents_differ) == (None, None)


def test_nothing_is_left_behind_and_nothing_is_touched(store: LocalStore, tmp_path: Path) -> None:
    def everything() -> list[tuple[str, int, int]]:
        return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_ino) for path in (tmp_path, *tmp_path.rglob("*")))

    before = everything()
    for folder, archive in (("", ""), ("Dossier Alice/Dépôt", "Dossier Alice/COMPTA/2026"), ("Dossier Bob", "Dossier Bob/COMPTA")):
        store.examine(folder, archive)
    assert everything() == before


def test_what_is_not_there_is_missing_and_what_is_no_folder_is_a_problem(store: LocalStore, tmp_path: Path) -> None:
    assert (store.examine("Dossier Bob").missing, store.examine("Dossier Bob").problem) == (True, "Le dossier « Dossier Bob » est absent.")
    assert LocalStore(tmp_path / "nulle part").examine("").missing
    (tmp_path / "lien").symlink_to(tmp_path)
    assert "un lien n’est jamais suivi" in store.examine("lien").problem
    assert not store.examine("lien").missing


def test_a_folder_and_an_archive_without_permission_are_told(store: LocalStore, tmp_path: Path) -> None:
    client = tmp_path / "Dossier Alice"

    def seen() -> FolderReport:
        with nobody(tmp_path):
            return store.examine("Dossier Alice/Dépôt", "Dossier Alice/COMPTA/2026")

    client.chmod(0o755)
    (client / "Dépôt").chmod(0o777)
    assert (seen().writable, seen().archive_writable) == (True, False)
    (client / "Dépôt").chmod(0o755)
    client.chmod(0o777)
    assert (seen().writable, seen().archive_writable) == (False, True)
    (client / "Dépôt").chmod(0o711)
    assert "Permission" in seen().problem
    client.chmod(0)
    assert "Permission" in seen().problem


def test_a_folder_that_opens_and_cannot_be_listed_is_a_problem(tmp_path: Path) -> None:
    """A share that breaks between the two; here a file stands for it."""
    (tmp_path / "facture.pdf").write_bytes(b"x")
    descriptor = os.open(tmp_path / "facture.pdf", os.O_RDONLY)
    try:
        assert "ne peut pas être lu : Not a directory." in examine._report(tmp_path, descriptor, "DEPOT", "").problem
    finally:
        os.close(descriptor)


def test_an_archive_behind_a_link_takes_nothing(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "Dossier Alice" / "COMPTA").symlink_to(tmp_path)
    report = store.examine("Dossier Alice/Dépôt", "Dossier Alice/COMPTA/2026")
    assert (report.archive_writable, report.moves_at_once) == (False, None)


def test_without_a_root_there_is_no_place_for_an_archive(tmp_path: Path) -> None:
    assert examine._archive(tmp_path / "nulle part", "COMPTA/2026") == (False, "")


@pytest.mark.skipif(not OTHER_DISK.is_dir(), reason="needs a second file system")
def test_another_device_is_not_reached_by_a_rename(tmp_path: Path) -> None:
    with opened(tmp_path) as here, opened(OTHER_DISK) as there:
        assert mount_of(here) != mount_of(there) != ""


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, OPEN_ROOT)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_where_files_have_always_a_name_the_permissions_tell() -> None:
    with opened(Path("/proc")) as descriptor:
        assert takes_files(descriptor) == os.access("/proc", os.W_OK | os.X_OK)


def test_the_kernel_says_what_lies_where(tmp_path: Path) -> None:
    (tmp_path / "fdinfo").mkdir()
    (tmp_path / "fdinfo" / "7").write_text("pos:\t0\nflags:\t02\nmnt_id:\t41\n")
    (tmp_path / "mountinfo").write_text(f"{DISK}\n{SHARE}\n")
    assert mount_of(7, tmp_path) == SHARE
    (tmp_path / "mountinfo").write_text(DISK)
    assert mount_of(7, tmp_path) == ""
    (tmp_path / "fdinfo" / "7").write_text("pos:\t0\n")
    assert mount_of(7, tmp_path) == ""
    shutil.rmtree(tmp_path / "fdinfo")
    assert mount_of(7, tmp_path) == ""


@pytest.mark.parametrize(("mount", "told"), [(DISK, True), (SHARE, False), (SHARE.replace("cifs", "fuse.sshfs"), False), ("", None)])
def test_a_share_is_looked_at_in_turn(mount: str, told: object) -> None:
    assert has_events(mount) is told
    assert file_system_of("") == ""


def test_a_disk_that_takes_both_spellings_for_one_name_shows_it(tmp_path: Path) -> None:
    """A second name of the same file stands for such a disk; a name that is there by itself tells nothing."""
    for name in ("facture", "FACTURE", "1.2"):
        (tmp_path / name).write_bytes(b"")
    with opened(tmp_path) as descriptor:
        assert examine._differs(descriptor, ["facture", "FACTURE"], examine._other_case) is None
        assert examine._differs(descriptor, ["facture"], examine._other_case) is False
        assert examine._differs(descriptor, ["1.2", "x" * 300], examine._other_case) is None
