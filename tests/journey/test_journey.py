"""The whole journey, from an empty firm to a published document in the history. Who reads it knows the product."""

from __future__ import annotations

import hashlib
import re
import time
from typing import TYPE_CHECKING

import openpyxl
from playwright.sync_api import expect

from tests.journey.conftest import Installation, see_no_barrier

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
PASSWORD = "un-long-mot-de-passe-42"


def test_from_an_empty_firm_to_a_published_document(page: Page, installation: Installation, tmp_path: Path) -> None:
    page.set_default_timeout(15_000)
    make_the_first_administrator(page, installation)
    import_the_clients(page, tmp_path)
    already_there = drop(installation, "Boulangerie Lefèvre", "Ancienne facture.pdf")
    open_the_connector(page)
    choose_the_clients(page)
    choose_the_attribute(page)
    give_the_credentials(page, installation)
    set_the_deposit_paths(page)
    activate(page)
    dropped = drop(installation, "Boulangerie Lefèvre", "Facture été n°12.pdf", PDF + b"% un\n%%EOF\n")
    confirm_the_folder(page, "Boulangerie Lefèvre", installation)
    see_it_published(page, "Facture été n°12.pdf")
    assert already_there.exists()
    assert not dropped.exists()
    received = installation.received()
    assert [item["nomFichier"] for item in received] == ["Facture été n°12.pdf"]
    assert received[0]["sha256"] == hashlib.sha256(PDF + b"% un\n%%EOF\n").hexdigest()
    assert (received[0]["codeClient"], received[0]["domaine"]) == ("LEF001", "COMPTABLE")
    read_its_story(page)
    survive_a_killed_worker(page, installation)
    find_no_barrier_on_any_page(page)


def make_the_first_administrator(page: Page, installation: Installation) -> None:
    page.goto(installation.first_admin_link)
    see_no_barrier(page)
    page.get_by_label(re.compile("cabinet", re.IGNORECASE)).first.fill("Cabinet Durand")
    page.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill("admin@cabinet-durand.example")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(installation.url + "/")
    see_no_barrier(page)


def import_the_clients(page: Page, folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Nom", "Dossier", "Groupe", "SIREN", "Clôture", "Code client"])  # type: ignore[union-attr]
    book.active.append(["Boulangerie Lefèvre", "Boulangerie Lefèvre", "Commerces", "732829320", "31/12", "LEF001"])  # type: ignore[union-attr]
    book.active.append(["SCI des Tilleuls", "SCI des Tilleuls", "Sociétés", "", "30/06", "SCI023"])  # type: ignore[union-attr]
    book.active.append(["Sans code", "Sans code", "Sociétés", "", "31/12", ""])  # type: ignore[union-attr]
    book.save(folder / "clients.xlsx")
    page.goto("/clients/importer/")
    see_no_barrier(page)
    page.locator("input[type=file]").set_input_files(folder / "clients.xlsx")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("Boulangerie Lefèvre")
    see_no_barrier(page)
    page.get_by_role("button", name=re.compile("Importer")).first.click()
    page.goto("/clients/")
    expect(page.locator("main")).to_contain_text("SCI des Tilleuls")


def open_the_connector(page: Page) -> None:
    page.goto("/")
    page.get_by_text("Administration").first.click()
    page.get_by_role("link", name="Paramétrer les connecteurs").first.click()
    page.get_by_label("Rechercher un connecteur ou un service").fill("ilinks")
    expect(page.locator("#tiles")).not_to_contain_text("Pennylane")
    see_no_barrier(page)
    page.locator("#tiles").get_by_text("Paramétrer").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Illinks")
    expect(page.get_by_role("switch", name="Connecteur actif")).to_have_attribute("aria-checked", "false")
    see_no_barrier(page)


def choose_the_clients(page: Page) -> None:
    page.locator("main").get_by_role("link", name="Clients").first.click()
    page.get_by_role("button", name="Choisir les 3 clients qui correspondent").click()
    expect(page.get_by_role("status").filter(has_text="choisis")).to_contain_text("3 clients choisis")
    see_no_barrier(page)
    page.get_by_role("button", name="Vérifier et valider").click()
    expect(page.locator("main")).to_contain_text("3 clients ajoutés")
    see_no_barrier(page)
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("button", name="Annuler ce changement")).to_be_visible()
    see_no_barrier(page)


def choose_the_attribute(page: Page) -> None:
    page.goto(connector_url(page) + "attribute/")
    page.get_by_label("Code client").check()
    see_no_barrier(page)
    page.get_by_role("button", name="Choisir cet attribut").click()
    expect(page.locator("main")).to_contain_text("Valeur absente")
    see_no_barrier(page)
    page.get_by_role("button", name="Valider").click()


def give_the_credentials(page: Page, installation: Installation) -> None:
    page.goto(connector_url(page) + "credentials/")
    values = {
        "Client ID": "demo-client",
        "Client secret": "wrong",
        "ID illibook": "ILB-0001",
        "WS User": "ws-demo",
        "Id Correspondance": "C1",
    }
    for label, value in {**values, "Uri": installation.partner}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Valider").click()
    expect(page.locator("main")).to_contain_text("Le partenaire ne reconnaît pas")
    see_no_barrier(page)
    page.get_by_label("Client secret", exact=True).fill("demo-secret")
    page.get_by_role("button", name="Valider").click()
    page.goto(connector_url(page) + "credentials/")
    assert "demo-secret" not in page.content()
    expect(page.get_by_label("Client secret", exact=True)).to_have_value("")


