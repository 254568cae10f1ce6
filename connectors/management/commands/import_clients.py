"""The import of a client file from the command line: the same use case as the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connectors.configure.client_file import ClientFileError, read_client_file
from connectors.configure.client_table import LARGEST_FILE
from connectors.configure.import_clients import ImportBlocked, apply_import, preview_import
from connectors.tasks import wake, watch_settings

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from connectors.configure.client_file import ClientFile
    from connectors.configure.import_clients import ImportPreview, ImportResult


class Command(BaseCommand):
    """Exits 1 when nothing was imported because of what the file says."""

    help = "Importe des clients depuis un fichier CSV, XLSX, XLS ou ODS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and how careful to be."""
        parser.add_argument("file", metavar="FICHIER")
        parser.add_argument("--dry-run", action="store_true", help="montre ce qui serait importé, sans rien écrire")
        parser.add_argument("--only-valid", action="store_true", help="importe les lignes correctes, laisse les autres")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, then show or store."""
        client_file = _read(options["file"])
        if options["dry_run"]:
            preview = preview_import(client_file)
            self._show(preview)
            if preview.errors and not options["only_valid"]:
                raise CommandError(_blocked(preview))
            return
        try:
            result = apply_import(client_file, timezone.now(), None, only_valid=options["only_valid"])
        except ImportBlocked as blocked:
            self._show(blocked.preview)
            raise CommandError(_blocked(blocked.preview)) from blocked
        _after(result)
        self.stdout.write(
            f"Import terminé : {result.created} nouveau(x), {result.updated} modifié(s), "
            f"{result.unchanged} inchangé(s), {result.skipped} ligne(s) laissée(s)."
        )

    def _show(self, preview: ImportPreview) -> None:
        for row in preview.new:
            self.stdout.write(f"Nouveau (ligne {row.line}) : {row.name}")
        for change in preview.changed:
            fields = " ; ".join(f"{field.label} : « {field.before} » → « {field.after} »" for field in change.fields)
            self.stdout.write(f"Modifié (ligne {change.row.line}) : {change.client.name} – {fields}")
        for error in preview.errors:
            self.stdout.write(f"Erreur (ligne {error.line}, {error.column}, « {error.value} ») : {error.message}")
        self.stdout.write(
            f"{len(preview.new)} nouveau(x), {len(preview.changed)} modifié(s), "
            f"{len(preview.unchanged)} inchangé(s), {preview.wrong_lines} ligne(s) à corriger."
        )


def _read(name: str) -> ClientFile:
    try:
        with Path(name).open("rb") as file:
            return read_client_file(name, file.read(LARGEST_FILE + 1))
    except (OSError, ValueError) as error:
        raise CommandError(f"Ce fichier ne peut pas être ouvert : {name}") from error
    except ClientFileError as error:
        raise CommandError(str(error)) from error


def _blocked(preview: ImportPreview) -> str:
    return f"Rien n’a été importé : {preview.wrong_lines} ligne(s) à corriger. Pour importer les autres : --only-valid"


def _after(result: ImportResult) -> None:
    for connector in result.connectors:
        watch_settings(connector)
        wake(connector.pk)
