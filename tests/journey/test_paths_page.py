"""Deposit paths and the simulator in a real browser: the comfort of the script, all of it without one, and no barrier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from connectors.domain.paths import RECOMMENDED
from connectors.domain.states import PushState
from connectors.models import DepositPath, Push
from connectors.providers.base import ClassificationNode
from tests.journey.conftest import see_no_barrier
from tests.web.settings_cast import Cast, meet_the_cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

NODES = (
    ClassificationNode("ACHATS", "Achats", (ClassificationNode("FACTURE", "Facture"), ClassificationNode("AVOIR", "Avoir"))),
    ClassificationNode("VENTES", "Ventes", (ClassificationNode("CAISSE", "Caisse"),)),
)
PDF = {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\nfacture\n%%EOF\n"}
SCREENS = [(1280, "light"), (390, "dark")]


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
    cache.clear()
    push = Push(connector=cast.connector, client=cast.clients["Alice"], folder=f"Dossier Alice/{RECOMMENDED[0][0]}")
    push.state, push.seen_at, push.identity_at, push.changed_at = PushState.WAITING, *[timezone.now()] * 3
    push.set_name(b"facture.pdf")
    push.save()
    return cast


def open_page(browser: Browser, server: LiveServer, cast: Cast, name: str = "deposit_paths", **options: Any) -> Page:
    context = browser.new_context(locale="fr-FR", base_url=server.url, **options)
    context.add_cookies([{"name": "sessionid", "value": cast.browser.cookies["sessionid"].value, "url": server.url}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(cast.url(name))
    return page


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    page = open_page(browser, live_server, cast)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    page.context.close()
    assert not problems, problems


def publish(cast: Cast) -> None:
    """The partner has said lately how it files."""
    cast.connector.refresh_from_db()
    cache.set(f"classification:{cast.connector.pk}:{cast.connector.settings_version}", NODES)


def test_a_brace_opens_the_variables_and_the_keyboard_takes_one(page: Page) -> None:
    archive = page.get_by_role("combobox", name="Dossier d’archive")
    archive.fill("")
    archive.press_sequentially("COMPTA/{m")
    expect(archive).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option")).to_have_text(
        ["{millésime}l’exercice du document, au nom de l’année où il se clôt", "{mois}le mois de cette date, en deux chiffres"]
    )
    archive.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("{mois}")
    see_no_barrier(page)
    archive.press("Enter")
    expect(archive).to_have_value("COMPTA/{mois}")
    expect(archive).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#example-0")).to_contain_text("Dossier Alice/COMPTA/")
    archive.press_sequentially("/{")
    archive.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    page.get_by_role("button", name="{code}").click()
    expect(archive).to_have_value("COMPTA/{mois}/{{code}")


def test_a_button_inserts_at_the_end_of_a_field_that_nobody_was_in(page: Page) -> None:
    before = page.get_by_label("Dossier d’archive").input_value()
    page.get_by_role("button", name="{client}").click()
    expect(page.get_by_label("Dossier d’archive")).to_have_value(before + "{client}")
    expect(page.get_by_label("Dossier d’archive")).to_be_focused()


def test_the_focus_goes_along_with_a_row_and_what_happened_is_told(page: Page) -> None:
    page.get_by_role("button", name="Copier le chemin 1").press("Enter")
    expect(page.get_by_label("Dossier de dépôt").nth(1)).to_be_focused()
    page.get_by_label("Dossier de dépôt").nth(1).fill("ZONE/Copie")
    page.get_by_role("button", name="Monter le chemin 2").press("Enter")
    expect(page.get_by_label("Dossier de dépôt").first).to_have_value("ZONE/Copie")
    expect(page.get_by_role("button", name="Descendre le chemin 1")).to_be_focused()
    expect(page.locator("#said")).to_have_text("Chemin 2 monté en position 1.")


def test_the_partners_lists_come_by_themselves(page: Page, cast: Cast) -> None:
    expect(page.get_by_label("Domaine")).to_have_attribute("type", "text")
    page.route("**/classification/", lambda route: (publish(cast), route.continue_()))
    page.reload()
    page.locator("select[name=rows-0-domaine]").select_option("VENTES")
    expect(page.get_by_label("Type", exact=True).locator("option")).to_have_text(["Choisir…", "Caisse"])


def test_the_partners_lists_wait_while_somebody_types(page: Page, cast: Cast) -> None:
    def answer_late(route: Route) -> None:
        page.get_by_label("Domaine").fill("EN COURS")
        publish(cast)
        route.continue_()

    page.route("**/classification/", answer_late)
    page.reload()
    expect(page.get_by_role("status").filter(has_text="Le partenaire publie ses domaines")).to_be_visible()
    expect(page.get_by_label("Domaine")).to_have_value("EN COURS")
    page.get_by_role("button", name="Choisir dans les listes du partenaire").click()
    expect(page.get_by_label("Domaine").locator("option:checked")).to_have_text("EN COURS (absent de la liste du partenaire)")


def test_what_would_go_elsewhere_is_seen_before_it_is_saved(page: Page) -> None:
    page.get_by_label("Type", exact=True).fill("AVOIR")
    page.get_by_role("button", name="Valider").last.click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".impact")).to_contain_text("1 document irait autrement")
    see_no_barrier(page)
    page.get_by_role("button", name="Enregistrer ces chemins").click()
    expect(page.locator("main")).to_contain_text("1 chemin de dépôt enregistré.")
    assert DepositPath.objects.get().type == "AVOIR"


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_page_of_the_step_has_a_barrier(browser: Browser, live_server: LiveServer, cast: Cast, width: int, scheme: str) -> None:
    publish(cast)
    for name in ("deposit_paths", "folder_check", "simulator"):
        page = open_page(browser, live_server, cast, name, viewport={"width": width, "height": 900}, color_scheme=scheme)
        see_no_barrier(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_sample_is_asked_about(browser: Browser, live_server: LiveServer, cast: Cast, script: bool) -> None:  # noqa: FBT001 - a case
    page = open_page(browser, live_server, cast, "simulator", java_script_enabled=script)
    page.get_by_label("Client", exact=True).fill("bob")
    page.get_by_label("Dossier de dépôt").select_option(RECOMMENDED[0][0])
    page.locator("input[type=file]").set_input_files(PDF)
    page.get_by_role("button", name="Simuler").click()
    expect(page.get_by_role("heading", name="Ce fichier serait envoyé")).to_be_focused()
    expect(page.locator("main")).to_contain_text("L’échantillon a été contrôlé comme un dépôt.")
    if script:
        see_no_barrier(page)
    page.context.close()


def test_the_step_works_without_a_script(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    publish(cast)
    page = open_page(browser, live_server, cast, java_script_enabled=False)
    page.get_by_role("button", name="{mois}").click()
    expect(page.get_by_label("Dossier d’archive")).to_have_value(f"{RECOMMENDED[0][1]}{{mois}}")
    page.get_by_label("Domaine").select_option("VENTES")
    page.get_by_role("button", name="Afficher ce qui en dépend").first.click()
    page.get_by_label("Type", exact=True).select_option("CAISSE")
    page.get_by_role("button", name="Valider").last.click()
    expect(page.locator("main")).to_contain_text("Rien n’est encore enregistré")
    page.get_by_role("button", name="Enregistrer ces chemins").click()
    expect(page.locator("main")).to_contain_text("1 chemin de dépôt enregistré.")
    page.context.close()
    assert DepositPath.objects.get().domaine == "VENTES"
