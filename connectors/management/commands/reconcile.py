"""`manage.py reconcile`: compares the ledger with the disk and with the partner."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connectors.domain.states import PushState
from connectors.models import Connector
from connectors.models.sealing import SealBroken
from connectors.providers.registry import provider_class
from connectors.push.auditing.differences import Difference
from connectors.push.auditing.inspection import Inspection
from connectors.push.auditing.partner import documents_to_ask_about, partner_differences
from connectors.push.auditing.reconcile import reconcile
from connectors.tasks import local_store, provider_for, this_worker

if TYPE_CHECKING:
    from collections.abc import Iterator

DIFFERENT = 2


class Command(BaseCommand):
    """Exits 0 when all agree, 2 on any difference, mended or not."""

    help = "Compare le registre avec les dossiers, les archives et le partenaire."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to compare, and whether to mend."""
        parser.add_argument(
            "--repair", action="store_true", help="répare ce qui peut l’être sans risque ; n’envoie et ne supprime jamais rien"
        )
        parser.add_argument("--hash", action="store_true", help="relit aussi le contenu des archives")
        parser.add_argument("--partner", action=argparse.BooleanOptionalAction, default=True, help="interroge aussi le partenaire")
        parser.add_argument("--connector", type=int, metavar="N°", help="un seul connecteur")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each difference as soon as it is found, then what was counted."""
        inspection = Inspection(
            _connectors(options["connector"]),
            local_store(),
            timezone.now(),
            _is_alive,
            time.sleep,
            hashes=options["hash"],
            repair=options["repair"],
        )
        kept, found, mended = [], 0, 0
        for difference in _differences(inspection, ask=options["partner"]):
            found, mended = found + 1, mended + bool(difference.repaired)
            if options["json"]:
                kept.append(difference.as_json())
            else:
                self._print(difference)
        if options["json"]:
            self.stdout.write(json.dumps({"differences": kept, "repaired": mended, **_counts(inspection)}, ensure_ascii=False))
        else:
            self._print_counts(inspection)
            self.stdout.write(f"{found} écart(s), dont {mended} réparé(s)." if found else "Aucun écart.")
        if found:
            sys.exit(DIFFERENT)

    def _print(self, difference: Difference) -> None:
        self.stdout.write(f"ÉCART : {difference.where}")
        self.stdout.write(f"  {difference.meaning} {difference.detail}".rstrip())
        self.stdout.write(f"  Réparé : {difference.repaired}" if difference.repaired else f"  À faire : {difference.action}")

    def _print_counts(self, inspection: Inspection) -> None:
        counted = inspection.counted
        for name, states in counted.states.items():
            terms = " + ".join(f"{states[state]} {state.label.lower()}" for state in PushState if state in states)
            self.stdout.write(f"{name} : {sum(states.values())} vu(s) = {terms or '0'}")
        self.stdout.write(
            f"Documents attendus en dépôt : {counted.deposited} ; archivés : {counted.archived} ; "
            f"publiés sans archive : {counted.unarchived} ; demandés au partenaire : {counted.asked}."
        )


def _is_alive(owner: str) -> bool:
    """Only a question makes this process take a lock of its own."""
    return this_worker().ownership.is_alive(owner)


def _connectors(pk: int | None) -> list[Connector]:
    found = list(Connector.objects.filter(pk=pk) if pk else Connector.objects.all())
    if pk and not found:
        raise CommandError(f"Aucun connecteur n’a le numéro {pk}.")
    return found


def _differences(inspection: Inspection, *, ask: bool) -> Iterator[Difference]:
    yield from reconcile(inspection)
    for connector in inspection.connectors if ask else ():
        if not provider_class(connector.provider).abilities.look_up or not documents_to_ask_about(connector).exists():
            continue
        try:
            provider = provider_for(connector)
        except SealBroken as broken:
            yield Difference("partner_silent", connector.name, str(broken))
            continue
        try:
            yield from partner_differences(connector, provider, inspection)
        finally:
            provider.close()


def _counts(inspection: Inspection) -> dict[str, Any]:
    counted = inspection.counted
    return {
        "states": counted.states,
        "deposited": counted.deposited,
        "archived": counted.archived,
        "published_without_archive": counted.unarchived,
        "asked": counted.asked,
    }
