"""Hidden files of an archiving that has stopped half-way: finished where their document waits for it, told where none does, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing
from connectors.domain.states import PushState
from connectors.models import Push
from connectors.push.archive import archive_push
from connectors.push.auditing.differences import Difference, about, state_text
from connectors.push.auditing.inspection import PATIENCE
from connectors.push.files import HIDDEN, push_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.push.auditing.inspection import Inspection


def hidden_files(folder: str, inspection: Inspection) -> Iterator[Difference]:
    """The leftovers in one folder. Raises StoreProblem."""
    for name, _ in inspection.store.list(folder).skipped:
        if name.startswith(HIDDEN):
            yield from _hidden(folder, name, inspection)


def _hidden(folder: str, name: str, inspection: Inspection) -> Iterator[Difference]:
    push = push_of(name)
    if push and push.state == PushState.ACCEPTED:
        if inspection.is_overdue(push):
            yield unfinished(push, inspection)
        return
    if push and push.state == PushState.PUBLISHED:
        try:
            inspection.store.describe(folder, name)
        except DocumentMissing:
            return  # It was on its way when the folder was listed.
    detail = f"{push.name} : {state_text(push)}" if push else "Aucun document n’a cette référence."
    yield Difference("leftover", f"{folder}/{name}", detail, str(push.reference) if push else "")


def unfinished(push: Push, inspection: Inspection) -> Difference:
    """An archive that nobody is at work on: taken up like any other errand, so that no two ever copy the same file."""
    if not inspection.repair or not _take(push, inspection):
        return about("archive_unfinished", push)
    archive_push(push, inspection.store, inspection.now)
    return about("archive_unfinished", push, repaired="Archivage terminé." if push.state == PushState.PUBLISHED else "")


def _take(push: Push, inspection: Inspection) -> bool:
    """Whether the row is ours now: workers leave it alone until then."""
    rows = Push.objects.filter(pk=push.pk, state=PushState.ACCEPTED, integrated=True, next_attempt_at=push.next_attempt_at)
    return bool(rows.update(next_attempt_at=inspection.now + PATIENCE))
