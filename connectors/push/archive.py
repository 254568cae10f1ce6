"""Archiving an accepted document. Idempotent: a crash between the receipt and the recorded path archives again."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, DocumentReplaced, Entry, StoreProblem
from connectors.domain.causes import CAUSES
from connectors.domain.crash_points import reach
from connectors.domain.retries import next_attempt_at
from connectors.domain.states import PushState
from connectors.models import DepositFolder
from connectors.push.whereabouts import ELSEWHERE

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.models import Push


def archive_push(push: Push, store: DepositStore, now: datetime) -> bool:
    """Move the file and record where it is; True when the document is published. A failure is tried again, and never sends again."""
    entry = Entry(os.fsdecode(bytes(push.name_bytes)), push.identity, push.size)
    try:
        path = store.archive(entry, push.folder, push.archive_folder, reference=str(push.reference), sha256=push.sha256)
    except (DocumentMissing, DocumentReplaced) as gone:
        return _publish(push, "", str(gone), now) if _is_known_place(push, store) else _try_later(push, ELSEWHERE, now)
    except StoreProblem as problem:
        return _try_later(push, str(problem), now)
    return _publish(push, path.encode("utf-8", "replace").decode(), "", now)


def _is_known_place(push: Push, store: DepositStore) -> bool:
    """Whether the deposit folder is the one that was watched: in an empty one that stands in its place, nothing was taken away."""
    folders = DepositFolder.objects.filter(deposit_path_id=push.deposit_path_id, client_id=push.client_id).exclude(place="")
    known = folders.values_list("place", flat=True)[:1]
    try:
        return not known or store.place(push.folder) == known[0]
    except StoreProblem:
        return False


def _try_later(push: Push, problem: str, now: datetime) -> bool:
    text = f"{CAUSES['archive'].sentence} {problem}"[:500]
    failures = push.absences + 1
    moment = next_attempt_at(now, failures, random.random)
    push.move(PushState.ACCEPTED, now, cause="archive", explanation=text, absences=failures, next_attempt_at=moment)
    return False


def _publish(push: Push, path: str, text: str, now: datetime) -> bool:
    reach("archive.before_commit")
    return push.move(
        PushState.PUBLISHED, now, archive_path=path, published_at=now, cause="", explanation=text, next_attempt_at=None, absences=0
    )
