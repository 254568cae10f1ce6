"""The pictures of docs/screens.md: `python -m tests.journey.album docs/screens`. Small ones, of the window and not of the whole page."""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.journey.conftest import BROWSERS, OPTIONS, installed, start, stop
from tests.journey.screenshots import CONNECTOR, FOLDER
from tests.journey.test_first_steps import come_to_the_first_document, make_the_first_administrator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.journey.conftest import Installation

WINDOW = (1280, 860)
QUALITY = 78
"""Of WebP: text stays sharp, and all pictures together stay below 1.5 MB."""

PAGES = {
    "02-import": "/clients/importer/",
    "03-catalogue": "/administration/connecteurs/",
    "04-connector": CONNECTOR,
    "05-clients": f"{CONNECTOR}clients/",
    "06-attribute": f"{CONNECTOR}attribute/?choisir=1",
    "07-values": f"{CONNECTOR}attribute/",
    "08-credentials": f"{CONNECTOR}credentials/",
    "09-deposit-paths": f"{CONNECTOR}deposit_paths/",
    "12-home": "/",
    "13-history": "/historique/",
    "15-versions": f"{CONNECTOR}versions/",
    "16-glossary": "/aide/glossaire/",
}


class Album:
    """Pages of one installation, kept as small pictures."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        context = browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            base_url=url,
            viewport={"width": WINDOW[0], "height": WINDOW[1]},
            reduced_motion="reduce",
        )
        self.page: Page = context.new_page()
        self._folder = folder

    def keep(self, name: str, address: str = "") -> None:
        if address:
            self.page.goto(address)
        self.page.wait_for_timeout(300)
        Image.open(io.BytesIO(self.page.screenshot())).save(self._folder / f"{name}.webp", quality=QUALITY, method=6)

    def meet_the_empty_firm(self, running: Installation) -> None:
        make_the_first_administrator(self.page, running)
        self.keep("01-first-steps", "/")
        come_to_the_first_document(self.page, running)
        self.keep("11-first-documents", f"{CONNECTOR}first_documents/")

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/compte/login/")
        self.page.locator("input[name=login]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.get_by_role("button", name="Se connecter").click()

    def visit_the_demonstration(self) -> None:
        for name, address in PAGES.items():
            self.keep(name, address)
        self.page.goto(f"{CONNECTOR}simulator/")
        self.page.get_by_label("Chemin du fichier").fill(f"{FOLDER}/ZONE DE DEPOT/Factures Fournisseurs/facture.pdf")
        self.page.get_by_role("button", name="Simuler").click()
        self.keep("10-simulator")
        self.page.goto("/historique/?state=published")
        self.page.locator("main tbody a").first.click(timeout=120_000)
        self.page.wait_for_url("**/documents/**")
        self.keep("14-document")


@contextmanager
def demonstration() -> Iterator[dict[str, str]]:
    """What the stack says when it is up, in a folder of its own."""
    stack = start("-m", "pushdoc_admin.stack", "demo", "--json", PUSHDOC_DATA=tempfile.mkdtemp(), PUSHDOC_DOSSIERS="")
    try:
        assert stack.stdout
        said: dict[str, str] = json.loads(stack.stdout.readline())
        time.sleep(30)  # until some of its documents have gone their way
        yield said
    finally:
        stop(stack)


def fill_the_album(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*OPTIONS, "--lang=fr-FR"])
        with installed(Path(tempfile.mkdtemp())) as running:
            Album(browser, running.url, folder).meet_the_empty_firm(running)
        with demonstration() as said:
            album = Album(browser, said["url"], folder)
            album.sign_in(said["email"], said["password"])
            album.visit_the_demonstration()
        browser.close()


if __name__ == "__main__":
    fill_the_album(Path(sys.argv[1]))
