"""Looking at the folders that a connector watches, before a document finds out what they cannot do. Nothing is made or changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone

from connectors.domain.routing import Rules
from connectors.models import Client, DepositFolder
from connectors.models.rules import facts_about, path_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from connectors.deposits.base import DepositStore, FolderReport
    from connectors.models import Connector, DepositPath

CLIENTS = 10
"""Clients whose folders are looked at: each look may take a round trip to a file server."""

GIGABYTE = 1024**3
LITTLE, TOO_LITTLE = GIGABYTE, GIGABYTE // 10
"""Free bytes below which a person is told, and below which an archive will soon fail."""

BADGES = {"success": "Bon", "info": "À savoir", "warning": "À surveiller", "danger": "À corriger"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `tone` is success, info, warning or danger; `repair` says what to do, in French."""

    tone: str
    label: str
    text: str
    repair: str = ""

    @property
    def badge(self) -> str:
        """The tone as a word."""
        return BADGES[self.tone]


@dataclass(frozen=True)
class ExaminedFolder:
    """A folder below the root (empty: the root itself), whose client and what was found."""

    folder: str
    client: str
    findings: tuple[Finding, ...]

    @property
    def tone(self) -> str:
        """The worst finding's tone."""
        tones = {finding.tone for finding in self.findings}
        return next(tone for tone in ("danger", "warning", "info", "success") if tone in tones)

    @property
    def badge(self) -> str:
        """That tone as a word."""
        return BADGES[self.tone]

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """What is worth a person's time."""
        return tuple(finding for finding in self.findings if finding.tone != "success")


@dataclass(frozen=True)
class FolderCheck:
    """The root, and the folders of `examined` of the connector's `clients`."""

    root: ExaminedFolder
    folders: tuple[ExaminedFolder, ...]
    examined: int
    clients: int

    @property
    def troubled(self) -> bool:
        """Whether something has to be mended."""
        return any(folder.tone in {"danger", "warning"} for folder in (self.root, *self.folders))


def check_folders(connector: Connector, store: DepositStore, most: int = CLIENTS) -> FolderCheck:
    """Look at the root and at the deposit folders of the connector's first clients; those whose folders have a problem come first."""
    trouble = DepositFolder.objects.filter(client=OuterRef("pk"), deposit_path__connector=connector).exclude(problem="")
    chosen = Client.objects.filter(selections__connector=connector)
    clients = list(chosen.order_by(Exists(trouble).desc(), "name")[:most])
    paths, today = list(connector.deposit_paths.all()), timezone.localdate()
    root = ExaminedFolder("", "", tuple(_findings(store.examine(""), expected=True, is_root=True)))
    folders = [_examine(store, client, path, today, expected=connector.active) for client in clients for path in paths]
    return FolderCheck(root, tuple(folders), len(clients), chosen.count())


def _examine(store: DepositStore, client: Client, path: DepositPath, today: date, *, expected: bool) -> ExaminedFolder:
    """The way to the archive of today counts; a code in its path may be any."""
    goes = Rules().destination(facts_about(client), path_rule(path), today)
    folder = f"{client.folder}/{path.deposit}"
    return ExaminedFolder(folder, client.name, tuple(_findings(store.examine(folder, goes.archive_folder), expected=expected)))


def _findings(report: FolderReport, *, expected: bool, is_root: bool = False) -> Iterator[Finding]:
    if report.missing and not expected:
        yield Finding("info", "Présence", "Ce dossier n’existe pas encore : il sera créé à l’activation.")
    elif report.missing:
        yield Finding("danger", "Présence", report.problem, "Montez le partage, ou rétablissez le dossier ; puis vérifiez de nouveau.")
    elif report.problem:
        yield Finding("danger", "Lecture", report.problem, "Donnez à l’utilisateur de PushDoc le droit de lire ce dossier.")
    else:
        yield Finding("success", "Lecture", "Le dossier existe et peut être lu.")
        yield from _rights(report, is_root=is_root)
        yield from _ways(report, is_root=is_root)


def _rights(report: FolderReport, *, is_root: bool) -> Iterator[Finding]:
    if report.writable:
        yield Finding("success", "Écriture", "PushDoc peut y écrire.")
    elif is_root:
        yield Finding(
            "info", "Écriture", "PushDoc ne peut pas écrire à la racine : les dossiers des clients doivent y être créés par vous."
        )
    else:
        text = "PushDoc ne peut pas y écrire : un document envoyé ne pourrait pas quitter ce dossier."
        yield Finding("danger", "Écriture", text, "Donnez à l’utilisateur de PushDoc le droit d’écrire dans ce dossier.")
    if not report.archive_writable:
        text = "PushDoc ne peut pas écrire là où ses documents seraient archivés."
        yield Finding("danger", "Archive", text, "Donnez à l’utilisateur de PushDoc le droit d’écrire dans le dossier d’archive.")
    elif report.moves_at_once is False:
        yield Finding("info", "Archive", "L’archive est sur un autre volume : chaque document y est copié, vérifié, puis retiré d’ici.")
    elif report.moves_at_once and not is_root:
        yield Finding("success", "Archive", "L’archive est sur le même volume : un document y passe d’un seul coup.")


def _ways(report: FolderReport, *, is_root: bool) -> Iterator[Finding]:
    if report.events:
        yield Finding("success", "Surveillance", "Le système signale chaque dépôt : il est vu aussitôt.")
    elif report.events is False:
        text = (
            f"Partage ou disque particulier ({report.file_system}) : les dépôts sont vus au prochain passage, au plus tard dans la minute."
        )
        yield Finding("info", "Surveillance", text)
    yield _space(report.free_bytes)
    if report.case_sensitive is not None:
        words = "deux noms différents" if report.case_sensitive else "le même nom"
        yield Finding("success", "Majuscules", f"« A » et « a » y sont {words} ; PushDoc les confond partout.")
    if report.accents_differ is not None and is_root:
        words = "deux noms différents" if report.accents_differ else "le même nom"
        yield Finding("success", "Accents", f"Les deux écritures d’un « é » (NFC, NFD) y sont {words} ; PushDoc les confond partout.")


def _space(free: int) -> Finding:
    text = f"{free // GIGABYTE} Go libres." if free >= GIGABYTE else f"{free // 1024**2} Mo libres."
    if free < LITTLE:
        return Finding("danger" if free < TOO_LITTLE else "warning", "Place", text, "Libérez de la place : l’archivage pourrait échouer.")
    return Finding("success", "Place", text)
