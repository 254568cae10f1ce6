"""No page asks the database more often because there are more rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.domain.states import PushState
from connectors.models import (
    Attribute,
    AttributeMapping,
    AttributeValue,
    Client,
    ClientGroup,
    ClientSelection,
    DataModel,
    DepositFolder,
    DepositPath,
)

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.web.pages_cast import Firm

CONNECTOR = "/administration/connecteurs/{}/"
PAGES = (
    "/",
    "/historique/",
    "/historique/?q=facture&client=client",
    "/clients/",
    "/administration/connecteurs/",
    CONNECTOR,
    CONNECTOR + "clients/",
    CONNECTOR + "clients/?q=client&cloture=12&siret=sans&valeur=avec&etat=choisi",
    CONNECTOR + "clients/?etat=sans_valeur",
    CONNECTOR + "clients/?etat=ne_correspond_plus",
    CONNECTOR + "clients/living/?cloture=12",
    CONNECTOR + "attribute/",
    CONNECTOR + "attribute/?choisir=1",
    CONNECTOR + "attribute/?filtre=suspects&q=client",
    CONNECTOR + "attribute/file/",
    CONNECTOR + "attribute/values.csv",
    CONNECTOR + "attribute/dossiers/",
    CONNECTOR + "credentials/",
    CONNECTOR + "credentials/clients/?tous=1",
    CONNECTOR + "credentials/request/",
    CONNECTOR + "credentials/rotation/",
    CONNECTOR + "deposit_paths/",
    CONNECTOR + "deposit_paths/folders/",
    CONNECTOR + "simulator/",
    CONNECTOR + "activation/",
    CONNECTOR + "pause/?q=client",
    CONNECTOR + "versions/",
    CONNECTOR + "first_documents/",
    CONNECTOR + "dry_run/",
    CONNECTOR + "backfill/?client=client&since=2026-01-01",
)


def grow(firm: Firm, attribute: Attribute, path: DepositPath, start: int, end: int) -> None:
    """Clients with a code, each with a folder that has a problem and a document in one state or another."""
    states = list(PushState)
    for number in range(start, end):
        group = ClientGroup.objects.create(name=f"Groupe {number}")
        client = Client.objects.create(name=f"Client {number}", folder=f"Dossier {number}", group=group)
        AttributeValue.objects.create(attribute=attribute, client=client, value=f"C{number}")
        ClientSelection.objects.create(connector=firm.connector, client=client, selected_at=timezone.now())
        DepositFolder.objects.create(client=client, deposit_path=path, problem="Absent.", skipped=[["a.part", "temporaire"]])
        firm.document(states[number % len(states)], f"facture {number}.pdf", client=client, cause="mapping")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_costs_the_same_with_ten_rows_and_with_a_hundred(firm: Firm, browser: Browser, address: str) -> None:
    attribute = Attribute.objects.create(data_model=DataModel.objects.create(name="Fiche client"), name="Code client")
    AttributeMapping.objects.create(connector=firm.connector, attribute=attribute)
    path = DepositPath.objects.create(connector=firm.connector, deposit="ZONE", archive="ARCHIVE", domaine="A", type="B")
    browser.get("/")  # makes the firm's row
    counts = []
    for start, end in ((0, 11), (11, 100)):
        grow(firm, attribute, path, start, end)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address.format(firm.connector.pk)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 30


def test_the_preview_of_a_choice_costs_the_same_with_ten_clients_and_with_a_hundred(firm: Firm, browser: Browser) -> None:
    attribute = Attribute.objects.create(data_model=DataModel.objects.create(name="Fiche client"), name="Code client")
    AttributeMapping.objects.create(connector=firm.connector, attribute=attribute)
    path = DepositPath.objects.create(connector=firm.connector, deposit="ZONE", archive="ARCHIVE", domaine="A", type="B")
    clients = CONNECTOR.format(firm.connector.pk) + "clients/"
    counts = []
    for start, end in ((0, 11), (11, 100)):
        grow(firm, attribute, path, start, end)
        browser.post(clients, {"action": "remove_matching", "q": "client"})
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"{clients}preview/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 30
