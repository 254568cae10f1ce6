"""Folders of a local file system, opened part by part below the root: no symbolic link is followed, nothing climbs."""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.deposits.base import FolderMissing, StoreProblem
from connectors.domain.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
OPEN_ROOT = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
"""The root itself may be a link: the operator has chosen it."""

NO_REPLACE = 1
WITHOUT_RENAMEAT2 = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}

_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def opened_folder(root: Path, folder: str, *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder. A part that is not there as spelled is matched by NFC and case, if one only fits."""
    try:
        current = os.open(root, OPEN_ROOT)
    except OSError as error:
        raise FolderMissing(f"Le dossier racine « {root.name} » est absent ou illisible.") from error
    try:
        for part in folder.split("/"):
            below = _open_part(current, part, folder, make=make)
            os.close(current)
            current = below
        yield current
    finally:
        os.close(current)


def _open_part(parent: int, part: str, folder: str, *, make: bool) -> int:
    if part in {"", ".", ".."} or "\0" in part:
        raise StoreProblem(f"« {folder} » n’est pas un chemin permis.")
    try:
        return _open_existing(parent, part, folder, make=make)
    except FileNotFoundError:
        raise FolderMissing(f"Le dossier « {folder} » est absent.") from None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise StoreProblem(f"« {part} » n’est pas un vrai dossier : un lien n’est jamais suivi.") from None
        raise StoreProblem(f"Le dossier « {folder} » ne peut pas être ouvert : {os.strerror(error.errno or 0)}.") from error


def _open_existing(parent: int, part: str, folder: str, *, make: bool) -> int:
    try:
        return os.open(part, OPEN_FOLDER, dir_fd=parent)
    except FileNotFoundError:
        twins = [name for name in os.listdir(parent) if fold(name) == fold(part)]
        if len(twins) > 1:
            raise StoreProblem(f"Plusieurs dossiers pourraient être « {folder} » : n’en gardez qu’un.") from None
        if twins:
            return os.open(twins[0], OPEN_FOLDER, dir_fd=parent)
        if not make:
            raise
    try:
        os.mkdir(part, 0o770, dir_fd=parent)
        os.fsync(parent)
    except FileExistsError:
        pass  # Somebody else has just made it.
    return os.open(part, OPEN_FOLDER, dir_fd=parent)


def place_of(descriptor: int) -> str:
    """Which folder this is on the disk: device and inode."""
    status = os.fstat(descriptor)
    return f"{status.st_dev}:{status.st_ino}"


def rename_without_replacing(old_folder: int, old: str, new_folder: int, new: str) -> None:
    """Rename; raises FileExistsError when the new name is taken. Where the file system lacks renameat2's flag, by a second name (link)."""
    result = _libc.renameat2(old_folder, os.fsencode(old), new_folder, os.fsencode(new), NO_REPLACE)
    if result == 0:
        return
    number = ctypes.get_errno()
    if number not in WITHOUT_RENAMEAT2:
        raise OSError(number, os.strerror(number), old)
    os.link(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder, follow_symlinks=False)
    os.unlink(old, dir_fd=old_folder)
