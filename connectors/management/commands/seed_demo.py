"""`manage.py seed_demo`: the demonstration firm, once, in an empty database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from connectors.management.demo.seeding import seed_demo
from connectors.models import Client

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Refuses a database that holds clients: it is no place for a demonstration."""

    help = "Crée le cabinet de démonstration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the partner listens."""
        parser.add_argument("--partner", required=True)
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seed, and print the login with its one-time password."""
        if Client.objects.exists():
            raise CommandError("Cette base contient déjà des clients : la démonstration n’y touche pas.")
        seeded = seed_demo(options["partner"])
        answer = {"email": seeded.email, "password": seeded.password}
        self.stdout.write(json.dumps(answer) if options["json"] else f"{seeded.email} {seeded.password}")
