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
    CONNECTOR + "attribute/",
    CONNECTOR + "attribute/?choisir=1",
    CONNECTOR + "deposit_paths/",
    CONNECTOR + "activation/",
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
