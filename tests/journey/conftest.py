"""A whole installation for a test: the stack as `./pushdoc up` starts it, a partner process, and a browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


@dataclass
class Installation:
    """What a person gets who types `./pushdoc up`."""

    url: str
    first_admin_link: str
    data: Path
    partner: str

    @property
    def dossiers(self) -> Path:
        return self.data / "dossiers"

    def received(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self.partner}/_documents", timeout=10).json()["documents"]
        return found

    def kill(self, program: str) -> None:
        pids = json.loads((self.data / "pids.json").read_text())
        os.kill(pids[program], signal.SIGKILL)


def start(*command: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()


@contextmanager
def installed(data: Path) -> Iterator[Installation]:
    """An empty firm and a partner, for as long as they are needed."""
    address = data / "partner"
    partner = start("-m", "connectors.providers.illinks.simulator", "--state", str(data / "simulator"), "--address-file", str(address))
    stack = start("-m", "pushdoc_admin.stack", "up", "--json", PUSHDOC_DATA=str(data), PUSHDOC_SETTLE_SECONDS="1", PUSHDOC_DOSSIERS="")
    try:
        assert stack.stdout
        printed = stack.stdout.readline()
        assert printed, stack.stderr.read() if stack.stderr else ""
        said = json.loads(printed)
        while not address.exists():
            assert partner.poll() is None, partner.stderr.read() if partner.stderr else ""
            time.sleep(0.1)
        yield Installation(said["url"], said["first_admin_link"], data, address.read_text().strip())
    finally:
        stop(stack)
        stop(partner)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")  # with its event loop gone, the next tests may use the database
def browser() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("PUSHDOC_REQUIRE") == "browser":
            pytest.fail("A browser is required here and none was found: apt-get install chromium")
        pytest.skip("No Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", base_url=installation.url)
    page = context.new_page()
    problems: list[str] = []
    page.on(
        "console", lambda message: problems.append(message.text) if message.type == "error" and "status of 4" not in message.text else None
    )
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert not problems, problems


def see_no_barrier(page: Page) -> None:
    """Axe finds nothing on this page."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
