"""What the ledger says, what lies on the disk and what the partner received: the same, or the difference named."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings

from connectors.domain.names import sent_name
from connectors.domain.states import PushState
from connectors.management.demo.planning import Expected
from connectors.models import Push

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.management.demo.documents import DemoDocument


@dataclass
class Comparison:
    """Counts by state, what the partner has, and every disagreement in one French sentence each."""

    seen: int = 0
    states: dict[str, int] = field(default_factory=dict)
    received: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether ledger, disk and partner say the same, and everything that should be published is."""
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "agrees": self.agrees}


def compare(documents: Iterable[DemoDocument], partner: str) -> Comparison:
    """Compare all three."""
    documents = list(documents)
    rows = list(Push.objects.select_related("client"))
    received = requests.get(f"{partner}/_documents", timeout=30).json()["documents"]
    states = Counter(row.state for row in rows)
    result = Comparison(len(rows), {state.value: states[state] for state in PushState}, len(received))
    _compare_expected(documents, rows, result)
    _compare_disk(rows, result)
    _compare_partner(rows, received, result)
    return result


def _compare_expected(documents: list[DemoDocument], rows: list[Push], result: Comparison) -> None:
    by_file = {(row.folder, bytes(row.name_bytes)): row for row in rows}
    expected = [document for document in documents if document.expected != Expected.SKIPPED]
    for document in expected:
        row = by_file.pop((os.path.relpath(document.path.parent, settings.DOSSIERS_DIR), os.fsencode(document.name)), None)
        found = row.state if row else "absent"
        if found != document.expected or (row and row.cause and document.cause and row.cause != document.cause):
            why = f" ({row.cause}, {row.explanation})" if row else ""
            result.differences.append(f"{document.client} / {document.name} : attendu {document.expected}, trouvé {found}{why}")
        if row and row.sha256 and row.sha256 != document.sha256:
            result.differences.append(f"{document.name} : le registre a une autre empreinte que le fichier déposé")
    result.differences += [f"{name!r} : dans le registre, mais jamais déposé" for _, name in by_file]


def _compare_disk(rows: list[Push], result: Comparison) -> None:
    for row in rows:
        published = row.state == PushState.PUBLISHED
        path = settings.DOSSIERS_DIR / (row.archive_path if published else os.path.join(row.folder, os.fsdecode(bytes(row.name_bytes))))
        if not path.is_file():
            result.differences.append(f"{row.name} : absent du disque ({row.state_label})")
        elif row.sha256 and _sha256(path) != row.sha256:
            result.differences.append(f"{row.name} : octets différents sur le disque")


def _compare_partner(rows: list[Push], received: list[dict[str, Any]], result: Comparison) -> None:
    published = {str(row.reference): row for row in rows if row.state == PushState.PUBLISHED}
    twice = [reference for reference, count in Counter(item["reference"] for item in received).items() if count > 1]
    result.differences += [f"{reference} : reçu deux fois par le partenaire" for reference in twice]
    there = {item["reference"]: item for item in received}
    result.differences += [
        f"{published[reference].name} : publié, mais pas chez le partenaire" for reference in published.keys() - there.keys()
    ]
    result.differences += [
        f"{there[reference]['nomFichier']} : chez le partenaire, mais pas publié" for reference in there.keys() - published.keys()
    ]
    for reference in published.keys() & there.keys():
        row, item = published[reference], there[reference]
        if (item["sha256"], item["nomFichier"]) != (row.sha256, sent_name(bytes(row.name_bytes))):
            result.differences.append(f"{row.name} : autre nom ou autres octets chez le partenaire")


def _sha256(path: Any) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
