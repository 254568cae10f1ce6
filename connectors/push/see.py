"""Seeing: each file in a watched folder has a row, and each row its file. Also the baseline: what was there at activation is PRIOR."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from connectors.deposits.base import DocumentMissing, StoreProblem, is_same_but_moved
from connectors.domain.crash_points import reach
from connectors.domain.names import shown_name
from connectors.domain.states import UNSENT, PushState
from connectors.models import DepositFolder, Event, Push
from connectors.push.record import leave_to_a_person
from connectors.push.whereabouts import find_folder, note_trouble, read_again, stands_elsewhere, trouble_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from datetime import datetime
    from typing import Any

    from connectors.deposits.base import DepositStore, Entry, Listing

MOST_SKIPPED = 100
"""Names kept of what was skipped in one folder; a folder tree dropped by mistake would fill the row otherwise."""

INSERTED_AT_ONCE = 1000
"""Rows in memory: 60,000 files in one folder would be half a gigabyte of them."""


@dataclass(frozen=True)
class Seen:
    """What the ledger says about one file that is expected in its folder: enough to tell whether anything changed."""

    pk: int
    identity: str
    seen_at: datetime
    state: str


def see_folder(folder: DepositFolder, store: DepositStore, now: datetime) -> int:
    """Compare the folder with the ledger; give how many rows changed. A folder that cannot be read changes nothing but its own problem."""
    try:
        listing = find_folder(folder, store)
    except StoreProblem as problem:
        note_trouble(folder, now, trouble_in(folder, problem))
        return 0
    if _is_as_known(folder, listing):
        return 0
    try:
        return _compare(folder, store, listing, now)
    except IntegrityError:
        return 0  # Somebody else has just written the same files down; the next look agrees with the ledger.


def _is_as_known(folder: DepositFolder, listing: Listing) -> bool:
    """Most looks end here, without a transaction: each file has its row, each row its file, and nothing is wrong."""
    if folder.problem or not folder.baselined_at or folder.place != listing.place or folder.skipped != _skipped(listing):
        return False
    rows = _rows(folder)
    present = {entry.name: entry for entry in listing.entries}
    for name, row in rows.items():
        if row.state in UNSENT and (name not in present or present[name].identity != row.identity):
            return False
    return present.keys() <= rows.keys()


def _compare(folder: DepositFolder, store: DepositStore, listing: Listing, now: datetime) -> int:
    with transaction.atomic():
        if not read_again(folder):
            return 0
        rows = _rows(folder)
        present = _look_again(folder, store, {entry.name: entry for entry in listing.entries}, rows.keys())
        known = {name: (row.identity, row.seen_at) for name, row in rows.items() if row.state != PushState.DISMISSED}
        if old := stands_elsewhere(folder, listing, known):
            note_trouble(folder, now, trouble_in(folder, None))
            if not folder.baselined_at:
                return 0
            rows = {name: row for name, row in rows.items() if name not in old and name in present}
            present = {name: entry for name, entry in present.items() if name not in old}
        state = PushState.SETTLING if folder.baselined_at else PushState.PRIOR
        changed = _insert(folder, [present[name] for name in sorted(present.keys() - rows.keys())], state, now)
        changed += sum(_follow(row, present.get(name), now) for name, row in rows.items())
        if not old:
            found = {"skipped": _skipped(listing), "baselined_at": folder.baselined_at or now, "place": listing.place}
            _note_folder(folder, {"problem": "", "scanned_at": now, **found})
        reach("see.before_commit")
    return changed


def _look_again(folder: DepositFolder, store: DepositStore, present: dict[str, Entry], known: AbstractSet[str]) -> dict[str, Entry]:
    """The rows are younger than the listing: what has no row may have been archived since, and what has no file may have been dropped since."""
    for name in present.keys() ^ known:
        try:
            present[name] = store.describe(folder.folder, name)
        except DocumentMissing:
            present.pop(name, None)
        except StoreProblem:
            continue  # As it was listed.
    return present


def _rows(folder: DepositFolder) -> dict[str, Seen]:
    rows = Push.objects.present().filter(connector_id=folder.deposit_path.connector_id, folder=folder.folder)
    values = rows.order_by().values_list("name_bytes", "pk", "identity", "seen_at", "state")
    return {os.fsdecode(bytes(name)): Seen(pk, identity, seen_at, state) for name, pk, identity, seen_at, state in values.iterator()}


def _insert(folder: DepositFolder, entries: list[Entry], state: PushState, now: datetime) -> int:
    for start in range(0, len(entries), INSERTED_AT_ONCE):
        rows = list(_new_rows(folder, entries[start : start + INSERTED_AT_ONCE], state, now))
        Push.objects.bulk_create(rows, batch_size=500)
        Event.objects.bulk_create(
            [Event(at=now, kind=f"push.{state}", push=row, connector_id=row.connector_id) for row in rows], batch_size=500
        )
    return len(entries)


def _new_rows(folder: DepositFolder, entries: list[Entry], state: PushState, now: datetime) -> Iterator[Push]:
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
        yield push


def _follow(row: Seen, entry: Entry | None, now: datetime) -> int:
    """The file went, or became another one: only a row of which nothing was sent follows it."""
    if row.state not in UNSENT or (entry and entry.identity == row.identity):
        return 0
    push = Push.objects.get(pk=row.pk)
    if push.doubtful and not (entry and is_same_but_moved(push.identity, entry.identity)):
        return leave_to_a_person(push, now)  # What the partner may have is gone: nothing proves any more that it has it.
    if entry is None:
        return push.move(PushState.WITHDRAWN, now, explanation="Le fichier a été retiré avant son envoi.", next_attempt_at=None)
    if is_same_but_moved(push.identity, entry.identity):
        return push.move(PushState(push.state), now, identity=entry.identity)
    fresh = {"sha256": "", "cause": "", "explanation": "", "released": False}
    return push.move(PushState.SETTLING, now, identity=entry.identity, size=entry.size, identity_at=now, **fresh)


def _skipped(listing: Listing) -> list[list[str]]:
    """The first of them by name, so that an unchanged folder gives an unchanged list; the last line counts the rest."""
    names = sorted((shown_name(os.fsencode(name)), reason) for name, reason in listing.skipped)
    shown = [[name, reason] for name, reason in names[:MOST_SKIPPED]]
    return shown if len(names) <= MOST_SKIPPED else [*shown, ["…", f"Et {len(names) - MOST_SKIPPED} autres."]]


def _note_folder(folder: DepositFolder, values: dict[str, Any]) -> None:
    changed = {name: value for name, value in values.items() if getattr(folder, name) != value}
    for name, value in changed.items():
        setattr(folder, name, value)
    if set(changed) - {"scanned_at"}:
        folder.save(update_fields=list(changed))
