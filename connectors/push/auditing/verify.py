"""Are the archived files still the published ones? Each is read whole again and hashed; a change is written into the document's trail once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from connectors.deposits.base import DocumentMissing, FolderMissing, StoreProblem
from connectors.domain.states import PushState
from connectors.models import Event, Push
from connectors.push.explaining.explanation import moment_text
from connectors.push.files import archived_name, exact_name, hash_file, in_chunks, ledger_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.models.push import PushQuerySet

CHANGED = "archive.changed"
WORDS = {"missing": "Absent", "changed": "Modifié", "unreadable": "Illisible"}


@dataclass(frozen=True)
class Subset:
    """The `part`-th of `parts` (from 1): a row is in the same one for ever, so that a month of nights reads everything once."""

    part: int = 1
    parts: int = 1


@dataclass(frozen=True)
class Finding:
    """A file that is not what was published. `kind` is missing, changed or unreadable; `since` is when it was first found so, by a run of this."""

    kind: str
    push: Push
    detail: str
    since: datetime

    @property
    def text(self) -> str:
        """One French sentence for a person."""
        published = f"archivé le {moment_text(self.push.published_at)}, " if self.push.published_at else ""
        return (
            f"{WORDS[self.kind]} : « {self.push.archive_path} » ({published}constaté le {moment_text(self.since)}). {self.detail}".strip()
        )

    def as_json(self) -> dict[str, str]:
        """For `--json`."""
        published = self.push.published_at.isoformat() if self.push.published_at else ""
        return {
            "kind": self.kind,
            "path": self.push.archive_path,
            "reference": str(self.push.reference),
            "detail": self.detail,
            "archived_at": published,
            "since": self.since.isoformat(),
        }


def archived_documents(subset: Subset) -> PushQuerySet:
    """The rows of this subset that have an archived file."""
    rows = Push.objects.filter(state=PushState.PUBLISHED).exclude(archive_path="")
    return rows.alias(part=F("pk") % subset.parts).filter(part=subset.part - 1)


def verify(subset: Subset, store: DepositStore, now: datetime) -> Iterator[Push | Finding]:
    """Each document whose file is as it was, and a finding for each other one."""
    for chunk in in_chunks(archived_documents(subset)):
        for push in chunk:
            yield _finding(push, store, now) or push


def _finding(push: Push, store: DepositStore, now: datetime) -> Finding | None:
    folder, _, name = push.archive_path.rpartition("/")
    try:
        digest = _hash(push, store, folder, name)
    except (DocumentMissing, FolderMissing) as problem:
        return Finding("missing", push, "" if isinstance(problem, DocumentMissing) else str(problem), now)
    except (StoreProblem, OSError) as problem:
        return Finding("unreadable", push, str(problem), now)
    if digest == push.sha256:
        return None
    return Finding("changed", push, f"Empreinte {digest} au lieu de {push.sha256}.", _note_change(push, digest, now))


def _hash(push: Push, store: DepositStore, folder: str, name: str) -> str:
    """The archived file's hash; a name that is no UTF-8 is found by what the ledger could hold of it."""
    try:
        return hash_file(store, folder, name)
    except DocumentMissing:
        if ledger_text(exact_name(push)) == exact_name(push):
            raise
    exact = archived_name(push, [entry.name for entry in store.list(folder).entries])
    return hash_file(store, folder, exact or name)


def _note_change(push: Push, digest: str, now: datetime) -> datetime:
    """When these bytes were first found; a line of the trail for the first time."""
    before = push.events.filter(kind=CHANGED).order_by("pk").last()
    if before and before.detail.get("sha256") == digest:
        return before.at
    text = f"Le fichier archivé n’a plus le contenu publié : « {push.archive_path} »."
    Event.objects.create(
        at=now,
        kind=CHANGED,
        push=push,
        connector_id=push.connector_id,
        text=text[:500],
        detail={"sha256": digest, "path": push.archive_path},
    )
    return now
