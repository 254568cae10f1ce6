"""How long the server takes for the settings pages and actions of a large firm: `python -m tests.web.page_times [WORD]`.

WORD narrows the list to the pages whose name holds it. Real requests through Django, a real SQLite file in a temporary folder, warm.
Nothing is asserted: a machine that is busy with something else would fail the test, not the product.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client as Browser

    from tests.web.big_firm import BigFirm

ROUNDS = 9
PAGES = {
    "catalogue": "",
    "connector": "{}/",
    "activation": "{}/activation/",
    "clients": "{}/clients/",
    "clients, last page": "{}/clients/?page=100",
    "clients, search": "{}/clients/?q=societe+ete+04",
    "clients, five filters": "{}/clients/?groupe=3&cloture=9&responsable=Th%C3%A9o+M.&siret=avec&valeur=avec",
    "clients, without any value": "{}/clients/?valeur=aucune",
    "clients, chosen": "{}/clients/?etat=choisi",
    "clients, obstacles": "{}/clients/?etat=sans_valeur",
    "clients, living selections": "{}/clients/living/?groupe=3",
    "attribute": "{}/attribute/",
    "attribute, choice": "{}/attribute/?choisir=1",
    "attribute, to link": "{}/attribute/?filtre=a_relier",
    "credentials": "{}/credentials/",
    "deposit paths": "{}/deposit_paths/",
    "directory": "/clients/",
    "directory, search": "/clients/?q=societe+ete+04&responsible=Camille+R.",
}
ROOT = "/administration/connecteurs/"


def main(word: str) -> None:
    """Build the firm, then ask for each page in turn."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PUSHDOC_DATA": folder, "DJANGO_SETTINGS_MODULE": "pushdoc_admin.settings"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        browser, firm = _prepare()
        for name, page in {**_pages(firm), **_actions(firm)}.items():
            if word in name:
                _measure(name, browser, page)


def _prepare() -> tuple[Browser, BigFirm]:
    import django  # noqa: PLC0415 - the environment says which database

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from pushdoc_admin.celery import app  # noqa: PLC0415
    from tests.web.big_firm import build_big_firm  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DOSSIERS_DIR.mkdir(parents=True, exist_ok=True)
    app.conf.broker_url = "memory://localhost"
    call_command("migrate", verbosity=0)
    firm = build_big_firm(outside=100)
    browser = Client(raise_request_exception=True)
    browser.force_login(get_user_model().objects.create_superuser("big", "big@cabinet.example", "un mot de passe solide"))
    return browser, firm


def _pages(firm: BigFirm) -> dict[str, Callable[[Browser], HttpResponse]]:
    def page(address: str) -> Callable[[Browser], HttpResponse]:
        target = address if address.startswith("/") else ROOT + address.format(firm.connector.pk)
        return lambda browser: browser.get(target)

    return {name: page(address) for name, address in PAGES.items()}


def _actions(firm: BigFirm) -> dict[str, Callable[[Browser], HttpResponse]]:
    """Each leads back to where it began, so that a round is like the one before."""
    clients = f"{ROOT}{firm.connector.pk}/clients/"
    some = [client.pk for client in firm.clients[:50]]

    def press(action: str, **sent: object) -> Callable[[Browser], HttpResponse]:
        return lambda browser: browser.post(clients, {"action": action, **sent})

    def save(browser: Browser) -> HttpResponse:
        firm.connector.refresh_from_db()
        return browser.post(f"{clients}preview/", {"action": "save", "version": firm.connector.settings_version})

    return {
        "clients, tick one": press("keep", shown=some, chosen=some[1:]),
        "clients, take all 5,000 out": press("remove_matching"),
        "clients, page with 5,000 ticks to save": lambda browser: browser.get(clients),
        "clients, preview of 4,900 removed": lambda browser: browser.get(f"{clients}preview/"),
        "clients, choose all 5,000": press("add_matching"),
        "clients, preview of 100 added": lambda browser: browser.get(f"{clients}preview/"),
        "clients, save (once: 100 added)": save,
        "clients, undo (once: 100 removed)": lambda browser: browser.post(f"{clients}undo/", {"event": _last_change(firm)}),
    }


def _last_change(firm: BigFirm) -> int:
    last = firm.connector.events.filter(kind="settings.clients").order_by("-pk").first()
    return last.pk if last else 0


def _measure(name: str, browser: Browser, page: Callable[[Browser], HttpResponse]) -> None:
    rounds = 1 if "once" in name else ROUNDS
    if rounds > 1:
        page(browser)
    taken, busy = [], []
    for _ in range(rounds):
        started, worked = time.perf_counter(), time.process_time()
        status = page(browser).status_code
        taken.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    measured = f"{statistics.median(taken):6.0f} ms   (processor {statistics.median(busy):.0f} ms, slowest {max(taken):.0f} ms)"
    sys.stdout.write(f"{name:45} {measured}   {status}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
