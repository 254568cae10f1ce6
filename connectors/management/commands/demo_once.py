"""`manage.py demo_once`: the whole demonstration at once, and whether ledger, disk and partner agree."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from connectors.domain.states import PushState
from connectors.management.demo.comparison import compare
from connectors.management.demo.documents import make_documents
from connectors.management.demo.planning import Expected
from connectors.management.demo.seeding import seed_demo
from connectors.models import Push

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from connectors.management.demo.comparison import Comparison

LONGEST_SECONDS = 240
"""A worker that was killed leaves outcomes that are asked about after the settle delay; nothing takes longer."""

CALM_SECONDS = 3


class Command(BaseCommand):
    """Seeds, drops, waits until nothing moves, compares."""

    help = "Joue toute la démonstration et vérifie que registre, disque et partenaire concordent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the partner listens, and how to print."""
        parser.add_argument("--partner", required=True)
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit 0 only if all three agree and everything that should be published is."""
        started = time.monotonic()
        seeded = seed_demo(options["partner"])
        documents = [*seeded.prior, *make_documents(settings.DOSSIERS_DIR, pause=0.1)]
        _wait_until_calm(sum(document.expected != Expected.SKIPPED for document in documents))
        result = compare(documents, options["partner"])
        self._print(result, time.monotonic() - started, as_json=options["json"])
        sys.exit(0 if result.agrees else 1)

    def _print(self, result: Comparison, seconds: float, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({**result.as_json(), "seconds": round(seconds, 1)}, ensure_ascii=False))
            return
        for state, count in result.states.items():
            if count:
                self.stdout.write(f"  {PushState(state).label:<20} {count:>5}")
        terms = " + ".join(f"{count} {PushState(state).label.lower()}" for state, count in result.states.items() if count)
        self.stdout.write(f"vus {result.seen} = {terms}")
        self.stdout.write(f"reçus par le partenaire : {result.received} · {seconds:.1f} s")
        for difference in result.differences:
            self.stdout.write(f"  ÉCART : {difference}")
        self.stdout.write(
            "Registre, disque et partenaire concordent." if result.agrees else "Registre, disque et partenaire ne concordent pas."
        )


def _wait_until_calm(expected: int) -> None:
    ends_at, calm_since = time.monotonic() + LONGEST_SECONDS, time.monotonic()
    while time.monotonic() < ends_at and time.monotonic() - calm_since < CALM_SECONDS:
        if Push.objects.in_flight().exists() or Push.objects.count() < expected:
            calm_since = time.monotonic()
        time.sleep(0.3)
