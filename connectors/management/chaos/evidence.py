"""What can be known after a run without believing the product: what the partner keeps, what lies on the disk, what was dropped; and the ledger."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests
from django.conf import settings

from connectors.management.chaos.journal import read_journal
from connectors.models import Push

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.management.chaos.journal import Version


@dataclass(frozen=True)
class Stored:
    """A document at the partner; `sha256` is that of the bytes which it keeps, `told` what our request said."""

    reference: str
    code: str
    sha256: str
    told: str


@dataclass(frozen=True)
class Row:
    """A row of the ledger. `path` is where it has its file: in the deposit folder, or in the archive once it is published."""

    reference: str
    state: str
    path: str
    sha256: str
    cause: str = ""
    undecided: bool = False


@dataclass(frozen=True)
class Evidence:
    """All of it.

    `files` are the hashes of what lies below the root of all clients; `stored_in_journal` the references as the partner noted them, `answers`
    its word for each upload.
    """

    dropped: list[Version]
    stored: list[Stored]
    stored_in_journal: list[str]
    files: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


def gather(dropped: Path, partner: str, kept: Path) -> Evidence:
    """Ask everybody. `kept` is the folder in which the partner keeps its files."""
    documents = requests.get(f"{partner}/_documents", timeout=120).json()["documents"]
    entries = requests.get(f"{partner}/_journal", timeout=120).json()["entries"]
    stored = [Stored(item["reference"], item["codeClient"], _hash(kept / item["fichier"]), item["sha256"]) for item in documents]
    return Evidence(
        dropped=read_journal(dropped),
        stored=stored,
        stored_in_journal=[entry["metadata"]["reference"] for entry in entries if entry["stored"]],
        files=_hash_tree(settings.DOSSIERS_DIR),
        rows=[_row(push) for push in Push.objects.order_by("pk").iterator()],
        answers=[entry["answer"] for entry in entries],
    )


def _row(push: Push) -> Row:
    path = push.archive_path if push.state == "published" else f"{push.folder}/{os.fsdecode(bytes(push.name_bytes))}"
    undecided = push.state == "unknown" and push.next_attempt_at is None
    return Row(str(push.reference), push.state, path, push.sha256, push.cause, undecided)


def _hash_tree(root: Path) -> dict[str, str]:
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, root)] = _hash(path)
    return found


def _hash(path: Path | str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
