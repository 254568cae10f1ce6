"""A firm as large as the product promises to stay quick with: 5,000 clients, 40 attributes, 200,000 values, one connector for nearly all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from connectors.domain.causes import CAUSES
from connectors.domain.names import fold_for_search
from connectors.domain.paths import RECOMMENDED
from connectors.domain.states import PushState
from connectors.models import (
    Attribute,
    AttributeMapping,
    AttributeValue,
    Client,
    ClientGroup,
    ClientSelection,
    Connector,
    DataModel,
    DepositFolder,
    DepositPath,
    Push,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CLIENTS, ATTRIBUTES, DOCUMENTS = 5_000, 40, 2_000
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PERSONS = ("Camille R.", "Inès L.", "Théo M.", "Noémie P.", "")
CLOSINGS = ((31, 12), (30, 6), (30, 9), (31, 3))
BATCH = 2_000


@dataclass(frozen=True)
class BigFirm:
    """`outside` are the last clients, which are not chosen."""

    connector: Connector
    attributes: list[Attribute]
    clients: list[Client]
    outside: list[Client]


def build_big_firm(clients: int = CLIENTS, attributes: int = ATTRIBUTES, documents: int = DOCUMENTS, outside: int = 0) -> BigFirm:
    """Made in a few statements for each table; every twentieth client has no value for the linking attribute, two have the same."""
    groups = ClientGroup.objects.bulk_create([ClientGroup(name=f"Groupe {number:02}") for number in range(20)])
    everybody = _store(Client, (_client(number, groups[number % len(groups)]) for number in range(clients)))
    model = DataModel.objects.create(name="Fiche client")
    sheet = _store(Attribute, (Attribute(data_model=model, name=f"Attribut {number:02}") for number in range(attributes)))
    _store(AttributeValue, _values(sheet, everybody))
    connector = Connector.objects.create(provider="illinks", name="Illinks", active=True, activated_at=NOW, checks_first_documents=False)
    AttributeMapping.objects.create(connector=connector, attribute=sheet[0])
    chosen = everybody[: clients - outside]
    _store(ClientSelection, (ClientSelection(connector=connector, client=client, selected_at=NOW) for client in chosen))
    paths = [
        DepositPath.objects.create(connector=connector, deposit=deposit, archive=archive, domaine="A", type="B", position=number)
        for number, (deposit, archive) in enumerate(RECOMMENDED)
    ]
    folders = (DepositFolder(client=client, deposit_path=path, baselined_at=NOW, place="1:1") for client in chosen for path in paths)
    _store(DepositFolder, folders)
    _store(Push, (_document(number, everybody[number % clients], paths[number % 2]) for number in range(documents)))
    return BigFirm(connector, sheet, everybody, everybody[clients - outside :])


def _client(number: int, group: ClientGroup) -> Client:
    name, siren = f"Société {number:05} de l’Été", f"{100_000_000 + number}"
    day, month = CLOSINGS[number % len(CLOSINGS)]
    client = Client(name=name, folder=f"Dossier {number:05}", group=group, siren=siren, siret=f"{siren}00011" if number % 3 else "")
    client.responsible, client.closing_day, client.closing_month = PERSONS[number % len(PERSONS)], day, month
    client.search_text = fold_for_search(f"{name} {siren} {client.siret} {client.folder}")
    return client


def _values(sheet: list[Attribute], clients: list[Client]) -> Iterator[AttributeValue]:
    for column, attribute in enumerate(sheet):
        for number, client in enumerate(clients):
            empty = column == 0 and number % 20 == 19
            code = max(number, 1) if column == 0 else number % (column + 1)
            yield AttributeValue(attribute=attribute, client=client, value="" if empty else f"V{column:02}-{code:05}")


def _document(number: int, client: Client, path: DepositPath) -> Push:
    state = (PushState.PUBLISHED, PushState.PUBLISHED, PushState.WAITING, PushState.HELD)[number % 4]
    cause = "mapping" if state == PushState.HELD else ""
    push = Push(
        connector=path.connector, client=client, deposit_path=path, folder=f"{client.folder}/{path.deposit}", identity="1", state=state
    )
    push.seen_at = push.identity_at = push.changed_at = NOW - timedelta(minutes=number)
    push.next_attempt_at = NOW if state == PushState.WAITING else None
    push.cause, push.explanation = cause, CAUSES[cause].sentence if cause else ""
    push.size, push.sha256 = 40_000, f"{number:064}"
    push.set_name(f"facture {number:05}.pdf".encode())
    return push


def _store(model: Any, rows: Iterable[Any]) -> list[Any]:
    made: list[Any] = []
    waiting = iter(rows)
    while some := list(islice(waiting, BATCH)):
        made += model.objects.bulk_create(some, batch_size=BATCH)
    return made
