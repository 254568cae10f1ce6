"""`manage.py chaos`: the whole product under attack, in a place of its own."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from connectors.management.chaos.arena import Arena
from connectors.management.chaos.run import attack, is_good
from connectors.management.chaos.wish import BROKERS, DATABASES, PARTNERS, Wish
from pushdoc_admin.stack.words import StackUnusable, StopRequested

if TYPE_CHECKING:
    from argparse import ArgumentParser

LABELS = {
    "documents": "documents déposés",
    "lost": "perdus",
    "received_twice": "reçus deux fois",
    "wrong_bytes": "octets différents",
    "unexplained": "inexpliqués",
    "parked_by_cause": "en attente d’une personne",
    "kills_by_kind": "processus tués",
    "freezes": "processus gelés",
    "seconds": "secondes",
    "documents_per_second": "documents par seconde",
    "seed": "graine",
}


class Command(BaseCommand):
    """Exit 0 only when nothing is lost, received twice, changed or unexplained."""

    help = "Éprouve tout le circuit : dépose, tue des processus, perturbe le partenaire, puis compare."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is asked for."""
        usual = Wish()
        parser.add_argument("--documents", type=int, default=usual.documents)
        parser.add_argument("--kills", type=int, default=usual.kills)
        parser.add_argument("--faults", type=float, default=usual.faults, help="part des réponses du partenaire qui échouent, de 0 à 1")
        parser.add_argument("--partner", choices=PARTNERS, default=usual.partner, help="classe de livraison du partenaire")
        parser.add_argument("--database", choices=DATABASES, default=usual.database)
        parser.add_argument("--broker", choices=BROKERS, default=usual.broker)
        parser.add_argument("--seed", type=int, default=usual.seed)
        parser.add_argument("--workers", type=int, default=usual.workers)
        parser.add_argument("--without-look-up", action="store_true", help="un partenaire qui ne peut pas être interrogé")
        parser.add_argument("--keep", action="store_true", help="garde le dossier de l’essai et l’affiche")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, print, and leave nothing behind."""
        wish = Wish(**{name: options[name] for name in Wish.__dataclass_fields__})
        arena = Arena(wish)
        try:
            with arena:
                answer = attack(arena)
        except StackUnusable as error:
            raise CommandError(str(error)) from error
        except StopRequested:
            sys.exit(130)
        finally:
            if options["keep"]:
                print(f"Dossier de l’essai : {arena.folder}", file=sys.stderr)
            else:
                shutil.rmtree(arena.folder, ignore_errors=True)
        self._print(answer, as_json=options["json"])
        sys.exit(0 if is_good(answer) else 1)

    def _print(self, answer: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for name, label in LABELS.items():
            value = answer[name]
            shown = ", ".join(f"{word} : {count}" for word, count in value.items()) if isinstance(value, dict) else value
            self.stdout.write(f"  {label:<28} {shown}")
        for finding in answer["findings"]:
            self.stdout.write(f"  ÉCART : {finding}")
