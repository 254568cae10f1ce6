"""Moving a file to its archive folder: nothing is ever replaced, and a crash at any moment is continued by the next call.

1. Rename, without replacing, to a hidden name next to the archive. 2. Look at what was taken: another file than the one that was
published is given back. 3. Sync it. 4. Rename, without replacing, to the final name; a name that is taken gets a number. 5. Sync both folders.
Across devices the file is carried over first: see `carrying`.

A file only ever moves forward: deposit, hidden, final. Who looks for it in that order finds it, whoever else is archiving it at the same time.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from connectors.deposits.base import DocumentMissing, DocumentReplaced, StoreProblem
from connectors.deposits.local.carrying import carry_across
from connectors.deposits.local.document import identity_of
from connectors.deposits.local.move import is_document, numbered, status_of, sync_folder
from connectors.domain.crash_points import reach

if TYPE_CHECKING:
    from connectors.deposits.local.move import Move

MOST_RACES = 5
"""So often another archiver of the same document may be just ahead; each time it has come one step further."""


def archive_file(move: Move) -> str:
    """Archive, and give the final name. Raises DocumentMissing, DocumentReplaced, StoreProblem or OSError."""
    for _ in range(MOST_RACES):
        if _bring_next_to_archive(move):
            name = _give_final_name(move)
        elif _is_under_way(move):
            continue
        else:
            name = _archived_before(move)
        if name:
            sync_folder(move.target)
            sync_folder(move.source)
            return name
    raise StoreProblem("Un autre processus archive ce document.")


def _is_under_way(move: Move) -> bool:
    return status_of(move.source, move.staging) is not None or status_of(move.target, move.staging) is not None


def _bring_next_to_archive(move: Move) -> bool:
    """False when the document is neither in its folder nor hidden: it is at its end, or somebody took it away."""
    if status_of(move.source, move.staging) is not None:
        return _carry(move)  # An earlier call had begun to carry it to another device.
    if status_of(move.target, move.staging) is not None:
        return _has_arrived(move)
    identity = _identity_of_document(move)
    return bool(identity) and _take(move, identity)


def _has_arrived(move: Move) -> bool:
    """An earlier call ended at the hidden name, perhaps because the disk could not hold the file: what it gives now is what counts."""
    if not is_document(move, move.target, move.staging) and status_of(move.target, move.staging) is not None:
        raise StoreProblem(f"Le fichier « {move.staging} » du dossier d’archive n’a pas le contenu du document : vérifiez le disque.")
    return True


def _identity_of_document(move: Move) -> str:
    """The identity of the file in the deposit folder when it is the published document; empty when it is not there.

    A share that was mounted again, or a file that was only touched, has another identity than in the ledger: the same bytes are the same document.
    """
    status = status_of(move.source, move.entry.name)
    if status is None:
        return ""
    identity = identity_of(status)
    return identity if identity == move.entry.identity or is_document(move, move.source, move.entry.name) else ""


def _take(move: Move, identity: str) -> bool:
    try:
        return _hide(move, move.target, identity)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    return _hide(move, move.source, identity) and _carry(move)


def _hide(move: Move, folder: int, identity: str) -> bool:
    """Take the file out of sight; False when somebody else has taken it in this moment."""
    try:
        move.rename(move.source, move.entry.name, folder, move.staging)
    except (FileNotFoundError, FileExistsError):
        return False  # Another archiver has hidden the document; a new file may stand under its name already.
    reach("archive.hidden")
    taken = status_of(folder, move.staging)
    if taken is not None and identity_of(taken) != identity:
        give_back(move, folder)
        raise DocumentReplaced("Un autre fichier a été déposé sous ce nom : il est resté à sa place.")
    return True


def give_back(move: Move, folder: int) -> None:
    """Put the hidden file back into the deposit folder, under its name or the next free one."""
    for candidate in numbered(move.entry.name):
        try:
            move.rename(folder, move.staging, move.source, candidate)
        except FileExistsError:
            continue
        return
    raise StoreProblem("Le fichier n’a pas pu être remis dans son dossier de dépôt.")


def _carry(move: Move) -> bool:
    """Bring the hidden original to the archive's device. Its bytes changed meanwhile: it goes back, and nothing was archived."""
    if not carry_across(move):
        give_back(move, move.source)
        raise DocumentReplaced("Le fichier a changé pendant son archivage : il est resté à sa place.")
    return True


def _give_final_name(move: Move) -> str:
    """The name; empty when another archiver was faster."""
    try:
        move.sync(move.target, move.staging)
        _forget_second_name(move)
        for candidate in numbered(move.entry.name):
            try:
                move.rename(move.target, move.staging, move.target, candidate)
            except FileExistsError:
                continue
            reach("archive.named")
            return candidate
    except FileNotFoundError:
        return ""
    raise StoreProblem("Trop de fichiers portent ce nom dans le dossier d’archive.")


def _forget_second_name(move: Move) -> None:
    """Where a rename is a link and an unlink, a crash between them has left the very same file under its old name, too."""
    hidden, left = status_of(move.target, move.staging), status_of(move.source, move.entry.name)
    if hidden is not None and left is not None and os.path.samestat(hidden, left):
        os.unlink(move.entry.name, dir_fd=move.source)


def _archived_before(move: Move) -> str:
    """The final name, when an earlier call had finished but could not say so. Its bytes are read: only they are believed."""
    for candidate in numbered(move.entry.name):
        if status_of(move.target, candidate) is None:
            break
        if is_document(move, move.target, candidate):
            move.sync(move.target, candidate)
            return candidate
    if status_of(move.source, move.entry.name) is not None:
        raise DocumentReplaced("Un autre fichier porte maintenant ce nom ; l’original a été retiré avant son archivage.")
    raise DocumentMissing("Le fichier a été retiré avant son archivage.")
