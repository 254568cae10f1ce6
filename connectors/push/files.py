"""A row's file on the disk, its hash, a hidden file's row, and the ledger read in pieces."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING
from uuid import UUID

from connectors.models import Push

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.deposits.base import DepositStore
    from connectors.models.push import PushQuerySet

CHUNK = 2000
"""Rows read at once. A single long query would keep SQLite's file locked against every writer for as long as it is read."""

HASH_BLOCK = 1024 * 1024

HIDDEN = ".pushdoc-"
"""What the names begin with that a store gives to a file on its way to the archive; the document's reference follows."""


def exact_name(push: Push) -> str:
    """The name in its deposit folder, as a store takes it."""
    return os.fsdecode(bytes(push.name_bytes))


def ledger_text(path: str) -> str:
    """The path as the ledger's text columns hold it: what is no UTF-8 stands as a question mark."""
    return path.encode("utf-8", "replace").decode()


def in_chunks(rows: PushQuerySet) -> Iterator[list[Push]]:
    """All rows, in the order of their id, each piece a query of its own."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def hash_file(store: DepositStore, folder: str, name: str) -> str:
    """The SHA-256 of a file's bytes. Raises like `DepositStore.open`, and OSError when reading fails half-way."""
    digest = hashlib.sha256()
    with store.open(folder, name) as source:
        source.rewind()
        while block := source.read(HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def archived_name(push: Push, names: Iterator[str] | list[str]) -> str:
    """The exact name of a row's archived file among these; empty when none fits what the ledger's text column holds."""
    wanted = push.archive_path.rpartition("/")[2]
    return next((name for name in names if ledger_text(name) == wanted), "")


def push_of(name: str) -> Push | None:
    """The document that a hidden file belongs to, by its name."""
    if not name.startswith(HIDDEN):
        return None
    try:
        reference = UUID(name.removeprefix(HIDDEN)[:36])
    except ValueError:
        return None
    return Push.objects.filter(reference=reference).first()
