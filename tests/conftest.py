"""The cast: a firm with three clients, a connector that is ready, real files, and a partner that is a small class."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.template import engines

from connectors.deposits.local.store import LocalStore
from connectors.domain.outcomes import Receipt, RemoteDocument
from connectors.models import (
    Attribute,
    AttributeMapping,
    AttributeValue,
    Client,
    ClientSelection,
    Connector,
    DataModel,
    DepositPath,
)
from connectors.providers.base import Abilities, DeliveryClass, Limits

if TYPE_CHECKING:
    from connectors.domain.document import DocumentSource, OutgoingDocument

TEMPLATES = Path(__file__).parents[1] / "templates"
DEPOSIT = "ZONE DE DEPOT/Factures Fournisseurs"
ARCHIVE = "DOSSIER COMPTABLE/{millésime}/PIECES COMPTABLES SCANNEES/Factures fournisseurs"


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now


@dataclass
class FakePartner:
    """Reads the whole document as a partner would; answers what the test has laid ready, else a receipt."""

    delivery_class: DeliveryClass = DeliveryClass.IDEMPOTENT
    abilities: Abilities = field(default_factory=lambda: Abilities(look_up=True))
    limits: Limits = field(
        default_factory=lambda: Limits(
            max_bytes=1_000_000,
            extensions=frozenset({"pdf", "csv", "jpg"}),
            requests_per_second=100_000,
            longest_processing=timedelta(seconds=10),
            deadline=lambda _size: timedelta(seconds=30),
        )
    )
    answers: list[Any] = field(default_factory=list)
    received: dict[str, tuple[OutgoingDocument, bytes]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    before_reading: Any = None

    def push(self, document: OutgoingDocument, source: DocumentSource) -> Receipt:
        self.requests.append(document.reference)
        if self.before_reading:
            self.before_reading()
        source.rewind()
        body = b"".join(iter(lambda: source.read(65536), b""))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, tuple):  # stored, and the answer lost
            self.received[document.reference] = (document, body)
            answer = answer[0]
        if isinstance(answer, Exception):
            raise answer
        repeated = document.reference in self.received
        self.received[document.reference] = (document, body)
        return answer or Receipt(f"R-{len(self.received)}", repeated=repeated)

    def look_up(self, reference: str) -> RemoteDocument | None:
        if reference not in self.received:
            return None
        return RemoteDocument(f"R-{reference[:4]}", reference, "published", self.received[reference][0].sha256)


@dataclass
class House:
    """The firm in the middle of its day: `drop` puts a file down, `clock` is its time."""

    connector: Connector
    clients: dict[str, Client]
    path: DepositPath
    root: Path
    store: LocalStore
    clock: Clock

    def folder(self, name: str) -> Path:
        return self.root / self.clients[name].folder / DEPOSIT

    def drop(self, client: str, name: str, content: bytes = b"%PDF-1.4\nfacture\n%%EOF\n") -> Path:
        path = self.folder(client) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def partner() -> FakePartner:
    return FakePartner()


@pytest.fixture
def house(transactional_db: None, tmp_path: Path, clock: Clock) -> House:
    """Alice and Bob are linked; Charlie has no code."""
    connector = Connector.objects.create(
        provider="illinks", name="Illinks", active=True, activated_at=clock.now, checks_first_documents=False
    )
    clients = {name: Client.objects.create(name=name, folder=f"Dossier {name}") for name in ("Alice", "Bob", "Charlie")}
    attribute = Attribute.objects.create(data_model=DataModel.objects.create(name="Fiche client"), name="Code client")
    for name in ("Alice", "Bob"):
        AttributeValue.objects.create(attribute=attribute, client=clients[name], value=f"C-{name.upper()}")
    AttributeMapping.objects.create(connector=connector, attribute=attribute)
    for client in clients.values():
        ClientSelection.objects.create(connector=connector, client=client, selected_at=clock.now)
    path = DepositPath.objects.create(connector=connector, deposit=DEPOSIT, archive=ARCHIVE, domaine="ACHATS", type="FACTURE")
    root = tmp_path / "dossiers"
    root.mkdir()
    return House(connector, clients, path, root, LocalStore(root), clock)


class UndefinedVariable(str):
    """Django asks it what to show for a variable that a template uses and nobody has given: in our templates that is a mistake."""

    __slots__ = ()

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: object) -> str:
        template = sys._getframe(1).f_locals["context"].render_context.template
        if Path(template.origin.name).is_relative_to(TEMPLATES):
            raise AssertionError(f"{template.origin.template_name} uses {variable}, which is not defined.")
        return ""  # Templates of Django, allauth and crispy rely on silence.


@pytest.fixture(autouse=True, scope="session")
def _undefined_template_variables_fail() -> None:
    engines["django"].engine.string_if_invalid = UndefinedVariable("undefined")
