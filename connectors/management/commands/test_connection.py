"""`manage.py test_connection`: the named connection checks, as on the credentials' page."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connectors.configure.trial import has_passed, try_stored
from connectors.models import Connector
from connectors.providers.registry import PROVIDERS, provider_class
from connectors.tasks import trial_of, wake

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from connectors.providers.base import CheckResult

FAILED = 1


class Command(BaseCommand):
    """Exits 0 when every check of every connector has passed, 1 otherwise."""

    help = (
        "Teste la connexion au partenaire, étape par étape, sans rien déposer ; le connecteur peut être inactif. "
        "Code de sortie : 0 si tout a réussi, 1 sinon. Une connexion acceptée est notée comme sur la page des identifiants."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which connector."""
        parser.add_argument("connector", nargs="?", metavar="CONNECTEUR", help="numéro ou nom ; sans lui, tous les connecteurs")
        parser.add_argument("--json", action="store_true", help="une ligne de JSON, pour la supervision")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each check with its time, its cause and its repair."""
        found = [(connector, self._try(connector)) for connector in _connectors(options["connector"])]
        passed = bool(found) and all(has_passed(checks) for _, checks in found)
        if options["json"]:
            self.stdout.write(json.dumps({"passed": passed, "connectors": [_as_json(*pair) for pair in found]}, ensure_ascii=False))
        else:
            for connector, checks in found:
                self._print(connector, checks)
        if not passed:
            sys.exit(FAILED)

    def _try(self, connector: Connector) -> list[CheckResult]:
        checks = try_stored(connector, provider_class(connector.provider), trial_of(connector), timezone.now)
        if has_passed(checks):
            wake(connector.pk)
        return checks

    def _print(self, connector: Connector, checks: list[CheckResult]) -> None:
        self.stdout.write(f"{connector.name} (n° {connector.pk}{'' if connector.active else ', non actif'})")
        for check in checks:
            seconds = f"{check.seconds:.2f}".replace(".", ",")
            self.stdout.write(f"  {'réussi' if check.passed else 'ÉCHEC '}  {check.label} ({seconds} s)")
            if check.message:
                self.stdout.write(f"          {check.message}")
            if check.repair:
                self.stdout.write(f"          À faire : {check.repair}")


def _connectors(asked: str | None) -> list[Connector]:
    """Raises CommandError when there is none."""
    rows = Connector.objects.filter(provider__in=PROVIDERS).order_by("pk")
    if asked:
        rows = rows.filter(pk=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else rows.filter(name__iexact=asked)  # noqa: PLR2004 - digits of a key
    found = list(rows)
    if not found:
        raise CommandError(f"Aucun connecteur ne s’appelle « {asked} »." if asked else "Il n’y a pas encore de connecteur.")
    return found


def _as_json(connector: Connector, checks: list[CheckResult]) -> dict[str, Any]:
    """In English words: a monitoring system reads it."""
    fields = ("name", "label", "passed", "message", "repair", "field")
    listed = [{name: getattr(check, name) for name in fields} | {"seconds": round(check.seconds, 3)} for check in checks]
    return {"connector": connector.pk, "name": connector.name, "active": connector.active, "passed": has_passed(checks), "checks": listed}
