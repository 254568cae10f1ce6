"""Settling: a file is ready when nobody has touched it for the settle time, nobody has it open for writing, its end is there, and it was hashed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, FolderMissing, StoreProblem
from connectors.domain.causes import CAUSES
from connectors.domain.names import extension_of
from connectors.domain.states import PushState
from connectors.models import Push

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.domain.document import DocumentSource

HASH_BLOCK = 1024 * 1024
TAIL_BYTES = 64 * 1024
PATIENCE = timedelta(minutes=2)
"""How long a document without its end may rest before somebody is told; scanners write in bursts of some seconds."""

END_MARKS = {"pdf": (b"%PDF-", b"%%EOF"), "zip": (b"PK", b"PK\x05\x06"), "xlsx": (b"PK", b"PK\x05\x06"), "docx": (b"PK", b"PK\x05\x06")}
"""What such a file starts with, and what stands in its last 64 KiB when it is whole."""


@dataclass(frozen=True)
class Door:
    """What the partner takes, and how long a file must rest: the limits of settling."""

    settle_time: timedelta
    max_bytes: int
    extensions: frozenset[str]


def settle_push(push: Push, store: DepositStore, door: Door, now: datetime) -> bool:
    """Look at one SETTLING (or unreadable) file; True when its row changed. A problem is a held row with its cause, never only a log line."""
    name = os.fsdecode(bytes(push.name_bytes))
    try:
        entry = store.describe(push.folder, name)
        if entry.identity != push.identity:
            return push.move(PushState.SETTLING, now, identity=entry.identity, size=entry.size, identity_at=now)
        if now - push.identity_at < door.settle_time or store.is_being_written(push.folder, name):
            return False
        return _look(push, store, name, door, now)
    except FolderMissing:
        return False  # The folder may come back; its own row says what is wrong.
    except DocumentMissing as gone:
        return push.move(PushState.WITHDRAWN, now, explanation=str(gone))
    except StoreProblem as problem:
        return _hold(push, "unreadable", now, str(problem))


def _look(push: Push, store: DepositStore, name: str, door: Door, now: datetime) -> bool:
    if cause := _cause_at_the_door(push, name, door):
        return _hold(push, cause, now)
    with store.open(push.folder, name) as source:
        digest, whole = read_through(source, extension_of(name))
        if not source.is_unchanged():
            return False
    if not whole:
        return now - push.identity_at >= PATIENCE and _hold(push, "incomplete", now)
    ready = {"sha256": digest, "settled_at": now, "next_attempt_at": now}
    if not push.released and (twin := _same_bytes(push, digest)):
        text = f"Même contenu que « {twin.name} »."
        return push.move(PushState.HELD, now, cause="duplicate", explanation=text[:500], **ready)
    return push.move(PushState.WAITING, now, cause="", explanation="", **ready)


def _cause_at_the_door(push: Push, name: str, door: Door) -> str:
    if push.size == 0:
        return "empty"
    if push.size > door.max_bytes:
        return "too_large"
    return "" if extension_of(name) in door.extensions else "extension"


def _hold(push: Push, cause: str, now: datetime, text: str = "") -> bool:
    if push.state == PushState.HELD and push.cause == cause:
        return False
    return push.move(PushState.HELD, now, cause=cause, explanation=text or CAUSES[cause].sentence)


def _same_bytes(push: Push, digest: str) -> Push | None:
    """An earlier document of the same client with the same bytes that went out, or is on its way."""
    others = Push.objects.filter(connector_id=push.connector_id, client_id=push.client_id, sha256=digest).exclude(pk=push.pk)
    sent = (PushState.WAITING, PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED, PushState.PUBLISHED)
    return others.filter(state__in=sent).order_by("pk").first()


def read_through(source: DocumentSource, extension: str) -> tuple[str, bool]:
    """The SHA-256 of all bytes, and whether the end that such a file has is there."""
    digest, head, tail = hashlib.sha256(), b"", b""
    source.rewind()
    while block := source.read(HASH_BLOCK):
        digest.update(block)
        head = head or block[:8]
        tail = (tail + block)[-TAIL_BYTES:]
    start, end = END_MARKS.get(extension, (b"", b""))
    return digest.hexdigest(), not (start and head.startswith(start)) or end in tail
