"""The elements in a real browser: no barrier in any theme or width, and the dialog, which is a page for who has no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journey.conftest import see_no_barrier

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.journey.conftest import Installation

EMAIL, PASSWORD = "elements@cabinet-durand.example", "un-long-mot-de-passe-42"


@pytest.fixture
def administrator(page: Page, installation: Installation) -> Page:
    """The first administrator of the installation, signed in."""
    page.goto(installation.first_admin_link)
    if page.locator("input[name=firm_name]").count():
        for name, value in (("firm_name", "Cabinet Durand"), ("email", EMAIL), ("password", PASSWORD), ("repeated", PASSWORD)):
            page.locator(f"input[name={name}]").fill(value)
        page.get_by_role("button", name="Créer mon accès").click()
    else:
        page.goto("/compte/login/")
        page.locator("input[name=login]").fill(EMAIL)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_element_is_a_barrier_in_any_theme_or_width(administrator: Page, scheme: str, width: int) -> None:
    page = administrator
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/_elements/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Éléments")
    see_no_barrier(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_dialog_opens_and_closes_with_the_keyboard_and_gives_the_focus_back(administrator: Page) -> None:
    page = administrator
    page.goto("/_elements/")
    link = page.get_by_role("link", name="Ouvrir un dialogue")
    link.press("Enter")
    dialog = page.get_by_role("dialog", name="Éléments")
    expect(dialog).to_be_visible()
    see_no_barrier(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()
    link.press("Enter")
    dialog.get_by_role("link", name="Fermer").press("Enter")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


def test_without_a_script_the_dialog_is_a_page(administrator: Page, browser: Browser, installation: Installation) -> None:
    context = browser.new_context(base_url=installation.url, java_script_enabled=False, storage_state=administrator.context.storage_state())
    page = context.new_page()
    page.goto("/_elements/")
    page.get_by_role("link", name="Ouvrir un dialogue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Éléments")
    expect(page.get_by_role("dialog")).to_have_count(0)
    context.close()
