"""The verdict: what was dropped against what the partner keeps, what lies on the disk and what the ledger says. Pure, so that it can be tried."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.domain.states import FINAL, PushState
from connectors.management.chaos.contents import is_hidden
from connectors.management.chaos.journal import KEPT
from connectors.management.chaos.stays import Stays

if TYPE_CHECKING:
    from connectors.management.chaos.evidence import Evidence, Row
    from connectors.management.chaos.journal import Version

SHOWN = 40
UNDECIDED = "undecided"


@dataclass
class Verdict:
    """A sentence for each finding. The first four have to be empty; `parked` counts by cause what waits for a person."""

    documents: int = 0
    published: int = 0
    replaced: int = 0
    lost: list[str] = field(default_factory=list)
    received_twice: list[str] = field(default_factory=list)
    wrong_bytes: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    parked: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing twice, no wrong byte, nothing without a reason."""
        return not (self.lost or self.received_twice or self.wrong_bytes or self.unexplained)

    def as_json(self) -> dict[str, Any]:
        """Numbers, and the first findings of each kind."""
        found = {name: getattr(self, name) for name in ("lost", "received_twice", "wrong_bytes", "unexplained")}
        return {
            "documents": self.documents,
            **{name: len(sentences) for name, sentences in found.items()},
            "parked": self.parked.total(),
            "parked_by_cause": dict(sorted(self.parked.items())),
            "published": self.published,
            "replaced": self.replaced,
            "partner_answers": dict(sorted(self.answers.items())),
            "findings": [f"{name}: {sentence}" for name, sentences in found.items() for sentence in sentences[:SHOWN]],
        }


def judge(evidence: Evidence) -> Verdict:
    """Look at each version, each document at the partner, each row and each file."""
    stays = Stays(evidence)
    verdict = Verdict(
        documents=len(evidence.dropped),
        published=sum(row.state == PushState.PUBLISHED for row in evidence.rows),
        replaced=sum(version.fate != KEPT for version in evidence.dropped),
        answers=Counter(evidence.answers),
    )
    for version in evidence.dropped:
        _judge_version(version, stays, verdict)
    _judge_partner(evidence, stays, verdict)
    for row in evidence.rows:
        _judge_row(row, stays, verdict)
    for path, sha256 in evidence.files.items():
        _judge_file(path, sha256, stays, verdict)
    return verdict


def _judge_version(version: Version, stays: Stays, verdict: Verdict) -> None:
    told = f"{version.number} « {version.name} » ({version.client}, {version.how})"
    references = stays.at_partner.get(version.sha256, set())
    paths = stays.on_disk.get(version.sha256, [])
    if len(references) > 1:
        verdict.received_twice.append(f"{told} : sous {len(references)} références, {', '.join(sorted(references))}")
    if len(paths) > 1:
        verdict.unexplained.append(f"{told} : {len(paths)} fois sur le disque, {', '.join(paths)}")
    if version.fate != KEPT:
        return
    if not paths:
        verdict.lost.append(f"{told} : plus nulle part sur le disque")
    elif not references and not any(stays.living(path) for path in paths):
        verdict.lost.append(f"{told} : pas chez le partenaire, et « {paths[0]} » n’a pas de ligne qui l’explique")


def _judge_partner(evidence: Evidence, stays: Stays, verdict: Verdict) -> None:
    for reference, count in Counter(evidence.stored_in_journal).items():
        if count > 1:
            verdict.received_twice.append(f"{reference} : gardé {count} fois par le partenaire")
    for item in evidence.stored:
        row, version = stays.rows.get(item.reference), stays.versions.get(item.sha256)
        if version is None:
            verdict.wrong_bytes.append(f"{item.reference} : le partenaire a des octets que personne n’a déposés")
        elif item.code != version.code:
            verdict.wrong_bytes.append(f"{item.reference} : chez {item.code}, déposé pour {version.code}")
        if item.sha256 != item.told or (row and row.sha256 and row.sha256 != item.sha256):
            verdict.wrong_bytes.append(f"{item.reference} : autres octets chez le partenaire que dans le registre")
        if row is None:
            verdict.unexplained.append(f"{item.reference} : chez le partenaire, sans ligne dans le registre")


def _judge_row(row: Row, stays: Stays, verdict: Verdict) -> None:
    told = f"{row.reference} « {row.path} » ({row.state}{f', {row.cause}' if row.cause else ''})"
    if row.state == PushState.PUBLISHED:
        if row.reference not in stays.references:
            verdict.lost.append(f"{told} : publié, mais pas chez le partenaire")
        if row.path and row.path not in stays.files:
            verdict.unexplained.append(f"{told} : absent de son archive")
        elif row.path and stays.files[row.path] != row.sha256:
            verdict.wrong_bytes.append(f"{told} : autres octets dans l’archive que dans le registre")
    elif row.state in {PushState.HELD, PushState.REFUSED} or row.undecided:
        verdict.parked[row.cause or (UNDECIDED if row.undecided else "")] += 1
        if row.cause == "duplicate" and row.sha256 not in stays.at_partner and row.sha256 not in stays.undecided:
            verdict.unexplained.append(f"{told} : retenu comme doublon, mais le partenaire n’a pas ce contenu")
        if not row.cause:
            verdict.unexplained.append(f"{told} : attend une personne sans cause")
        if row.path not in stays.files and not stays.may_be_gone(row):
            verdict.unexplained.append(f"{told} : son fichier n’est plus là")
    elif row.state not in FINAL:
        verdict.unexplained.append(f"{told} : encore en route")


def _judge_file(path: str, sha256: str, stays: Stays, verdict: Verdict) -> None:
    if is_hidden(path):
        verdict.unexplained.append(f"{path} : reste d’un travail inachevé")
    elif sha256 not in stays.versions:
        verdict.wrong_bytes.append(f"{path} : des octets que personne n’a déposés")
    elif not stays.living(path) and path not in stays.archived:
        verdict.unexplained.append(f"{path} : sans ligne dans le registre")
