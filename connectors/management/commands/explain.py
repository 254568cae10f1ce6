"""`manage.py explain PATH|REFERENCE`: why did, or didn't, this file go."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from connectors.domain.causes import by_whom
from connectors.push.explaining.explain import explain
from connectors.push.explaining.explanation import moment_text
from connectors.tasks import circumstances

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from connectors.push.explaining.explanation import Explanation
    from connectors.push.explaining.story import Step

NOTHING_KNOWN = 2


class Command(BaseCommand):
    """Exits 0 when the file is explained, 2 when nothing is known about it."""

    help = "Explique pourquoi un fichier est parti, ou ne l’est pas : par son chemin ou par sa référence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to explain."""
        parser.add_argument("asked", metavar="CHEMIN|RÉFÉRENCE")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each answer, the newest first."""
        answers = explain(options["asked"], settings.DOSSIERS_DIR, circumstances())
        for number, answer in enumerate(answers):
            if number:
                self.stdout.write("")
            self._print(answer)
        if not any(answer.known for answer in answers):
            sys.exit(NOTHING_KNOWN)

    def _print(self, answer: Explanation) -> None:
        push = answer.push
        self.stdout.write(answer.subject)
        if push:
            self.stdout.write(f"  {push.state_label} · {push.client.name} · {push.connector.name} · référence {push.reference}")
        self.stdout.write(f"  {answer.conclusion}")
        for reason in answer.reasons:
            self.stdout.write(f"  {reason}")
        turn = f" (à faire par {by_whom(answer.next.turn)})" if answer.next.turn else ""
        self.stdout.write(f"  Et maintenant : {answer.next.action}{turn}")
        for step in answer.steps:
            self.stdout.write(f"    {_line(step)}")


def _line(step: Step) -> str:
    who = f" ({step.who})" if step.who else ""
    detail = f" – {step.detail}" if step.detail else ""
    return f"{moment_text(step.at)}  {step.text}{who}{detail}"
