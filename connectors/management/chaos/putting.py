"""How a file comes to its name: at once, renamed in, in bursts; never over another one, unless its place is taken on purpose."""

from __future__ import annotations

import ctypes
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

NO_REPLACE, EXCHANGE = 1, 2
AT_FDCWD = -100
LONGEST_PAUSE_SECONDS = 0.6
"""Longer than a run's settle time: a file that is being written is not known by its rest alone."""

_libc = ctypes.CDLL(None, use_errno=True)


def rename(old: Path, new: Path, flag: int) -> None:
    """Linux's renameat2. Raises FileExistsError or FileNotFoundError."""
    if _libc.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), flag):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(new))


def put_renamed(path: Path, content: bytes, number: int) -> None:
    """Written under a temporary name, then renamed. Raises FileExistsError."""
    draft = draft_of(path, number)
    draft.write_bytes(content)
    try:
        rename(draft, path, NO_REPLACE)
    except FileExistsError:
        draft.unlink()
        raise


def put_written(path: Path, content: bytes, _number: int) -> None:
    """Written at once under its own name. Raises FileExistsError."""
    with path.open("xb") as file:
        file.write(content)


def put_slowly(path: Path, content: bytes, random: Random) -> None:
    """Open all the while, with rests between the bursts. Raises FileExistsError."""
    with path.open("xb", buffering=0) as file:
        for part in _parts(content, random):
            file.write(part)
            time.sleep(random.uniform(0.01, LONGEST_PAUSE_SECONDS))


def put_appended(path: Path, content: bytes, random: Random) -> None:
    """Closed between the bursts, as some scanners do: only the document's own end says that it is whole. Raises FileExistsError."""
    first, *others = _parts(content, random)
    with path.open("xb") as file:
        file.write(first)
    for part in others:
        time.sleep(random.uniform(0.01, LONGEST_PAUSE_SECONDS))
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, part)
        finally:
            os.close(descriptor)


def draft_of(path: Path, number: int) -> Path:
    """A temporary name beside it."""
    return path.with_name(f".{number}.part")


def _parts(content: bytes, random: Random) -> list[bytes]:
    cuts = sorted(random.randrange(1, len(content) - 8) for _ in range(random.randint(1, 4)))
    return [content[start:end] for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]
