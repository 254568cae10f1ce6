"""Prints the one-time address at which the first administrator is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from connectors.configure.first_access import AdministratorExists, make_first_link

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """One line on the output, so that a script can read it. Refused once a user exists."""

    help = "Affiche l’adresse à usage unique qui crée le premier administrateur."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address under which browsers reach this installation."""
        parser.add_argument("--base", default="http://127.0.0.1:8765", help="adresse du site, sans chemin")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print it."""
        try:
            token = make_first_link()
        except AdministratorExists as error:
            raise CommandError(str(error)) from error
        self.stdout.write(options["base"].rstrip("/") + reverse("connectors:first_access", args=[token]))
