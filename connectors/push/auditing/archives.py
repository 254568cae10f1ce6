"""The ledger against the archive: the file of every published document is there, with its size and, where asked, its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, FolderMissing, StoreProblem
from connectors.domain.names import shown_name
from connectors.domain.states import PushState
from connectors.models import Event, Push
from connectors.push.auditing.differences import Difference, about
from connectors.push.auditing.leftovers import hidden_files, unfinished
from connectors.push.files import archived_name, exact_name, hash_file, in_chunks, ledger_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.deposits.base import Entry
    from connectors.push.auditing.inspection import Inspection


def archive_differences(inspection: Inspection) -> Iterator[Difference]:
    """Each published document, each archive that has stopped half-way, and what lies hidden in archive folders."""
    published = inspection.rows().filter(state=PushState.PUBLISHED)
    inspection.counted.unarchived = published.filter(archive_path="").count()
    for chunk in in_chunks(published.exclude(archive_path="")):
        for push in chunk:
            inspection.counted.archived += 1
            yield from _published(push, inspection)
    for chunk in in_chunks(inspection.rows().filter(state=PushState.ACCEPTED, integrated=True)):
        for push in chunk:
            if inspection.is_overdue(push) and _is_done(push, inspection):
                yield unfinished(push, inspection)
    for folder in inspection.rows().exclude(archive_folder="").order_by().values_list("archive_folder", flat=True).distinct():
        yield from _archive_folder(folder, inspection)


def _archive_folder(folder: str, inspection: Inspection) -> Iterator[Difference]:
    try:
        yield from hidden_files(folder, inspection)
    except FolderMissing:
        return  # Its documents have been told one by one.
    except StoreProblem as problem:
        yield Difference("folder", folder, str(problem))


def _published(push: Push, inspection: Inspection) -> Iterator[Difference]:
    folder, _, name = push.archive_path.rpartition("/")
    try:
        entry = _entry(push, folder, name, inspection)
        if entry is None:
            yield _missing(push, folder, inspection)
        elif entry.size != push.size:
            yield about("archive_size", push, f"{entry.size} octets au lieu de {push.size}.", where=push.archive_path)
        elif inspection.hashes and hash_file(inspection.store, folder, entry.name) != push.sha256:
            yield about("archive_changed", push, where=push.archive_path)
    except FolderMissing as problem:
        yield about("archive_missing", push, str(problem), where=push.archive_path)
    except (StoreProblem, OSError) as problem:
        yield about("archive_unreadable", push, str(problem), where=push.archive_path)


def _entry(push: Push, folder: str, name: str, inspection: Inspection) -> Entry | None:
    """The archived file; a name that is no UTF-8 is found by what the ledger could hold of it. Raises StoreProblem."""
    try:
        return inspection.store.describe(folder, name)
    except DocumentMissing:
        if ledger_text(exact_name(push)) == exact_name(push):
            return None
    entries = {entry.name: entry for entry in inspection.store.list(folder).entries}
    return entries.get(archived_name(push, list(entries)))


def _missing(push: Push, folder: str, inspection: Inspection) -> Difference:
    """Look for its bytes in the same folder, under a name that belongs to no other document."""
    found = next((name for name in _same_bytes(push, folder, inspection) if not _is_taken(f"{folder}/{name}")), "")
    if not found:
        return about("archive_missing", push, where=push.archive_path)
    shown = shown_name(found.encode("utf-8", "surrogateescape"))
    detail = f"Le même contenu est là sous le nom « {shown} »."
    if not inspection.repair:
        return about("archive_missing", push, detail, where=push.archive_path)
    before, after = push.archive_path, ledger_text(f"{folder}/{found}")
    if not Push.objects.filter(pk=push.pk, state=PushState.PUBLISHED, archive_path=before).update(archive_path=after):
        return about("archive_missing", push, detail, where=before)
    text = f"Chemin d’archive corrigé : le fichier s’appelle maintenant « {shown} »."
    Event.objects.create(at=inspection.now, kind="archive.renamed", push=push, connector_id=push.connector_id, text=text[:500])
    return about("archive_missing", push, detail, where=before, repaired="Chemin d’archive corrigé.")


def _same_bytes(push: Push, folder: str, inspection: Inspection) -> Iterator[str]:
    for entry in inspection.store.list(folder).entries:
        if entry.size == push.size and hash_file(inspection.store, folder, entry.name) == push.sha256:
            yield entry.name


def _is_taken(path: str) -> bool:
    return Push.objects.filter(archive_path=ledger_text(path)).exists()


def _is_done(push: Push, inspection: Inspection) -> bool:
    """Whether the file of this accepted document has left its deposit folder and stands in the archive, so that only the ledger has to say so."""
    try:
        inspection.store.describe(push.folder, exact_name(push))
    except DocumentMissing:
        pass
    except StoreProblem:
        return False
    else:
        return False
    try:
        return any(not _is_taken(f"{push.archive_folder}/{name}") for name in _same_bytes(push, push.archive_folder, inspection))
    except (StoreProblem, OSError):
        return False
