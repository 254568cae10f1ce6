"""`manage.py simulate PATH`: what would become of this file, for a connector and a day. Nothing is written or sent."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connectors.domain.causes import by_whom
from connectors.models import Connector
from connectors.providers.registry import PROVIDERS, provider_class
from connectors.push.simulate import Question, Surroundings, simulate
from connectors.tasks import local_store, provider_for

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from connectors.push.simulate import Simulation

ENDS = {True: "Ce fichier serait envoyé.", False: "Ce fichier ne serait pas envoyé."}


class Command(BaseCommand):
    """Exits 0 whatever the answer, 1 when the question makes no sense."""

    help = "Dit ce que deviendrait un fichier : client, règle, causes, requête (secrets masqués) et archive. Rien n’est écrit ni envoyé."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the connector and the day."""
        parser.add_argument("path", metavar="CHEMIN")
        parser.add_argument("--connector", type=int, metavar="N", help="numéro du connecteur ; sans lui, le premier actif")
        parser.add_argument("--date", type=_day, default=None, metavar="AAAA-MM-JJ", help="jour du dépôt ; sans lui, aujourd’hui")
        parser.add_argument("--json", action="store_true", help="la réponse en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the answer."""
        connector = _connector(options["connector"])
        around = Surroundings(settings.DOSSIERS_DIR, local_store(), provider_class(connector.provider).limits, provider_for)
        answer = simulate(connector, Question(options["path"], options["date"] or timezone.localdate()), around)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(connector, answer), ensure_ascii=False, indent=2))
            return
        for line in _lines(connector, answer):
            self.stdout.write(line)


def _day(text: str) -> date:
    """Raises ValueError, which the parser tells."""
    return date.fromisoformat(text)


def _connector(number: int | None) -> Connector:
    known = Connector.objects.filter(provider__in=PROVIDERS).order_by("-active", "pk")
    connector = known.filter(pk=number).first() if number is not None else known.first()
    if connector is None:
        raise CommandError("Aucun connecteur de ce numéro." if number is not None else "Aucun connecteur.")
    return connector


def _lines(connector: Connector, answer: Simulation) -> Iterator[str]:
    yield answer.subject
    yield f"  {ENDS[answer.goes]} Connecteur : {connector.name} · client : {answer.client or 'aucun'}"
    if answer.outside:
        yield f"  {answer.outside}"
    for cause in answer.holds:
        yield f"  Retenu : {cause.sentence} {cause.action} (à faire par {by_whom(cause.owner)})"
    for note in answer.notes:
        yield f"  {note}"
    for verdict in answer.verdicts:
        yield f"  {'[x]' if verdict.fits else '[ ]'} {verdict.path.deposit} : {verdict.reason}"
    if answer.archive_path:
        yield f"  Archive : {answer.archive_path}"
    if answer.request:
        yield f"  {answer.request.method} {answer.request.url}"
        yield from (f"    {name}: {value}" for name, value in answer.request.headers)
        for part in answer.request.parts:
            yield f"    [{part.name or 'corps'}] {part.media_type} {part.file_name}".rstrip()
            yield from (f"      {line}" for line in part.text.splitlines())
    elif answer.unshown:
        yield f"  La requête ne peut pas être montrée. {answer.unshown}"


def _as_json(connector: Connector, answer: Simulation) -> dict[str, Any]:
    document, request = answer.document, answer.request
    return {
        "path": answer.subject,
        "connector": connector.pk,
        "client": answer.client,
        "goes": answer.goes,
        "outside": answer.outside,
        "holds": [{"cause": cause.code, "sentence": cause.sentence} for cause in answer.holds],
        "notes": answer.notes,
        "rules": [{"deposit": verdict.path.deposit, "fits": verdict.fits, "reason": verdict.reason} for verdict in answer.verdicts],
        "client_code": document.client_code if document else "",
        "millesime": document.millesime if document else "",
        "archive_path": answer.archive_path,
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": dict(request.headers),
            "parts": [{"name": part.name, "type": part.media_type, "text": part.text, "file": part.file_name} for part in request.parts],
        }
        if request
        else None,
    }
