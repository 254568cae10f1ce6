"""`manage.py verify`: reads archived files again and compares them with what was published."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from connectors.push.auditing.verify import Finding, Subset, verify
from connectors.tasks import local_store

DIFFERENT = 2


class Command(BaseCommand):
    """Exits 2 when a file is missing, changed or unreadable."""

    help = "Relit les fichiers archivés et vérifie que ce sont ceux qui ont été publiés."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which part, and how to print."""
        parser.add_argument("--subset", metavar="K/N", type=read_subset, default=Subset(), help="la K-ième part sur N, toujours la même")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read them all; each finding is printed as soon as it is made."""
        as_json: bool = options["json"]
        sound, findings = 0, []
        for result in verify(options["subset"], local_store(), timezone.now()):
            if not isinstance(result, Finding):
                sound += 1
                continue
            findings.append(result.as_json())
            if not as_json:
                self.stdout.write(result.text)
        if as_json:
            self.stdout.write(json.dumps({"verified": sound + len(findings), "findings": findings}, ensure_ascii=False))
        else:
            self.stdout.write(f"{sound + len(findings)} fichier(s) relu(s), {sound} intact(s), {len(findings)} écart(s).")
        if findings:
            sys.exit(DIFFERENT)


def read_subset(text: str) -> Subset:
    """`3/30` is the third of thirty parts."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text, re.ASCII)
    if found and 1 <= int(found[1]) <= int(found[2]):
        return Subset(int(found[1]), int(found[2]))
    raise argparse.ArgumentTypeError("écrivez K/N, par exemple 3/30 : la troisième part sur trente.")
