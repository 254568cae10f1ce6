"""Archiving an accepted document. Idempotent: a crash between the receipt and the recorded path archives again."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, DocumentReplaced, Entry, StoreProblem
from connectors.domain.causes import CAUSES
from connectors.domain.retries import next_attempt_at
from connectors.domain.states import PushState

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
        return _publish(push, "", str(gone), now)
    except StoreProblem as problem:
        text = f"{CAUSES['archive'].sentence} {problem}"[:500]
        failures = push.absences + 1
        push.move(
            PushState.ACCEPTED,
            now,
            cause="archive",
            explanation=text,
            absences=failures,
            next_attempt_at=next_attempt_at(now, failures, random.random),
        )
        return False
    return _publish(push, path.encode("utf-8", "replace").decode(), "", now)


def _publish(push: Push, path: str, text: str, now: datetime) -> bool:
    return push.move(
        PushState.PUBLISHED, now, archive_path=path, published_at=now, cause="", explanation=text, next_attempt_at=None, absences=0
    )
