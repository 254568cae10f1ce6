"""Pictures of every page and state of the demonstration firm, at two widths, light and dark: `python -m tests.journey.screenshots FOLDER`.

They are made to be looked at. Nothing is compared: a test that fails when a pixel moves is soon switched off.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from connectors.management.demo.firm import DEMO_CLIENTS
from tests.journey.conftest import BROWSERS, OPTIONS, ROOT, start, stop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS, SCHEMES = (1280, 390), ("light", "dark")
CONNECTOR = "/administration/connecteurs/1/"
FOLDER = DEMO_CLIENTS[0].folder
"""Of the first client of the demonstration."""
PAGES = {
    "home": "/",
    "first-steps": "/?premiers_pas=1",
    "help": "/aide/",
    "glossary": "/aide/glossaire/",
    "history": "/historique/",
    "history-held": "/historique/?state=held&state=refused",
    "history-nothing": "/historique/?q=introuvable",
    "history-refused": "/historique/?since=hier&until=demain&cause=x",
    "client-history": "/clients/1/historique/",
    "clients": "/clients/",
    "clients-nothing": "/clients/?q=introuvable",
    "import": "/clients/importer/",
    "catalogue": "/administration/connecteurs/",
    "catalogue-nothing": "/administration/connecteurs/?q=introuvable",
    "connector": CONNECTOR,
    "activation": f"{CONNECTOR}activation/",
    "pause": f"{CONNECTOR}pause/?q=a",
    "versions": f"{CONNECTOR}versions/",
    "version": f"{CONNECTOR}versions/2/",
    "restore": f"{CONNECTOR}versions/5/restore/?etat=avant",
    "elements": "/_elements/",
    "choose-clients": f"{CONNECTOR}clients/",
    "living-selections": f"{CONNECTOR}clients/living/?cloture=12",
    "choose-attribute": f"{CONNECTOR}attribute/?choisir=1",
    "values": f"{CONNECTOR}attribute/",
    "credentials": f"{CONNECTOR}credentials/",
    "attribute-file": f"{CONNECTOR}attribute/file/",
    "credential-request": f"{CONNECTOR}credentials/request/",
    "credential-overrides": f"{CONNECTOR}credentials/clients/",
    "rotation": f"{CONNECTOR}credentials/rotation/",
    "deposit-paths": f"{CONNECTOR}deposit_paths/",
    "folder-check": f"{CONNECTOR}deposit_paths/folders/",
    "first-documents": f"{CONNECTOR}first_documents/",
    "dry-run": f"{CONNECTOR}dry_run/",
    "backfill": f"{CONNECTOR}backfill/",
    "password": "/compte/password/change/",
    "logout": "/compte/logout/",
    "email": "/compte/email/",
    "not-found": "/nulle-part/",
}
PAUSED = """
from datetime import timedelta
from django.utils import timezone
from connectors.models import Connector, DepositFolder
Connector.objects.update(
    paused_until=timezone.now() + timedelta(minutes=42), failures=3, paused_because="Le partenaire ne répond pas (3 échecs de suite)."
)
DepositFolder.objects.filter(pk__in=DepositFolder.objects.values("pk")[:2]).update(problem="Le dossier « ZONE DE DEPOT » est absent.")
"""
REFUSED = """
from connectors.models import Connector
Connector.objects.update(paused_until=None, credentials_refused="Le partenaire ne reconnaît pas le Client ID ou le Client secret.")
"""


class Camera:
    """One browser with a width and a scheme, signed in."""

    def __init__(self, browser: Browser, said: dict[str, str], folder: Path, width: int, scheme: str) -> None:
        context = browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", base_url=said["url"], viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        self.page: Page = context.new_page()
        self._folder, self._suffix, self._said = folder, f"{width}-{scheme}", said

    def shoot(self, name: str, address: str = "") -> None:
        if address:
            self.page.goto(address)
        self.page.wait_for_timeout(150)
        self.page.screenshot(path=self._folder / f"{name}-{self._suffix}.png", full_page=True)

    def sign_in(self) -> None:
        self.shoot("login", "/compte/login/")
        self.page.get_by_role("button", name="Se connecter").click()
        self.shoot("login-refused")
        self.shoot("password-forgotten", "/compte/password/reset/")
        self.page.goto("/compte/login/")
        self.page.locator("input[name=login]").fill(self._said["email"])
        self.page.locator("input[name=password]").fill(self._said["password"])
        self.page.get_by_role("button", name="Se connecter").click()

    def shoot_errors(self) -> None:
        page = self.page
        page.goto(f"{CONNECTOR}credentials/")
        page.get_by_label("ID illibook").fill("")
        page.get_by_label("Uri").fill("ftp://ailleurs")
        page.get_by_role("button", name="Valider").click()
        self.shoot("credentials-refused")
        page.goto(f"{CONNECTOR}deposit_paths/")
        page.get_by_label("Dossier d’archive").first.fill("../ailleurs")
        page.get_by_label("Domaine").first.select_option("")
        page.get_by_role("button", name="Valider").last.click()
        self.shoot("deposit-paths-refused")
        page.goto(f"{CONNECTOR}credentials/")
        page.get_by_role("button", name="Tester la connexion").click()
        page.locator("#checks li").first.wait_for()
        self.shoot("credentials-tested")
        page.goto("/clients/importer/")
        page.locator("main button[type=submit]").click()
        self.shoot("import-refused")
        page.goto("/clients/importer/")
        lines = "Nom;SIREN;Clôture\nÉtude Noé;732829320;31/12\nGarage Poiré;73282932X;31/02\nBoulangerie Lefèvre;;30/06\n"
        page.locator("input[type=file]").set_input_files({"name": "clients.csv", "mimeType": "text/csv", "buffer": lines.encode()})
        page.locator("main button[type=submit]").click()
        self.shoot("import-preview")

    def shoot_answers(self) -> None:
        """What a page shows once it was asked something."""
        page = self.page
        page.goto(f"{CONNECTOR}simulator/")
        self.shoot("simulator")
        page.get_by_label("Chemin du fichier").fill(f"{FOLDER}/ZONE DE DEPOT/Factures Fournisseurs/facture.pdf")
        page.get_by_role("button", name="Simuler").click()
        self.shoot("simulator-answer")
        page.goto(f"{CONNECTOR}attribute/dossiers/")
        self.shoot("dossiers")
        page.locator("main button[name=action][value=fetch]").first.click()
        self.shoot("dossiers-matched")
        page.goto(f"{CONNECTOR}clients/")
        page.locator("main tbody input[type=checkbox]").first.click()
        page.get_by_role("button", name="Vérifier et valider").click()
        self.shoot("clients-preview")
        page.goto("/historique/")
        page.locator("details.hint > summary").click()
        self.shoot("hint")

    def shoot_documents(self) -> None:
        for state in ("published", "held", "refused", "prior"):
            self.page.goto(f"/historique/?state={state}")
            self.page.locator("main tbody a").first.click(timeout=120_000)  # the demonstration takes its time
            self.page.wait_for_url("**/documents/**")
            self.shoot(f"document-{state}")


def take_pictures(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data = tempfile.mkdtemp()
    stack = start("-m", "pushdoc_admin.stack", "demo", "--json", PUSHDOC_DATA=data, PUSHDOC_DOSSIERS="")
    try:
        assert stack.stdout
        said = json.loads(stack.stdout.readline())
        time.sleep(20)
        with sync_playwright() as playwright:
            path = next(found for name in BROWSERS if (found := shutil.which(name)))
            browser = playwright.chromium.launch(executable_path=path, args=[*OPTIONS, "--lang=fr-FR"])
            cameras = [Camera(browser, said, folder, width, scheme) for width in WIDTHS for scheme in SCHEMES]
            for camera in cameras:
                camera.sign_in()
                for name, address in PAGES.items():
                    camera.shoot(name, address)
                camera.shoot_answers()
                camera.shoot_errors()
                camera.shoot_documents()
            for name, script in {"paused": PAUSED, "refused": REFUSED}.items():
                subprocess.run(
                    [sys.executable, "manage.py", "shell", "-c", script], cwd=ROOT, env={**os.environ, "PUSHDOC_DATA": data}, check=True
                )
                for camera in cameras:
                    for place, address in (("home", "/"), ("catalogue", "/administration/connecteurs/"), ("connector", CONNECTOR)):
                        camera.shoot(f"{place}-{name}", address)
            browser.close()
    finally:
        stop(stack)


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]))
