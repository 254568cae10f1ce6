"""Why a file that the ledger does not hold has not gone: what it is, where it lies, and what its connector says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.deposits.base import StoreProblem
from connectors.domain.causes import CAUSES
from connectors.domain.names import fold, is_temporary, shown_name
from connectors.domain.paths import could_contain
from connectors.models import DepositFolder
from connectors.push.explaining.explanation import BY_ITSELF, Explanation, Next, moment_text
from connectors.push.explaining.locate import right_folders, spot_of
from connectors.push.explaining.obstacles import obstacle_of

if TYPE_CHECKING:
    from connectors.deposits.base import Entry
    from connectors.models import Client
    from connectors.push.explaining.explanation import Circumstances
    from connectors.push.explaining.locate import Place, Spot


@dataclass(frozen=True)
class Found:
    """What stands at a place: a file, something that is skipped for a reason, nothing because of a problem, or nothing."""

    entry: Entry | None = None
    skipped: str = ""
    problem: str = ""

    @property
    def is_there(self) -> bool:
        """Whether something stands there."""
        return self.entry is not None or bool(self.skipped)


def look_at(place: Place, around: Circumstances) -> Found:
    """What the disk says now. The exact name wins over one that a person takes for the same."""
    try:
        listing = around.store.list(place.folder)
    except StoreProblem as problem:
        return Found(problem=str(problem))
    for fits in (lambda name: name == place.name, lambda name: fold(name) == fold(place.name)):
        for entry in listing.entries:
            if fits(entry.name):
                return Found(entry)
        for name, reason in listing.skipped:
            if fits(name):
                return Found(skipped=reason)
    return Found()


def explain_file(place: Place, found: Found, around: Circumstances) -> Explanation:
    """One answer: the first thing that keeps this file from being taken."""
    client = place.client
    if client is None:
        action = "Déposez le document dans le dossier de dépôt de son client, ou importez ce client s’il est nouveau."
        return Explanation(
            place.shown, "Ce chemin n’est dans le dossier d’aucun client : PushDoc n’y regarde pas.", Next("cabinet", action)
        )
    spot = spot_of(place, client)
    if spot and spot.is_folder:
        return _deposit_folder(place, spot, client, around)
    if not found.is_there and place.folder and fold(place.path) != fold(client.folder):
        return _absent(place, found, spot, client)
    if spot is None:
        return _elsewhere(place, client)
    if spot.is_below:
        text = f"Le fichier est dans un sous-dossier de « {spot.path.deposit} » : seul ce qui est directement dans ce dossier part."
        return Explanation(place.shown, text, Next("client", f"Déposez-le directement dans « {client.folder}/{spot.path.deposit} »."))
    return _in_deposit(place, found, spot, client, around)


def _absent(place: Place, found: Found, spot: Spot | None, client: Client) -> Explanation:
    if found.problem:
        folder = _watched(spot, client)
        text = "Le dossier ne peut pas être lu : on ne sait pas ce qu’il contient."
        reasons = tuple(dict.fromkeys([found.problem, *([folder.problem] if folder and folder.problem else [])]))
        following = Next("cabinet", "Rétablissez le dossier, ou corrigez le chemin demandé.")
        return Explanation(place.shown, text, following, reasons, known=folder is not None)
    text = "Il n’y a pas de fichier de ce nom ici, et le registre n’en a jamais vu."
    following = Next("client", "Vérifiez le nom et le dossier, puis déposez le document de nouveau.")
    return Explanation(place.shown, text, following, _right(client), known=False)


def _elsewhere(place: Place, client: Client) -> Explanation:
    """In the client's folder, but nowhere near a deposit path."""
    archives = {path.archive for selection in client.selections.all() for path in selection.connector.deposit_paths.all()}
    if any(could_contain(f"{client.folder}/{archive}", place.path) for archive in archives):
        text = (
            "C’est un dossier d’archive : PushDoc y range les documents publiés, et n’y prend rien. Celui-ci n’est pas passé par PushDoc."
        )
    else:
        text = "Le chemin est en dehors de tout dossier de dépôt : PushDoc n’y prend rien."
    return Explanation(place.shown, text, Next("client", "Déposez le document dans un dossier de dépôt de ce client."), _right(client))


