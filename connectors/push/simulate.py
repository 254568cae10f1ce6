"""What would become of a file: the client, the rule, the causes, the request and the archive, by the code of production. Nothing is written or sent."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from connectors.deposits.base import StoreProblem
from connectors.domain.causes import CAUSES, Cause
from connectors.domain.names import extension_of, fold, is_temporary
from connectors.domain.outcomes import PushError
from connectors.domain.paths import contains, could_contain
from connectors.models import Push
from connectors.models.rules import rules_of
from connectors.models.sealing import SealBroken
from connectors.push.claim import freeze
from connectors.push.explaining.locate import place_of, rows_at
from connectors.push.send import outgoing_document
from connectors.push.settle import Door, cause_at_the_door, hash_document, same_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from connectors.deposits.base import DepositStore, OpenDocument
    from connectors.domain.document import OutgoingDocument
    from connectors.domain.routing import PathRule, Rules
    from connectors.models import Connector
    from connectors.providers.base import Limits, Provider, RequestPreview
    from connectors.push.explaining.locate import Place

NO_REFERENCE = UUID(int=0)
"""Stands in the request where the document's own reference will: it is given when the file is seen."""


@dataclass(frozen=True)
class Question:
    """A file by its path (absolute below the root, or below it), the day of its deposit, and its bytes where somebody gave them."""

    path: str
    day: date
    sample: OpenDocument | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a simulation needs besides the ledger. `provider_of` may raise SealBroken."""

    root: Path
    store: DepositStore
    limits: Limits
    provider_of: Callable[[Connector], Provider]


@dataclass(frozen=True)
class Verdict:
    """A rule of the connector, whether it takes the file, and why or why not."""

    path: PathRule
    fits: bool
    reason: str


@dataclass
class Simulation:
    """The answer. `holds` are all causes that would keep it back, the first one found first; `outside` says why it would not even be seen.

    `content` is sample, disk or none: where its bytes were looked at. `unshown` says why there is no request to show.
    """

    subject: str
    client: str = ""
    outside: str = ""
    verdicts: list[Verdict] = field(default_factory=list)
    holds: list[Cause] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    content: str = "none"
    document: OutgoingDocument | None = None
    archive_path: str = ""
    request: RequestPreview | None = None
    unshown: str = ""
    known: Push | None = None

    @property
    def goes(self) -> bool:
        """Whether such a document would be sent."""
        return not self.outside and not self.holds


def simulate(connector: Connector, question: Question, around: Surroundings) -> Simulation:
    """Follow the file from its folder to the archive, as far as it would get."""
    place = place_of(question.path, around.root)
    if place is None:
        return Simulation(question.path, outside="Ce chemin n’est pas dans le dossier des clients : PushDoc n’y regarde pas.")
    answer = Simulation(place.shown)
    if place.client is None:
        answer.outside = "Ce chemin n’est dans le dossier d’aucun client : PushDoc n’y regarde pas."
        return answer
    answer.client, rules = place.client.name, rules_of(connector)
    below = "/".join(place.folder.split("/")[place.client.folder.count("/") + 1 :])
    answer.verdicts = [Verdict(path, *_judge(path, below)) for path in rules.paths.values()]
    path = rules.path_at(below)
    answer.outside = _outside(place, path, answer.verdicts)
    if path and not answer.outside:
        push = _unsaved(connector, place, path, question.day)
        _at_the_door(answer, push, place, question.sample, around)
        _by_the_rules(answer, push, rules, connector)
        _show_request(answer, push, connector, around)
    return answer


def _judge(path: PathRule, below: str) -> tuple[bool, str]:
    if below and fold(path.deposit) == fold(below):
        spelled = "" if path.deposit == below else " Majuscules et accents ne comptent pas."
        return True, f"Le fichier est directement dans ce dossier de dépôt.{spelled}"
    if below and contains(path.deposit, below):
        return False, "Le fichier est dans un sous-dossier : seul ce qui est directement dans le dossier de dépôt part."
    if below and contains(below, path.deposit):
        return False, "Le fichier est au-dessus de ce dossier de dépôt."
    if below and could_contain(path.archive, below):
        return False, "Le fichier est dans l’archive de cette règle : PushDoc n’y prend rien."
    return False, "Le fichier est dans un autre dossier."


def _outside(place: Place, path: PathRule | None, verdicts: list[Verdict]) -> str:
    if path is None:
        return "Aucune règle ne prend ce fichier." if verdicts else "Ce connecteur n’a pas de chemin de dépôt."
    if is_temporary(place.name):
        return "Ce nom est celui d’un fichier temporaire ou du système : il n’est jamais pris."
    return ""


def _unsaved(connector: Connector, place: Place, path: PathRule, day: date) -> Push:
    """The row as it would be; it is never saved."""
    seen_at = timezone.make_aware(datetime.combine(day, time(12)))
    stored = connector.deposit_paths.get(pk=path.pk)
    push = Push(connector=connector, client=place.client, deposit_path=stored, folder=place.folder, reference=NO_REFERENCE, seen_at=seen_at)
    push.set_name(os.fsencode(place.name))
    return push


def _at_the_door(answer: Simulation, push: Push, place: Place, sample: OpenDocument | None, around: Surroundings) -> None:
    door = Door(timedelta(), around.limits.max_bytes, around.limits.extensions)
    if sample is not None:
        answer.content = "sample"
        _look(answer, push, sample, door)
        return
    answer.known = next(iter(rows_at(place)), None)
    try:
        with around.store.open(place.folder, place.name) as document:
            answer.content = "disk"
            _look(answer, push, document, door)
    except StoreProblem:
        answer.notes.append("Le fichier n’est pas sur le disque : son contenu n’a pas pu être regardé.")
        if extension_of(place.name) not in door.extensions:
            answer.holds.append(CAUSES["extension"])


def _look(answer: Simulation, push: Push, document: OpenDocument, door: Door) -> None:
    push.size = document.entry.size
    if cause := cause_at_the_door(document, door):
        answer.holds.append(CAUSES[cause])
    if push.size <= door.max_bytes:
        push.sha256 = hash_document(document)
        twin = same_bytes(push, push.sha256)
        if twin and twin != answer.known:
            answer.holds.append(CAUSES["duplicate"])
            answer.notes.append(f"Même contenu que « {twin.name} ».")


def _by_the_rules(answer: Simulation, push: Push, rules: Rules, connector: Connector) -> None:
    if not connector.active:
        answer.notes.append("Le connecteur n’est pas actif : rien n’est vu ni envoyé avant son activation.")
    elif connector.paused_until and connector.paused_until > timezone.now():
        answer.notes.append(f"Les envois sont en pause pour le moment. {connector.paused_because}".strip())
    if cause := rules.cause_for(push.client_id, push.deposit_path_id):
        answer.holds.append(CAUSES[cause])
    freeze(push, rules)


def _show_request(answer: Simulation, push: Push, connector: Connector, around: Surroundings) -> None:
    answer.document = outgoing_document(push)
    answer.archive_path = f"{push.archive_folder}/{push.name}"
    try:
        provider = around.provider_of(connector)
    except SealBroken as broken:
        answer.unshown = str(broken)
        return
    try:
        answer.request = provider.preview(answer.document)
    except PushError as error:
        answer.unshown = error.message
    finally:
        provider.close()
