"""Is this still the folder that was watched? A share that is not mounted leaves an empty folder: an alarm, never a mass withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from connectors.deposits.base import FolderMissing, is_same_version
from connectors.models import DepositFolder, Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from connectors.deposits.base import DepositStore, Listing, StoreProblem

ABSENT = (
    "Dossier absent : partage non monté, dossier renommé ou supprimé ? Rien n’est considéré comme retiré. "
    "Remontez le partage, ou rétablissez le dossier sous ce nom."
)
ELSEWHERE = (
    "Un autre dossier, sans les documents connus, est à cette place : partage non monté ? Rien n’est considéré comme retiré. Remontez le "
    "partage ; si le dossier a vraiment été remplacé, acceptez-le sur la page d’accueil (ou « ./pushdoc manage accept_folder »)."
)
TROUBLES = {ABSENT, ELSEWHERE}


def find_folder(folder: DepositFolder, store: DepositStore) -> Listing:
    """What stands in the folder; one that was never there yet is made. Raises StoreProblem."""
    try:
        return store.list(folder.folder)
    except FolderMissing:
        if folder.place or folder.baselined_at:
            raise
    store.make_folder(folder.folder, beside=folder.beside())
    return store.list(folder.folder)


def trouble_in(folder: DepositFolder, problem: StoreProblem | None) -> str:
    """What the folder's row says about it; without a problem, it is another folder than the known one."""
    if problem is None:
        return ELSEWHERE
    return ABSENT if isinstance(problem, FolderMissing) and folder.place else str(problem)[:300]


def read_again(folder: DepositFolder) -> bool:
    """Whether the folder is still watched, as its row stands now: who looks may have read it long ago, and much may have changed it since."""
    watched = DepositFolder.objects.select_for_update(of=("self",)).filter(pk=folder.pk, deposit_path__connector__active=True)
    fields = ("baselined_at", "place", "problem", "scanned_at", "skipped")
    found = list(watched.values(*fields)[:1])
    for name, value in found[0].items() if found else ():
        setattr(folder, name, value)
    return bool(found)


def stands_elsewhere(folder: DepositFolder, listing: Listing, known: Mapping[str, tuple[str, datetime]]) -> frozenset[str]:
    """The names that are missing because another folder stands in this one's place; empty when all is well.

    `known` gives identity and first sight of each expected file. Well is: the same place; or another one, and a known file is there in its known
    version (a share that was mounted again); or nothing was expected. While the trouble lasts, `scanned_at` stands still at its beginning: what was
    first seen after that belongs to the stranger and proves nothing.
    """
    if not folder.place or folder.place == listing.place:
        return frozenset()
    begun_at = folder.scanned_at if folder.problem in TROUBLES else None
    old = {name: identity for name, (identity, seen_at) in known.items() if begun_at is None or seen_at < begun_at}
    if any(entry.name in old and is_same_version(old[entry.name], entry.identity) for entry in listing.entries):
        return frozenset()
    return frozenset(old)


def note_trouble(folder: DepositFolder, now: datetime, text: str) -> None:
    """Write it down once, however long it lasts."""
    if folder.problem == text:
        return
    if folder.problem not in TROUBLES:
        folder.scanned_at = now
    folder.problem = text
    folder.save(update_fields=["problem", "scanned_at"])


def accept_folder(folder: DepositFolder, store: DepositStore, now: datetime, actor: Any) -> None:
    """A person says that what stands there now is the folder: documents that are not in it count as taken away. Raises StoreProblem."""
    place = store.place(folder.folder)
    with transaction.atomic():
        DepositFolder.objects.filter(pk=folder.pk).update(place=place, problem="")
        Event.objects.note_settings(folder.deposit_path.connector, "folder", now, actor, f"Dossier accepté : {folder.folder}")
