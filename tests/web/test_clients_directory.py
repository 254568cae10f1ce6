from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from connectors.models import Client, ClientGroup, ClientSelection
from tests.web.pages_cast import HOSTILE

if TYPE_CHECKING:
    from django.test import Client as Browser
    from pytest_django import DjangoAssertNumQueries

    from tests.web.pages_cast import Firm


def found(browser: Browser, **query: object) -> list[str]:
    answer = browser.get("/clients/", query)
    assert answer.status_code == 200
    return [client.name for client in answer.context["page"]]


def test_a_client_stands_with_its_facts_and_its_history(firm: Firm, browser: Browser) -> None:
    ClientSelection.objects.create(connector=firm.connector, client=firm.alice, selected_at=timezone.now())
    page = browser.get("/clients/").content.decode()
    for text in ("Alice &amp; Fils", "732829320", "31/12", "Dossier Alice", "Illinks", f"/clients/{firm.alice.pk}/historique/"):
        assert text in page


def test_the_directory_is_searched_by_words_and_group(firm: Firm, browser: Browser) -> None:
    group = ClientGroup.objects.create(name="Artisans")
    Client.objects.create(name="Épicerie", folder="E", group=group)
    assert found(browser, q="epic") == ["Épicerie"]
    assert found(browser, q="7328") == ["Alice & Fils"]
    assert found(browser, group=group.pk) == ["Épicerie"]


def test_the_directory_shows_and_finds_who_is_responsible(firm: Firm, browser: Browser) -> None:
    Client.objects.filter(name="Bob").update(responsible="Camille R.")
    assert found(browser, responsible="Camille R.") == ["Bob"]
    assert found(browser, responsible="∅") == ["Alice & Fils"]
    assert "Camille R." in browser.get("/clients/").content.decode()


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["q", "group", "responsible", "page"])
def test_a_hostile_search_is_told_or_ignored(firm: Firm, browser: Browser, field: str, value: str) -> None:
    answer = browser.get("/clients/", {field: value.encode("utf-8", "replace")})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_many_clients_stand_on_several_pages_at_the_same_cost(
    firm: Firm, browser: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(120):
        Client.objects.create(name=f"Client {number:03d}", folder=f"C{number}")
    with django_assert_max_num_queries(8):
        assert len(found(browser)) == 50
    assert len(found(browser, page="3")) == 22


def test_an_empty_firm_is_invited_to_import(firm: Firm, browser: Browser) -> None:
    Client.objects.all().delete()
    assert "Importez vos clients" in browser.get("/clients/").content.decode()
