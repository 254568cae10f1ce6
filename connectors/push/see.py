"""Seeing: each file in a watched folder has a row, and each row its file. Also the baseline: what was there at activation is PRIOR."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from connectors.deposits.base import StoreProblem
from connectors.domain.states import UNSENT, PushState
from connectors.models import DepositFolder, Event, Push

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.deposits.base import DepositStore, Entry, Listing

MOST_SKIPPED = 100
"""Names kept of what was skipped in one folder; a folder tree dropped by mistake would fill the row otherwise."""


def see_folder(folder: DepositFolder, store: DepositStore, now: datetime) -> int:
    """Compare the folder with the ledger; give how many rows changed. A folder that cannot be read changes nothing but its own problem."""
    try:
        listing = store.list(folder.folder)
    except StoreProblem as problem:
        _note_folder(folder, now, problem=str(problem))
        return 0
    try:
        return _compare(folder, listing, now)
    except IntegrityError:
        return 0  # Somebody else has just written the same files down; the next look agrees with the ledger.


def _compare(folder: DepositFolder, listing: Listing, now: datetime) -> int:
    skipped = [[name.encode("utf-8", "replace").decode(), reason] for name, reason in listing.skipped[:MOST_SKIPPED]]
    with transaction.atomic():
        if not _read_baseline(folder):
            return 0
        rows = {os.fsdecode(bytes(row.name_bytes)): row for row in _rows(folder)}
        state = PushState.SETTLING if folder.baselined_at else PushState.PRIOR
        changed = _insert(folder, [entry for entry in listing.entries if entry.name not in rows], state, now)
        present = {entry.name: entry for entry in listing.entries}
        changed += sum(_follow(row, present.get(name), now) for name, row in rows.items())
        _note_folder(folder, now, skipped=skipped, baselined_at=folder.baselined_at or now)
    return changed


def _read_baseline(folder: DepositFolder) -> bool:
    """Whether the folder is still watched, as it stands now: who looks may have read the row long ago, and activation has changed it since."""
    watched = DepositFolder.objects.select_for_update(of=("self",)).filter(pk=folder.pk, deposit_path__connector__active=True)
    found = watched.values_list("baselined_at", flat=True)[:1]
    for baselined_at in found:
        folder.baselined_at = baselined_at
    return bool(found)


def _rows(folder: DepositFolder) -> list[Push]:
    connector = folder.deposit_path.connector_id
    return list(Push.objects.present().filter(connector_id=connector, folder=folder.folder))


def _insert(folder: DepositFolder, entries: list[Entry], state: PushState, now: datetime) -> int:
    rows = []
    for entry in entries:
        push = Push(
            connector_id=folder.deposit_path.connector_id,
            client_id=folder.client_id,
            deposit_path_id=folder.deposit_path_id,
            folder=folder.folder,
            identity=entry.identity,
            size=entry.size,
            state=state,
            seen_at=now,
            identity_at=now,
            changed_at=now,
        )
        push.set_name(os.fsencode(entry.name))
        rows.append(push)
    Push.objects.bulk_create(rows, batch_size=500)
    Event.objects.bulk_create(
        [Event(at=now, kind=f"push.{state}", push=row, connector_id=row.connector_id) for row in rows], batch_size=500
    )
    return len(rows)


def _follow(push: Push, entry: Entry | None, now: datetime) -> int:
    """The file went, or became another one: only a row of which nothing was sent follows it."""
    if push.state not in UNSENT:
        return 0
    if entry is None:
        return push.move(PushState.WITHDRAWN, now, explanation="Le fichier a été retiré avant son envoi.", next_attempt_at=None)
    if entry.identity == push.identity:
        return 0
    prior_stays = push.state == PushState.PRIOR and _same_but_moved(push, entry)
    to = PushState.PRIOR if prior_stays else PushState.SETTLING
    return push.move(
        to, now, identity=entry.identity, size=entry.size, identity_at=now, sha256="", cause="", explanation="", released=False
    )


def _same_but_moved(push: Push, entry: Entry) -> bool:
    """A share that was mounted again has another device number; the same inode, size and time is the same file."""
    return push.identity.partition(":")[2] == entry.identity.partition(":")[2]


def _note_folder(folder: DepositFolder, now: datetime, *, problem: str = "", **values: object) -> None:
    values |= {"scanned_at": now, "problem": problem}
    changed = {name: value for name, value in values.items() if getattr(folder, name) != value}
    for name, value in changed.items():
        setattr(folder, name, value)
    if set(changed) - {"scanned_at"}:
        folder.save(update_fields=list(changed))
