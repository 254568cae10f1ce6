"""`manage.py demo_documents`: clients drop documents, now and then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from connectors.management.demo.documents import make_documents

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Drops what has not been dropped yet; ends when nothing is left."""

    help = "Dépose les documents de démonstration, l’un après l’autre."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long it rests between two documents, in seconds."""
        parser.add_argument("--pause", type=float, default=1.5)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Drop them; a second demonstration on the same data starts where nothing is left."""
        mark = settings.DATA_DIR / "demo-documents-dropped"
        if mark.exists():
            return
        for _ in make_documents(settings.DOSSIERS_DIR, pause=0.3):
            time.sleep(options["pause"])
        mark.touch()
