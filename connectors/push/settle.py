"""Settling: a file is ready when nobody has touched it for the settle time, nobody has it open for writing, the door takes it, and it was hashed.

Looking reads the disk only, recording writes the ledger only: many looks are recorded in one transaction, and none holds the database up.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from connectors.deposits.base import DocumentMissing, FolderMissing, StoreProblem, is_same_but_moved
from connectors.domain.causes import CAUSES, DOOR_CAUSES, OVERRULED_CAUSES, PATIENT_CAUSES
from connectors.domain.contents import cause_in
from connectors.domain.crash_points import reach
from connectors.domain.names import extension_of
from connectors.domain.states import PushState
from connectors.models import Push

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.deposits.base import DepositStore, Entry, OpenDocument

HASH_BLOCK = 1024 * 1024
LARGE_HOLE = 1024 * 1024
"""Bytes. Pages of zeros in a scan may be smaller holes after a copy that saves room."""
PATIENCE = timedelta(minutes=2)
"""How long a document without its end may rest before somebody is told; scanners write in bursts of some seconds."""

LOOKED_AT_AGAIN = DOOR_CAUSES | {"duplicate"}
"""What a full scan looks at once more: the file may be readable now, the partner take more, the twin be gone."""


@dataclass(frozen=True)
class Door:
    """What the partner takes, and how long a file must rest: the limits of settling."""

    settle_time: timedelta
    max_bytes: int
    extensions: frozenset[str]


@dataclass(frozen=True)
class Finding:
    """What a look at a file came to: the state that it belongs in, and what else its row has to say."""

    state: PushState
    changes: dict[str, Any] = field(default_factory=dict)


def look_at(push: Push, store: DepositStore, door: Door, now: datetime) -> Finding | None:
    """What should become of a SETTLING row, or of one that the door holds; None when nothing should.

    A file that is missing is the scan's business: it alone knows the folder.
    """
    if push.identity_at > now:
        return Finding(PushState(push.state), {"identity_at": now})  # The clock was set back: the file rests from now on.
    name = os.fsdecode(bytes(push.name_bytes))
    try:
        with store.open(push.folder, name) as document:
            return _look(push, document, door, now)
    except (FolderMissing, DocumentMissing):
        return None
    except StoreProblem as problem:
        return _held(push, "unreadable", str(problem))


def _look(push: Push, document: OpenDocument, door: Door, now: datetime) -> Finding | None:
    entry = document.entry
    if entry.identity != push.identity:
        if is_same_but_moved(entry.identity, push.identity):
            return Finding(PushState(push.state), {"identity": entry.identity})
        return _another_version(entry, now)
    rested = now - push.identity_at
    if rested < door.settle_time or document.has_writer():
        return None
    cause = cause_at_the_door(document, door)
    if cause and not (push.released and cause in OVERRULED_CAUSES):
        return None if cause in PATIENT_CAUSES and rested < PATIENCE else _held(push, cause)
    digest = push.sha256 if push.cause == "duplicate" else hash_document(document)
    if not document.is_unchanged():
        return None
    ready = {"sha256": digest, "settled_at": now, "next_attempt_at": now, "cause": "", "explanation": ""}
    return Finding(PushState.WAITING, ready)


def _another_version(entry: Entry, now: datetime) -> Finding:
    fresh = {"sha256": "", "cause": "", "explanation": "", "released": False}
    return Finding(PushState.SETTLING, {"identity": entry.identity, "size": entry.size, "identity_at": now, **fresh})


def cause_at_the_door(document: OpenDocument, door: Door) -> str:
    """The code of the first cause that holds such a file, the cheapest look first; empty when it may go."""
    size, extension = document.entry.size, extension_of(document.entry.name)
    if size == 0:
        return "empty"
    if size > door.max_bytes:
        return "too_large"
    if extension not in door.extensions:
        return "extension"
    if document.entry.links > 1:
        return "hard_linked"
    if document.largest_hole() >= LARGE_HOLE:
        return "sparse"
    return cause_in(extension, size, document.read_at)


def _held(push: Push, cause: str, text: str = "") -> Finding | None:
    if push.state == PushState.HELD and push.cause == cause:
        return None
    return Finding(PushState.HELD, {"cause": cause, "explanation": (text or CAUSES[cause].sentence)[:500], "next_attempt_at": None})


def record_finding(push: Push, finding: Finding, now: datetime) -> bool:
    """Write it down; False when the row went its own way meanwhile, or says so already."""
    changes = finding.changes
    state = finding.state
    if state == PushState.WAITING and not push.released and (twin := same_bytes(push, changes["sha256"])):
        if push.state == PushState.HELD and push.cause == "duplicate":
            return False
        state = PushState.HELD
        changes = changes | {"cause": "duplicate", "explanation": f"Même contenu que « {twin.name} »."[:500]}
    if state == PushState.WAITING:
        reach("settle.before_commit")
    return push.move(state, now, **changes)


def same_bytes(push: Push, digest: str) -> Push | None:
    """Another document of the same client with the same bytes that went out, is on its way, or will go when its cause is repaired."""
    others = Push.objects.filter(connector_id=push.connector_id, client_id=push.client_id, sha256=digest).exclude(pk=push.pk)
    sent = (PushState.WAITING, PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED, PushState.PUBLISHED)
    will_go = Q(state=PushState.HELD) & ~Q(cause__in=LOOKED_AT_AGAIN)
    return others.filter(Q(state__in=sent) | will_go).order_by("pk").first()


def hash_document(document: OpenDocument) -> str:
    """The SHA-256 of all bytes. Raises StoreProblem."""
    digest = hashlib.sha256()
    document.rewind()
    while block := document.read(HASH_BLOCK):
        digest.update(block)
    return digest.hexdigest()
