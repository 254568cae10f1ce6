"""What a folder of this file system can do, found out without leaving anything behind: no name is made, no document is touched."""

from __future__ import annotations

import errno
import os
import unicodedata
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.deposits.base import FolderMissing, FolderReport, StoreProblem
from connectors.deposits.local.folders import OPEN_ROOT, opened_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WITHOUT_EVENTS = ("nfs", "cifs", "smb", "9p", "fuse", "virtiofs", "vboxsf", "prl_fs", "afs", "ceph", "gluster")
"""How the kernel names file systems on which others write without its noticing: folders there are looked at in turn."""

NO_UNNAMED_FILE = {errno.ENOTSUP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
"""What a file system, or an old kernel, answers that knows no file without a name: then the permissions alone have to tell."""

MOST_NAMES = 200
"""Names of a folder that are tried in another spelling, until one tells."""


def examine_folder(root: Path, folder: str, archive_folder: str = "") -> FolderReport:
    """What the folder can do; an empty one is the root itself. `archive_folder` need not be there: the folder that it would be made in counts."""
    try:
        with _opened(root, folder) as descriptor:
            return _report(root, descriptor, folder, archive_folder)
    except FolderMissing as missing:
        return FolderReport(str(missing), missing=True)
    except StoreProblem as problem:
        return FolderReport(str(problem))


@contextmanager
def _opened(root: Path, folder: str) -> Iterator[int]:
    if folder:
        with opened_folder(root, folder) as descriptor:
            yield descriptor
        return
    try:
        descriptor = os.open(root, OPEN_ROOT)
    except OSError as error:
        raise FolderMissing(f"Le dossier racine « {root.name} » est absent ou illisible.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _report(root: Path, descriptor: int, folder: str, archive_folder: str) -> FolderReport:
    try:
        names = list(islice(_names(descriptor), MOST_NAMES))
    except OSError as error:
        return FolderReport(f"Le dossier « {folder or root.name} » ne peut pas être lu : {os.strerror(error.errno or 0)}.")
    space, mount = os.fstatvfs(descriptor), mount_of(descriptor)
    archive_writable, archive_mount = _archive(root, archive_folder) if archive_folder else (True, mount)
    return FolderReport(
        writable=takes_files(descriptor),
        archive_writable=archive_writable,
        moves_at_once=mount == archive_mount if mount and archive_mount else None,
        events=has_events(mount),
        file_system=file_system_of(mount),
        free_bytes=space.f_bavail * space.f_frsize,
        case_sensitive=_differs(descriptor, names, _other_case),
        accents_differ=_differs(descriptor, names, _other_form),
    )


def _names(descriptor: int) -> Iterator[str]:
    with os.scandir(descriptor) as found:
        for item in found:
            yield item.name


def _archive(root: Path, archive_folder: str) -> tuple[bool, str]:
    """Whether files can be put there, and on which mount it lies: the nearest folder above it that is there already."""
    parts = archive_folder.split("/")
    for length in range(len(parts), -1, -1):
        try:
            with _opened(root, "/".join(parts[:length])) as descriptor:
                return takes_files(descriptor), mount_of(descriptor)
        except FolderMissing:
            continue
        except StoreProblem:
            break
    return False, ""


def takes_files(descriptor: int) -> bool:
    """Whether a file can be made in the folder: one without a name is, which nobody sees and which ends with its descriptor."""
    try:
        os.close(os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o600, dir_fd=descriptor))
    except OSError as error:
        if error.errno not in NO_UNNAMED_FILE:
            return False
        return os.access(".", os.W_OK | os.X_OK, dir_fd=descriptor, effective_ids=True)
    return True


def mount_of(descriptor: int, proc: Path = Path("/proc/self")) -> str:
    """The line of the kernel about the mount that a folder lies on; empty where it cannot be told."""
    try:
        facts = (proc / "fdinfo" / str(descriptor)).read_text(encoding="utf-8").split()
        number = facts[facts.index("mnt_id:") + 1]
        lines = (proc / "mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):
        return ""
    return next((line for line in lines if line.split(" ", 1)[0] == number), "")


def file_system_of(mount: str) -> str:
    """How the kernel names the mount's file system; empty where it cannot be told."""
    return mount.partition(" - ")[2].split(" ")[0]


def has_events(mount: str) -> bool | None:
    """Whether the kernel tells of all changes there; None where that cannot be told."""
    name = file_system_of(mount)
    return not name.startswith(WITHOUT_EVENTS) if name else None


def _other_case(name: str) -> str:
    """Of letters without accents only: disks do not agree about the others."""
    return "".join(char.swapcase() if char.isascii() else char for char in name)


def _other_form(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    return unicodedata.normalize("NFD", name) if composed == name else composed


def _differs(descriptor: int, names: list[str], spelled: Callable[[str], str]) -> bool | None:
    """Whether a name that is there, spelled otherwise, is another name; None when no name can tell."""
    for name in names:
        other = spelled(name)
        if other == name or other in names:
            continue
        try:
            os.stat(other, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return True
        except (OSError, ValueError):
            continue
        return False
    return None
