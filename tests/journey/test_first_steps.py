"""Somebody who has never seen the product, and who only follows « Continuer », publishes a first document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journey.conftest import Installation, see_no_barrier

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

STATIC = Path(__file__).parents[2] / "static"
PASSWORD = "un-long-mot-de-passe-42"
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
GIVEN = {
    "Client ID": "demo-client",
    "Client secret": "demo-secret",
    "ID illibook": "ILB-0001",
    "WS User": "ws-demo",
    "Id Correspondance": "C1",
}


def test_who_follows_continue_publishes_a_first_document(page: Page, installation: Installation) -> None:
    page.set_default_timeout(20_000)
    make_the_first_administrator(page, installation)
    come_to_the_first_document(page, installation)
    take_step(page, "Confirmer le dossier du partenaire")
    page.get_by_role("button", name="C’est le bon dossier").first.click()
    see_the_end(page)
    assert [item["codeClient"] for item in installation.received()] == ["LEF001"]


def come_to_the_first_document(page: Page, installation: Installation) -> None:
    take_step(page, "Importer vos clients")
    page.locator("input[type=file]").set_input_files(STATIC / "exemple-clients.csv")
    page.get_by_role("button", name="Voir l’aperçu").click()
    page.get_by_role("button", name="Importer", exact=True).click()
    take_step(page, "Ouvrir un connecteur")
    page.get_by_role("button", name="Paramétrer Illinks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Illinks")
    make_the_settings(page, installation)
    take_step(page, "Activer le connecteur")
    page.locator("main").get_by_role("button", name="Activer", exact=True).click()
    drop_a_document_where_the_page_says(page)


def make_the_first_administrator(page: Page, installation: Installation) -> None:
    page.goto(installation.first_admin_link)
    for name, value in (
        ("firm_name", "Cabinet Durand"),
        ("email", "pas@cabinet-durand.example"),
        ("password", PASSWORD),
        ("repeated", PASSWORD),
    ):
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="Créer mon accès").click()
    expect(page.get_by_role("heading", name="Bienvenue : les premiers pas")).to_be_visible()
    see_no_barrier(page)


def continue_link(page: Page, label: str) -> Locator:
    return page.get_by_role("link", name=f"Continuer : {label}")


def take_step(page: Page, label: str) -> None:
    """Go on from the message of the step before where there is one, else from the home page."""
    page.wait_for_load_state()
    if not continue_link(page, label).count():
        page.goto("/")
    continue_link(page, label).click()


def make_the_settings(page: Page, installation: Installation) -> None:
    take_step(page, "Choisir les clients")
    page.get_by_role("button", name="Choisir les 2 clients qui correspondent").click()
    page.get_by_role("button", name="Vérifier et valider").click()
    page.get_by_role("button", name="Valider", exact=True).click()
    expect(page.get_by_role("complementary", name="Premiers pas")).to_contain_text("Premiers pas, étape 4 sur 10")
    see_no_barrier(page)
    take_step(page, "Relier chaque client à son dossier chez le partenaire")
    page.get_by_label("Code client").check()
    page.get_by_role("button", name="Choisir cet attribut").click()
    expect(page.get_by_label("Code client de Boulangerie Lefèvre")).to_have_value("LEF001")
    take_step(page, "Saisir les identifiants")
    for label, value in {**GIVEN, "Uri": installation.partner}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Valider", exact=True).click()
    expect(page.locator("main")).to_contain_text("le partenaire les a acceptés")
    take_step(page, "Indiquer les chemins de dépôt et d’archive")
    page.get_by_role("button", name="Remplir l’arborescence recommandée").click()
    expect(page.get_by_label("Dossier de dépôt").nth(1)).to_be_visible()
    page.get_by_role("button", name="Valider", exact=True).last.click()
    expect(page.locator("main")).to_contain_text("enregistrés")


def drop_a_document_where_the_page_says(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("Le paramétrage est effectif")
    page.goto("/")
    folder = Path(page.locator(".first-steps code").inner_text())
    (folder / "Facture EDF.pdf").write_bytes(PDF)
    expect(continue_link(page, "Confirmer le dossier du partenaire")).to_be_visible(timeout=40_000)


def see_the_end(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="C’est fait : votre premier document est publié")).to_be_visible(timeout=40_000)
    see_no_barrier(page)
    page.get_by_role("link", name="Voir l’historique").click()
    expect(page.locator("main tbody")).to_contain_text("Publié")


def test_the_help_has_no_barrier_and_its_hints_open(page: Page, installation: Installation) -> None:
    sign_in(page, installation)
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            for address in ("/aide/", "/aide/glossaire/#etat-held", "/?premiers_pas=1", "/clients/importer/"):
                page.goto(address)
                see_no_barrier(page)
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{address} scrolls sideways at {width}"
            open_a_hint(page)


def open_a_hint(page: Page) -> None:
    """With the keyboard; Escape closes it and gives the focus back."""
    summary = page.locator("details.hint > summary")
    summary.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".hint-panel")
    expect(panel).to_be_in_viewport(ratio=1)
    see_no_barrier(page)
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    expect(summary).to_be_focused()


def sign_in(page: Page, installation: Installation) -> None:
    page.goto(installation.first_admin_link)
    if page.locator("input[name=firm_name]").count():
        make_the_first_administrator(page, installation)
        return
    page.goto("/compte/login/")
    page.locator("input[name=login]").fill("pas@cabinet-durand.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
