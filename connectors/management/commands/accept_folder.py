"""`manage.py accept_folder FOLDER`: the deposit folder in alarm was really replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connectors.deposits.base import StoreProblem
from connectors.domain.names import fold
from connectors.push.watch import watched_folders
from connectors.push.whereabouts import accept_folder
from connectors.tasks import local_store

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Lets a person end the alarm of a folder that was replaced."""

    help = "Accepte le dossier de dépôt qui remplace l’ancien : les documents qui n’y sont plus comptent comme retirés."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, as the alarm's page names it."""
        parser.add_argument("folder", help="Dossier de dépôt sous la racine, par exemple « Client/ZONE DE DEPOT/Factures de vente ».")

    def handle(self, *_args: Any, folder: str, **_options: Any) -> None:
        """Accept it for each connector that watches it."""
        found = [watched for watched in watched_folders() if fold(watched.folder) == fold(folder.strip("/"))]
        if not found:
            raise CommandError(f"« {folder} » n’est le dossier de dépôt d’aucun connecteur actif.")
        for watched in found:
            try:
                accept_folder(watched, local_store(), timezone.now(), None)
            except StoreProblem as problem:
                raise CommandError(str(problem)) from problem
        self.stdout.write(f"Accepté : {found[0].folder}")
