from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from connectors.domain.causes import CAUSES
from connectors.domain.paths import PLACEHOLDERS
from connectors.domain.states import PushState
from connectors.models import Attribute, AttributeMapping, DataModel
from connectors.providers.base import DeliveryClass
from connectors.web import routes_settings
from connectors.web.help import PAGES, PARTS

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.web.pages_cast import Firm

TEMPLATES = Path(__file__).parents[2] / "templates"
GLOSSARY = "/aide/glossaire/"
HINTS = [*PAGES.values(), *PARTS.values()]
SETTINGS = {route.name for route in routes_settings.urlpatterns} - {"catalogue"}


@pytest.fixture
def glossary(browser: Browser) -> str:
    return unescape(browser.get(GLOSSARY).content.decode()).replace("\u00a0", " ")


def entry(page: str, anchor: str) -> str:
    """What stands at this place of the page."""
    found = re.search(rf'<div id="{re.escape(anchor)}">(.*?)</div>', page, re.DOTALL)
    assert found, anchor
    return found[1]


def templates() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("state", PushState)
def test_every_state_is_explained(glossary: str, state: PushState) -> None:
    text = entry(glossary, f"etat-{state.value}")
    assert state.label in text
    assert len(re.sub(r"<[^>]+>", " ", text[text.index("<dd>") :]).split()) > 5


@pytest.mark.parametrize("code", CAUSES)
def test_every_cause_says_whose_turn_it_is_and_what_to_do(glossary: str, code: str) -> None:
    text = entry(glossary, f"motif-{code}")
    for said in (CAUSES[code].sentence, CAUSES[code].action, "À faire par"):
        assert said in text


@pytest.mark.parametrize("promise", DeliveryClass)
def test_every_promise_is_explained(glossary: str, promise: DeliveryClass) -> None:
    assert f"Garantie {promise}" in entry(glossary, f"garantie-{promise.lower()}")


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_every_placeholder_of_an_archive_path_is_explained(glossary: str, name: str) -> None:
    assert f"{{{name}}}" in entry(glossary, "variable")


def test_no_place_of_the_glossary_stands_twice(glossary: str) -> None:
    places = re.findall(r'\bid="([^"]+)"', glossary)
    assert len(places) == len(set(places))


def test_every_link_into_the_glossary_leads_somewhere(glossary: str, browser: Browser) -> None:
    asked = set(re.findall(r"connectors:glossary' %}#([\w-]+)\"", templates())) | {hint.term for hint in HINTS}
    asked |= set(re.findall(r'href="#([\w-]+)"', glossary)) - {"contenu"}
    assert asked
    assert asked <= set(re.findall(r'\bid="([^"]+)"', glossary))


def test_every_hint_that_a_page_asks_for_exists_and_every_hint_is_asked_for() -> None:
    assert set(re.findall(r'{% hint "([^"]+)" %}', templates())) == set(PARTS)


@pytest.mark.parametrize("name", PAGES)
def test_a_hint_stands_beside_the_title_of_its_page(firm: Firm, browser: Browser, name: str) -> None:
    attribute = Attribute.objects.create(data_model=DataModel.objects.create(name="Fiche client"), name="Code client")
    AttributeMapping.objects.create(connector=firm.connector, attribute=attribute)
    address = reverse(f"connectors:{name}", args=[firm.connector.pk] if name in SETTINGS else [])
    page = unescape(browser.get(address).content.decode())
    title = page[page.index('<div class="page-title">') : page.index('<div class="page-actions">')]
    assert f"Aide : {PAGES[name].subject}" in title
    assert f'href="{GLOSSARY}#{PAGES[name].term}"' in title


def test_no_two_hints_sound_the_same() -> None:
    assert len({hint.subject for hint in HINTS}) == len(HINTS)


def test_a_page_that_needs_no_hint_has_none(browser: Browser) -> None:
    assert 'class="hint"' not in browser.get("/").content.decode()


def test_the_help_page_tells_the_journey_and_its_links_work(browser: Browser) -> None:
    page = browser.get("/aide/").content.decode()
    assert "Le parcours en bref" in page
    main = page[page.index("<main") :]
    addresses = {unescape(address).partition("#")[0] for address in re.findall(r'href="(/[^"]*)"', main)}
    assert {"/clients/importer/", "/administration/connecteurs/", "/historique/", "/?premiers_pas=1", GLOSSARY} <= addresses
    for address in addresses:
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/aide/", GLOSSARY])
def test_help_is_for_people_who_are_signed_in(client: Browser, db: None, address: str) -> None:
    assert client.get(address).status_code == 302
