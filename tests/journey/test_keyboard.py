"""The settings without a mouse, without a script, and with the browser's Back: nothing that was typed is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.journey.conftest import Installation

EMAIL, PASSWORD = "clavier@cabinet-durand.example", "un-long-mot-de-passe-42"
CONNECTORS = "/administration/connecteurs/"
CLIENTS = "Nom;Code client\nBoulangerie Lefèvre;LEF001\nSCI des Tilleuls;SCI023\nSans code;\n"
MOST_TABS = 80
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return { shown: style.outlineStyle !== "none" || style.boxShadow !== "none", inside: box.bottom > 0 && box.top < innerHeight };
}"""


@pytest.fixture
def keyboard(page: Page, installation: Installation) -> Page:
    """Signed in; a mouse would fail the test, for nothing here clicks."""
    page.set_default_timeout(15_000)
    page.emulate_media(reduced_motion="reduce")  # a smooth scroll would still be under way when the test looks
    page.goto(installation.first_admin_link)
    if page.locator("input[name=firm_name]").count():
        for name, value in (("firm_name", "Cabinet Durand"), ("email", EMAIL), ("password", PASSWORD), ("repeated", PASSWORD)):
            page.locator(f"input[name={name}]").fill(value)
        press(page, page.get_by_role("button", name="Créer mon accès"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Cabinet Durand")
        page.goto("/clients/importer/")
        page.locator("input[type=file]").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": CLIENTS.encode()})
        press(page, page.get_by_role("button", name="Voir l’aperçu"))
        press(page, page.get_by_role("button", name="Importer", exact=True))
        expect(page.locator("main")).to_contain_text("3 nouveaux clients")
    else:
        page.goto("/compte/login/")
        page.locator("input[name=login]").fill(EMAIL)
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    return page


def reach(page: Page, target: Locator) -> None:
    """Tab until the focus is there, and see that it can be seen on the way."""
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            assert page.evaluate(FOCUS) == {"shown": True, "inside": True}
            return
        page.keyboard.press("Tab")
    pytest.fail(f"The keyboard does not reach {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    reach(page, target)
    page.keyboard.press(key)


def write(page: Page, target: Locator, text: str) -> None:
    reach(page, target)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def open_connector(page: Page) -> str:
    page.goto(CONNECTORS)
    press(page, page.get_by_role("link", name="Paramétrer Illinks").or_(page.get_by_role("button", name="Paramétrer Illinks")))
    expect(page.get_by_role("heading", level=1)).to_have_text("Illinks")
    return re.sub(r"^https?://[^/]+", "", page.url)


def test_the_settings_are_made_with_the_keyboard_alone_and_back_loses_nothing(keyboard: Page, installation: Installation) -> None:
    page = keyboard
    page.goto("/")
    press(page, page.locator("summary", has_text="Administration"))
    press(page, page.get_by_role("link", name="Paramétrer les connecteurs").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Paramétrer les connecteurs")
    write(page, page.get_by_label("Rechercher un connecteur ou un service"), "illinks")
    expect(page.locator("#tiles")).not_to_contain_text("Pennylane")
    own = open_connector(page)
    choose_clients_and_their_attribute(page, own)
    give_credentials(page, own, installation)
    set_paths(page, own)
    page.goto(own)
    press(page, page.get_by_role("switch", name="Connecteur actif"), "Space")
    expect(page.locator("main")).to_contain_text("Le paramétrage est effectif")
    expect(page.get_by_role("switch", name="Connecteur actif")).to_have_attribute("aria-checked", "true")
    come_back_to_what_was_typed(page, own)


def choose_clients_and_their_attribute(page: Page, own: str) -> None:
    press(page, page.get_by_role("link", name="Paramétrer : Clients"))
    press(page, page.get_by_label("SCI des Tilleuls"), "Space")
    press(page, page.get_by_label("Boulangerie Lefèvre"), "Space")
    expect(page.get_by_label("Boulangerie Lefèvre")).to_be_checked()
    press(page, page.get_by_role("button", name="Vérifier et valider"))
    expect(page.locator("main")).to_contain_text("2 clients ajoutés")
    press(page, page.get_by_role("button", name="Valider"))
    expect(page.locator("main")).to_contain_text("2 clients choisis.")
    page.goto(f"{own}attribute/")
    press(page, page.get_by_label("Code client"), "Space")
    press(page, page.get_by_role("button", name="Choisir cet attribut"))
    first = page.get_by_label("Code client de Boulangerie Lefèvre")
    reach(page, first)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Code client de SCI des Tilleuls")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    press(page, page.get_by_role("button", name="Valider"))
    expect(page.locator("main")).to_contain_text("Les valeurs sont enregistrées.")


def give_credentials(page: Page, own: str, installation: Installation) -> None:
    page.goto(f"{own}credentials/")
    press(page, page.get_by_role("button", name="Valider"))
    expect(page.locator(".error-summary")).to_be_focused()
    values = {"Client ID": "demo-client", "Client secret": "demo-secret", "ID illibook": "ILB-0001", "WS User": "ws-demo"}
    for label, value in {**values, "Id Correspondance": "C1", "Uri": installation.partner}.items():
        write(page, page.get_by_label(label, exact=True), value)
    press(page, page.get_by_role("button", name="Valider"))
    expect(page.locator("main")).to_contain_text("le partenaire les a acceptés")


def set_paths(page: Page, own: str) -> None:
    page.goto(f"{own}deposit_paths/")
    press(page, page.get_by_role("button", name="Remplir l’arborescence recommandée"))
    expect(page.get_by_label("Domaine")).to_have_count(2)
    expect(page.get_by_label("Domaine").first).to_have_value("COMPTABLE")
    page.get_by_label("Dossier de dépôt").first.focus()
    write(page, page.get_by_label("Dossier d’archive").first, "../ailleurs")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Dossier d’archive").first).to_have_value("../ailleurs")
    write(page, page.get_by_label("Dossier d’archive").first, "DOSSIER COMPTABLE/{millésime}/Achats")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("2 chemins de dépôt enregistrés.")


def come_back_to_what_was_typed(page: Page, own: str) -> None:
    for step, label, typed in (
        ("credentials", "ID illibook", "ILB-9999"),
        ("deposit_paths", "Dossier d’archive", "AILLEURS/{millésime}"),
        ("attribute", "Code client de Boulangerie Lefèvre", "LEF999"),
    ):
        page.goto(f"{own}{step}/")
        field = page.get_by_label(label).first
        before = field.input_value()
        field.fill(typed)
        press(page, page.get_by_role("link", name="Retour au connecteur"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Illinks")
        page.go_back()
        expect(page.get_by_label(label).first).to_have_value(typed)
        page.goto(f"{own}{step}/")
        expect(page.get_by_label(label).first).to_have_value(before)


def test_ticks_survive_another_page_filter_and_back(keyboard: Page) -> None:
    page, own = keyboard, open_connector(keyboard)
    page.goto(f"{own}clients/")
    press(page, page.get_by_label("Sans code"), "Space")
    write(page, page.get_by_label("Recherche simple"), "tilleuls")
    expect(page.get_by_label("Boulangerie Lefèvre")).to_have_count(0)
    page.goto("/")
    page.go_back()
    page.goto(f"{own}clients/")
    expect(page.get_by_label("Sans code")).to_be_checked()
    press(page, page.get_by_role("button", name="Annuler les changements"))
    expect(page.get_by_label("Sans code")).not_to_be_checked()


def test_the_catalogue_and_the_settings_work_without_a_script(browser: Browser, keyboard: Page, installation: Installation) -> None:
    context = browser.new_context(base_url=installation.url, java_script_enabled=False, storage_state=keyboard.context.storage_state())
    page = context.new_page()
    page.goto(CONNECTORS)
    page.get_by_label("Rechercher un connecteur ou un service").fill("pénylane")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator("#tiles")).to_contain_text("Pennylane")
    expect(page.locator("#tiles")).not_to_contain_text("Illinks")
    page.get_by_label("Rechercher un connecteur ou un service").fill("ilinks")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Paramétrer Illinks").or_(page.get_by_role("button", name="Paramétrer Illinks")).click()
    own = page.url
    page.goto(f"{own}clients/")
    page.get_by_label("Recherche simple").fill("sans")
    page.get_by_role("button", name="Filtrer").last.click()
    expect(page.locator("tbody")).not_to_contain_text("Tilleuls")
    page.goto(f"{own}deposit_paths/")
    before = page.get_by_label("Dossier de dépôt").count()
    page.get_by_role("button", name="Ajouter une ligne").click()
    expect(page.get_by_label("Dossier de dépôt")).to_have_count(before + 1)
    context.close()
