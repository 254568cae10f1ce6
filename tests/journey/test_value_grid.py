"""The grid of values in a real browser: a spreadsheet's keys and paste, no barrier on any of its pages, and all of it without a script."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from connectors.models import Attribute, AttributeValue
from connectors.providers.base import Dossier
from connectors.web.value_grid import dossiers_key
from tests.journey.conftest import see_no_barrier
from tests.web.settings_cast import Cast, meet_the_cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(autouse=True, scope="module")
def _database_beside_the_browser() -> Iterator[None]:
    """Playwright's loop runs in this thread; the database is only asked between its calls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def cast(transactional_db: None, settings: SettingsWrapper, tmp_path: Path) -> Cast:
    settings.DOSSIERS_DIR = tmp_path
    settings.CELERY_BROKER_URL = "memory://localhost"
    cast = meet_the_cast(tmp_path)
    cast.complete()
    cast.clients["Bob"].siren = "552100554"
    cast.clients["Bob"].save()
    return cast


def open_page(browser: Browser, server: LiveServer, cast: Cast, **options: Any) -> Page:
    context = browser.new_context(locale="fr-FR", base_url=server.url, **options)
    cookie = cast.browser.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": server.url}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(cast.url("attribute"))
    return page


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    page = open_page(browser, live_server, cast)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    page.context.close()
    assert not problems, problems


def cell(page: Page, name: str) -> Any:
    return page.get_by_label(f"Code client de {name}")


def paste(page: Page, text: str) -> None:
    page.evaluate(PASTE, text)


def test_arrows_enter_and_escape_work_as_in_a_spreadsheet(page: Page) -> None:
    cell(page, "Alice").focus()
    for key, name in (("ArrowDown", "Bob"), ("Enter", "Charlie"), ("Enter", "Charlie"), ("Shift+Enter", "Bob"), ("ArrowUp", "Alice")):
        page.keyboard.press(key)
        expect(cell(page, name)).to_be_focused()
    page.keyboard.type("NEU")
    expect(cell(page, "Alice")).to_have_value("NEU")
    page.keyboard.press("ArrowLeft")  # inside the text
    expect(cell(page, "Alice")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, "Alice")).to_have_value("C-ALICE")
    expect(page).to_have_url(re.compile("attribute/$"))


def test_the_browsers_back_button_brings_back_what_was_typed(page: Page) -> None:
    cell(page, "Bob").fill("B-7")
    page.get_by_role("link", name="Retour au connecteur").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Illinks")
    page.go_back()
    expect(cell(page, "Bob")).to_have_value("B-7")


def test_left_and_right_reach_the_box_of_a_new_client(page: Page, cast: Cast) -> None:
    cast.connector.selections.filter(client=cast.clients["Bob"]).update(to_link=True)
    page.reload()
    cell(page, "Bob").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Relier Bob")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, "Bob")).to_be_focused()
    page.get_by_role("button", name="Valider").click()
    expect(page.locator("main")).to_contain_text("1 valeur enregistrée")
    expect(page.get_by_label("Relier Bob")).to_have_count(0)


def test_a_pasted_column_fills_downwards_and_says_what_was_too_much(page: Page) -> None:
    cell(page, "Bob").focus()
    paste(page, "B-1\r\nC-1\r\nD-1\r\n")
    expect(cell(page, "Bob")).to_have_value("B-1")
    expect(cell(page, "Charlie")).to_have_value("C-1")
    expect(page.locator("[data-grid-status]")).to_contain_text("1 ligne de trop n’a pas été collée")


def test_two_pasted_columns_go_to_their_clients_in_any_order(page: Page) -> None:
    cell(page, "Alice").focus()
    paste(page, "charlie\t00042\n552100554\tB-9\nDossier Alice\t\n")
    expect(cell(page, "Alice")).to_have_value("C-ALICE")
    expect(cell(page, "Bob")).to_have_value("B-9")
    expect(cell(page, "Charlie")).to_have_value("00042")
    page.get_by_role("button", name="Vérifier sans enregistrer").click()
    expect(page.locator("main")).to_contain_text("Avant de valider")
    see_no_barrier(page)
    page.get_by_role("button", name="Valider").click()
    expect(page.locator("main")).to_contain_text("2 valeurs enregistrées")
    assert set(AttributeValue.objects.values_list("value", flat=True)) == {"C-ALICE", "B-9", "00042"}
    page.get_by_role("button", name="Annuler ce changement").click()
    expect(page.locator("main")).to_contain_text("Le changement est annulé.")
    expect(cell(page, "Bob")).to_have_value("C-BOB")