def _right(client: Client) -> tuple[str, ...]:
    folders = right_folders(client)
    if not folders:
        return (f"Aucun connecteur n’a de dossier de dépôt pour « {client.name} ».",)
    return tuple(f"Dossier de dépôt de « {client.name} » : « {folder} »." for folder in folders)


def _deposit_folder(place: Place, spot: Spot, client: Client, around: Circumstances) -> Explanation:
    folder = _watched(spot, client)
    if (stopped := _stopped(place, spot, client, around)) is not None:
        return stopped
    scanned = f"Dernier passage : le {moment_text(folder.scanned_at)}." if folder and folder.scanned_at else ""
    skipped = [f"Laissé de côté : « {name} ». {reason}" for name, reason in (folder.skipped if folder else [])]
    reasons = tuple(text for text in (scanned, *skipped) if text)
    return Explanation(place.shown, "C’est un dossier de dépôt surveillé : ce qui y est déposé part.", BY_ITSELF, reasons)


def _in_deposit(place: Place, found: Found, spot: Spot, client: Client, around: Circumstances) -> Explanation:
    if found.entry is None:
        return _skipped(place, found)
    if (stopped := _stopped(place, spot, client, around)) is not None:
        return stopped
    if found.entry.size == 0:
        cause = CAUSES["empty"]
        return Explanation(place.shown, "Le fichier n’est pas encore au registre ; il y sera retenu.", _next(cause.code), (cause.sentence,))
    try:
        with around.store.open(place.folder, found.entry.name):
            pass
    except StoreProblem as problem:
        return Explanation(place.shown, "Le fichier ne peut pas être lu : il n’est pas envoyé.", _next("unreadable"), (str(problem),))
    text = "Le fichier vient d’être déposé : il n’est pas encore au registre."
    return Explanation(place.shown, text, BY_ITSELF, ("Le prochain passage de la surveillance le voit, au plus tard dans une minute.",))


def _next(code: str) -> Next:
    return Next(CAUSES[code].owner, CAUSES[code].action)


def _skipped(place: Place, found: Found) -> Explanation:
    text = f"« {shown_name(os.fsencode(place.name))} » n’est pas un document : il n’est jamais envoyé."
    action = "Déposez le document lui-même, comme fichier ordinaire, directement dans le dossier de dépôt."
    if is_temporary(place.name):
        action = "Attendez que le programme qui l’écrit ait terminé, ou enregistrez le document sous son nom définitif."
    return Explanation(place.shown, text, Next("client", action), (found.skipped,))


def _stopped(place: Place, spot: Spot, client: Client, around: Circumstances) -> Explanation | None:
    """What keeps the whole folder from being taken."""
    folder = _watched(spot, client)
    if blocked := obstacle_of(spot.path.connector, client, spot.path.pk, around):
        inactive = (
            "Ce qui est là au moment de l’activation est « Antérieur » : il n’est pas envoyé." if not spot.path.connector.active else ""
        )
        reasons = tuple(text for text in (blocked.sentence, inactive) if text)
        return Explanation(place.shown, "Rien ne part de ce dossier de dépôt pour le moment.", blocked.next, reasons)
    if folder is None or folder.baselined_at is None or folder.problem:
        reason = folder.problem if folder and folder.problem else "Ce dossier n’a pas encore été parcouru depuis l’activation."
        following = Next("cabinet", "Rétablissez le dossier de dépôt ; vérifiez que la surveillance tourne.")
        return Explanation(place.shown, "Le dossier de dépôt est en alarme : rien n’y est pris.", following, (reason,))
    return None


def _watched(spot: Spot | None, client: Client) -> DepositFolder | None:
    return DepositFolder.objects.filter(deposit_path=spot.path, client=client).first() if spot else None
