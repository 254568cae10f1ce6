"""The documents that the demonstration's clients drop, what becomes of each, and how they come onto the disk."""

from __future__ import annotations

import hashlib
import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.management.demo.firm import DEMO_CLIENTS
from connectors.management.demo.planning import DEPOSITS, Expected, planned_documents, planned_prior_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from connectors.management.demo.planning import PlannedDocument

__all__ = ["DemoDocument", "Expected", "make_client_folders", "make_documents", "make_prior_documents"]

SEED = 2026
PIECES = 5
"""Writes by which a document comes that is written in place, as a slow copy over a network does."""


@dataclass(frozen=True)
class DemoDocument:
    """One file on the disk. `expected` is where it ends; `cause` is why it is held, with the codes of `domain.causes`."""

    client: str
    code: str
    deposit: str
    name: str
    path: Path
    size: int
    sha256: str
    expected: Expected
    cause: str


def make_client_folders(root: Path) -> None:
    """The deposit folders of all clients below the root of all clients."""
    for client in DEMO_CLIENTS:
        for deposit in DEPOSITS:
            (root / client.folder / deposit).mkdir(parents=True, exist_ok=True)


def make_prior_documents(root: Path, seed: int = SEED) -> list[DemoDocument]:
    """The three that are there before activation, and are never sent."""
    return list(_make(root, planned_prior_documents(seed), 0.0))


def make_documents(root: Path, seed: int = SEED, *, pause: float = 0.0) -> Iterator[DemoDocument]:
    """Everything else, one after the other, while it is iterated. `pause` is in seconds, between the pieces of those written in place.

    The same seed gives the same bytes. Raises DemoLibraryMissing.
    """
    return _make(root, planned_documents(seed), pause)


def _make(root: Path, planned: Iterable[PlannedDocument], pause: float) -> Iterator[DemoDocument]:
    for document in planned:
        path = root / document.client.folder / document.deposit / document.name
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, document, pause)
        yield DemoDocument(
            client=document.client.name,
            code=document.client.code,
            deposit=document.deposit,
            name=document.name,
            path=path,
            size=path.lstat().st_size,
            sha256="" if document.link_to else _sha256(path),
            expected=document.expected,
            cause=document.cause,
        )


def _put(path: Path, document: PlannedDocument, pause: float) -> None:
    """Under a temporary name, then renamed; or piece by piece under its own name; or as a symbolic link."""
    if document.link_to:
        path.unlink(missing_ok=True)
        path.symlink_to(document.link_to)
    elif document.in_place:
        _put_slowly(path, document, pause)
    else:
        temporary = path.with_name(f"{path.name}.part")
        with temporary.open("wb") as file:
            document.write(file)
        temporary.rename(path)


def _put_slowly(path: Path, document: PlannedDocument, pause: float) -> None:
    whole = io.BytesIO()
    document.write(whole)
    step = -(-len(whole.getvalue()) // PIECES) or 1
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(whole.getvalue()), step):
            file.write(whole.getvalue()[start : start + step])
            time.sleep(pause)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