def test_lines_that_are_not_on_the_page_are_looked_for_by_the_server(page: Page) -> None:
    cell(page, "Alice").focus()
    paste(page, "Charlie\tC-3\nZoé\tZ-1\n")
    expect(cell(page, "Charlie")).to_have_value("")
    expect(page.get_by_label("Deux colonnes : le client, puis sa valeur")).to_have_value("Charlie\tC-3\nZoé\tZ-1")
    page.get_by_role("button", name="Reprendre ces valeurs").click()
    expect(page.locator("main")).to_contain_text("1 cellule n’est pas reprise")
    see_no_barrier(page)


def test_nothing_of_it_needs_a_script(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    page = open_page(browser, live_server, cast, java_script_enabled=False)
    page.locator("summary", has_text="Coller depuis Excel").click()
    page.get_by_label("Deux colonnes : le client, puis sa valeur").fill("Charlie;C-3")
    cell(page, "Bob").fill("B-2")
    page.get_by_role("button", name="Reprendre ces valeurs").click()
    expect(page.locator("main")).to_contain_text("2 clients modifiés")
    page.get_by_role("link", name="Continuer la saisie").click()
    page.get_by_role("button", name="En double").click()
    expect(page.locator("main")).to_contain_text("2 changements à enregistrer")
    page.get_by_role("button", name="Valider").click()
    expect(page.locator("main")).to_contain_text("2 valeurs enregistrées")
    page.context.close()


def spoil(cast: Cast) -> None:
    """Something of everything that the pages can show."""
    cast.connector.selections.filter(client=cast.clients["Charlie"]).update(to_link=True)
    AttributeValue.objects.filter(client=cast.clients["Bob"]).update(value="C-AL1CE")
    AttributeValue.objects.update_or_create(attribute=cast.attribute, client=cast.clients["Charlie"], defaults={"value": "c-alice"})
    other = Attribute.objects.create(data_model=cast.attribute.data_model, name="Code du logiciel")
    AttributeValue.objects.create(attribute=other, client=cast.clients["Alice"], value="L-1")
    cast.connector.refresh_from_db()
    dossiers = [Dossier("C-ALICE", "Alice"), Dossier("X1", "Bob", "552100554"), Dossier("Y1", "Charlie"), Dossier("Y2", "charlie")]
    cache.set(dossiers_key(cast.connector), dossiers, 600)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_the_step_has_a_barrier(browser: Browser, live_server: LiveServer, cast: Cast, scheme: Any, width: int) -> None:
    spoil(cast)
    page = open_page(browser, live_server, cast, color_scheme=scheme, viewport={"width": width, "height": 900})
    own = cast.url("attribute")
    for name, address in (
        ("choice", f"{own}?choisir=1"),
        ("grid", own),
        ("suspects", f"{own}?filtre=suspects"),
        ("nobody", f"{own}?q=introuvable"),
        ("file", f"{own}file/"),
        ("dossiers", f"{own}dossiers/"),
    ):
        page.goto(address)
        look(page, f"{name}-{width}-{scheme}")
    page.goto(f"{own}?choisir=1")
    page.get_by_label("Code du logiciel").check()
    page.get_by_role("button", name="Choisir cet attribut").click()
    look(page, f"change-{width}-{scheme}")
    page.goto(own)
    page.locator("summary", has_text="Coller depuis Excel").click()
    page.get_by_label("Deux colonnes : le client, puis sa valeur").fill("Bob;B-2\nAlice;a\u200bb\nZoé;Z")
    page.get_by_role("button", name="Reprendre ces valeurs").click()
    look(page, f"check-{width}-{scheme}")
    page.get_by_role("link", name="Continuer la saisie").click()
    look(page, f"draft-{width}-{scheme}")
    page.get_by_role("button", name="Valider").click()
    look(page, f"saved-{width}-{scheme}")
    cell(page, "Bob").fill("x" * 201)
    page.get_by_role("button", name="Valider").click()
    look(page, f"refused-{width}-{scheme}")
    page.context.close()


def look(page: Page, name: str) -> None:
    """No barrier, nothing wider than the screen; a picture for whoever asks for one."""
    see_no_barrier(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if folder := os.environ.get("PUSHDOC_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
