"""The ledger against the deposit folders: every file has a row that is not final, and every such row has its file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, StoreProblem, is_same_but_moved
from connectors.domain.names import shown_name
from connectors.domain.states import UNSENT, PushState
from connectors.models import DepositFolder, Push
from connectors.push.auditing.differences import Difference, about, state_text
from connectors.push.auditing.leftovers import hidden_files
from connectors.push.files import exact_name, in_chunks
from connectors.push.see import see_folder
from connectors.push.whereabouts import ELSEWHERE, stands_elsewhere

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from connectors.deposits.base import Entry
    from connectors.push.auditing.inspection import Inspection


SECOND_LOOK_SECONDS = 5.0
"""Between two looks at what differs: longer than a watcher that runs needs to see what was just dropped, or taken away."""

Key = tuple[str, str]
"""Kind and place of a difference."""


def deposit_differences(inspection: Inspection) -> Iterator[Difference]:
    """Watched folders first; then the documents whose folder is not watched any more."""
    watched = DepositFolder.objects.filter(deposit_path__connector__in=inspection.connectors, deposit_path__connector__active=True)
    folders = list(watched.select_related("client", "deposit_path").order_by("pk"))
    suspects = [(folder, keys) for folder in folders if (keys := _look(folder, inspection).keys())]
    if suspects:
        inspection.wait(SECOND_LOOK_SECONDS)
    for folder, keys in suspects:
        yield from _watched(folder, keys, inspection)
    for folder in folders:
        with suppress(StoreProblem):  # The look has told it.
            yield from hidden_files(folder.folder, inspection)
    known = {(folder.deposit_path.connector_id, folder.folder) for folder in folders}
    for chunk in in_chunks(inspection.rows().present()):
        inspection.counted.deposited += len(chunk)
        for push in chunk:
            if (push.connector_id, push.folder) not in known:
                yield from _unwatched(push, inspection)


def _watched(folder: DepositFolder, keys: Collection[Key], inspection: Inspection) -> Iterator[Difference]:
    """What differs at two looks; a document that moves between them is no difference. A repair is a look of the watcher's own."""
    found = {key: difference for key, difference in _look(folder, inspection).items() if key in keys}
    if found and inspection.repair:
        see_folder(folder, inspection.store, inspection.now)
        left = _look(folder, inspection)
        found = {key: left.get(key) or _repaired(difference) for key, difference in found.items()}
    yield from found.values()


def _repaired(difference: Difference) -> Difference:
    done = {"unseen": "Inscrit au registre.", "gone": "Noté comme « Retiré ».", "changed": "Noté : le document est relu depuis le début."}
    return Difference(difference.kind, difference.where, difference.detail, difference.reference, done.get(difference.kind, "Réglé."))


def _look(folder: DepositFolder, inspection: Inspection) -> dict[Key, Difference]:
    """The differences of one folder. An alarm of the folder's, or trouble with it, stands for all of them."""
    folder.refresh_from_db(fields=["problem"])
    if folder.problem:
        return _trouble(folder, folder.problem)
    try:
        listing = inspection.store.list(folder.folder)
    except StoreProblem as problem:
        return _trouble(folder, str(problem))
    entries = {entry.name: entry for entry in listing.entries}
    rows = {
        exact_name(push): push for push in Push.objects.present().filter(connector=folder.deposit_path.connector_id, folder=folder.folder)
    }
    if stands_elsewhere(folder, listing, {name: (push.identity, push.seen_at) for name, push in rows.items()}):
        return _trouble(folder, ELSEWHERE)
    found = [
        Difference("unseen", f"{folder.folder}/{shown_name(name.encode('utf-8', 'surrogateescape'))}")
        for name in entries
        if name not in rows
    ]
    found += [difference for name, push in rows.items() if (difference := _compare(push, entries.get(name)))]
    return {(difference.kind, difference.where): difference for difference in found}


def _trouble(folder: DepositFolder, text: str) -> dict[Key, Difference]:
    return {("folder", folder.folder): Difference("folder", folder.folder, text)}


def _compare(push: Push, entry: Entry | None) -> Difference | None:
    if entry is None:
        return about("gone" if push.state in UNSENT else "gone_unsure", push, state_text(push))
    written = push.state == PushState.SETTLING  # It may well be another one at each look.
    same = entry.identity == push.identity or is_same_but_moved(entry.identity, push.identity)
    return None if written or same else about("changed", push, state_text(push))


def _unwatched(push: Push, inspection: Inspection) -> Iterator[Difference]:
    """Its connector is switched off, or its path or client was taken out of the settings."""
    try:
        entry = inspection.store.describe(push.folder, exact_name(push))
    except DocumentMissing:
        entry = None
    except StoreProblem as problem:
        yield about("folder", push, str(problem))
        return
    if (difference := _compare(push, entry)) and Push.objects.filter(pk=push.pk, state=push.state, identity=push.identity).exists():
        yield difference