def set_the_deposit_paths(page: Page) -> None:
    page.goto(connector_url(page) + "deposit_paths/")
    page.wait_for_load_state("networkidle")  # the partner's lists come after the page
    page.get_by_role("button", name="Remplir l’arborescence recommandée").click()
    for row in range(2):
        expect(page.get_by_label("Domaine").nth(row)).to_have_value("COMPTABLE")
        expect(page.get_by_label("Type", exact=True).nth(row)).not_to_have_value("")
    page.get_by_label("Dossier d’archive").nth(1).fill("../ailleurs")
    page.get_by_role("button", name="Valider").last.click()
    expect(page.locator("main")).to_contain_text("Le chemin ne peut pas contenir")
    see_no_barrier(page)
    page.get_by_label("Dossier d’archive").nth(1).fill("DOSSIER COMPTABLE/{millésime}/PIECES COMPTABLES SCANNEES/Factures de ventes")
    page.get_by_role("button", name="Valider").last.click()
    expect(page.locator("main")).not_to_contain_text("Rien n’a été enregistré")


def activate(page: Page) -> None:
    page.goto(connector_url(page))
    page.get_by_role("switch", name="Connecteur actif").click()
    expect(page.locator("body")).to_contain_text("Le paramétrage est effectif")
    expect(page.locator("body")).to_contain_text(re.compile("1 document|Un document", re.IGNORECASE))
    expect(page.get_by_role("switch", name="Connecteur actif")).to_have_attribute("aria-checked", "true")


def confirm_the_folder(page: Page, client: str, installation: Installation) -> None:
    """The first document of a client waits until somebody has seen where it goes."""
    name = re.compile(f"C’est le bon dossier : {client}")
    page.goto("/")
    page.get_by_role("link", name="Confirmer les dossiers").click(timeout=20_000)
    see_no_barrier(page)
    assert not installation.received()
    page.get_by_role("button", name="Demander la liste").click()
    expect(page.get_by_role("button", name="Redemander la liste")).to_be_visible()
    see_no_barrier(page)
    page.get_by_role("button", name=name).click()
    expect(page.locator("main")).to_contain_text("C’est noté pour 1")
    see_no_barrier(page)


def see_it_published(page: Page, name: str) -> None:
    started = time.monotonic()
    page.goto("/historique/")
    row = page.locator("main tr", has_text=name)
    expect(row).to_contain_text("Publié", timeout=20_000)
    assert time.monotonic() - started < 10, "a dropped file is published in under ten seconds"
    expect(page.locator("main tr", has_text="Ancienne facture.pdf")).to_contain_text("Antérieur")
    see_no_barrier(page)


def read_its_story(page: Page) -> None:
    page.get_by_role("link", name="Facture été n°12.pdf").click()
    for word in ("Déposé", "Accepté", "Publié", "DOSSIER COMPTABLE/2026"):
        expect(page.locator("main")).to_contain_text(word)
    see_no_barrier(page)


def survive_a_killed_worker(page: Page, installation: Installation) -> None:
    installation.kill("worker")
    drop(installation, "SCI des Tilleuls", "Après.pdf", PDF + b"% deux\n%%EOF\n")
    page.goto("/historique/")
    row = page.locator("main tr", has_text="Après.pdf")
    expect(row).to_contain_text("Retenu", timeout=60_000)
    row.get_by_role("link", name="Après.pdf").click()
    page.get_by_role("button", name="C’est le bon dossier").click()
    expect(page.locator("main")).to_contain_text("C’est noté pour 1")
    page.goto("/historique/")
    expect(page.locator("main tr", has_text="Après.pdf")).to_contain_text("Publié", timeout=60_000)
    assert sorted(item["nomFichier"] for item in installation.received()) == ["Après.pdf", "Facture été n°12.pdf"]


def find_no_barrier_on_any_page(page: Page) -> None:
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            base = connector_url(page)
            for path in ("/", "/historique/", "/clients/", "/administration/connecteurs/", base, *(base + f"{step}/" for step in STEPS)):
                page.goto(path)
                see_no_barrier(page)
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways at {width}"


STEPS = ("activation", "clients", "attribute", "credentials", "deposit_paths", "first_documents", "dry_run", "backfill")


def connector_url(page: Page) -> str:
    """The one connector of this firm."""
    page.goto("/administration/connecteurs/")
    href = (
        page.locator("a[href^='/administration/connecteurs/']", has_text="Paramétrer")
        .filter(has_not_text="les connecteurs")
        .first.get_attribute("href")
    )
    assert href
    return href


def drop(installation: Installation, client: str, name: str, content: bytes = PDF) -> Path:
    folder = installation.dossiers / client / "ZONE DE DEPOT" / "Factures Fournisseurs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path
