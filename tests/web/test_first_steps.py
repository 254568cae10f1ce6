"""The first steps follow what is there, from the empty firm to the first published document."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.configure.attribute import choose_attribute
from connectors.configure.clients import select_clients
from connectors.configure.credentials import save_credentials
from connectors.configure.deposit_paths import save_deposit_paths
from connectors.configure.path_row import PathRow
from connectors.domain.states import PushState
from connectors.models import Client, ClientSelection, Connector, DepositFolder, Push
from connectors.providers.registry import provider_class
from tests.web.settings_cast import typed_credentials

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.web.pages_cast import Firm
    from tests.web.settings_cast import Cast

CONTINUE = re.compile(r'id="first-steps-continue" href="([^"]+)">Continuer<span class="visually-hidden"> : ([^<]+)<')


def next_step(browser: Browser) -> tuple[str, str]:
    """What the home page names as the next step, and where it leads."""
    found = CONTINUE.search(unescape(browser.get("/").content.decode()))
    assert found, "no step is current"
    return found[2], found[1]


def push(connector: Connector, client: Client, state: PushState, **values: object) -> Push:
    now = timezone.now()
    made = Push(connector=connector, client=client, folder=f"{client.folder}/DEPOT", state=state, identity="1:1:1:1", **values)
    made.seen_at = made.identity_at = made.changed_at = now
    made.set_name(b"facture.pdf")
    made.save()
    return made


def test_an_empty_firm_begins_with_its_clients_then_opens_a_connector(cast: Cast) -> None:
    Connector.objects.all().delete()
    Client.objects.all().delete()
    assert next_step(cast.browser) == ("Importer vos clients", reverse("connectors:import_clients"))
    Client.objects.create(name="Alice", folder="Alice")
    assert next_step(cast.browser) == ("Ouvrir un connecteur", reverse("connectors:catalogue"))


def test_the_parts_of_the_connector_follow_one_by_one(cast: Cast) -> None:
    connector, now = cast.connector, timezone.now()
    assert next_step(cast.browser) == ("Choisir les clients", cast.url("clients"))
    select_clients(connector, [client.pk for client in cast.clients.values()], now, None)
    assert next_step(cast.browser) == ("Relier chaque client à son dossier chez le partenaire", cast.url("attribute"))
    choose_attribute(connector, cast.attribute, now, None)
    assert next_step(cast.browser) == ("Saisir les identifiants", cast.url("credentials"))
    save_credentials(connector, provider_class("illinks").credential_fields, typed_credentials("http://127.0.0.1:9/ws"), (), now, None)
    assert next_step(cast.browser) == ("Indiquer les chemins de dépôt et d’archive", cast.url("deposit_paths"))
    save_deposit_paths(connector, [PathRow("ZONE", "ARCHIVE", "ACHATS", "FACTURE")], now, None)
    assert next_step(cast.browser) == ("Activer le connecteur", cast.url("activation"))


def activated(cast: Cast, *, checked: bool) -> Connector:
    cast.complete()
    Connector.objects.update(active=True, activated_at=timezone.now(), checks_first_documents=checked)
    return Connector.objects.get()


def test_an_active_connector_waits_for_a_document_in_the_folder_of_a_client_that_is_linked(cast: Cast) -> None:
    connector = activated(cast, checked=True)
    for name in ("Charlie", "Bob"):
        DepositFolder.objects.create(deposit_path=connector.deposit_paths.get(), client=cast.clients[name])
    push(connector, cast.clients["Bob"], PushState.PRIOR)
    assert next_step(cast.browser) == ("Déposer un premier document", reverse("connectors:history"))
    page = cast.browser.get("/").content.decode()
    assert f"<code>{cast.root}/Dossier Bob/ZONE DE DEPOT/Factures Fournisseurs</code>" in page
    assert "Dossier Charlie" not in page


def test_the_first_document_has_to_be_confirmed_then_published(cast: Cast) -> None:
    connector = activated(cast, checked=True)
    bob = cast.clients["Bob"]
    document = push(connector, bob, PushState.HELD, cause="first_document")
    assert next_step(cast.browser)[0] == "Confirmer le dossier du partenaire"
    ClientSelection.objects.filter(client=bob).update(confirmed_code="C-BOB")
    assert next_step(cast.browser) == ("Voir le document publié", reverse("connectors:history"))
    assert document.move(PushState.PUBLISHED, timezone.now(), published_at=timezone.now(), cause="")
    page = cast.browser.get("/").content.decode()
    assert "C’est fait : votre premier document est publié" in page
    assert not CONTINUE.search(page)
    assert "Importer vos clients" not in page, "the list itself is only in the way then"
    assert "Importer vos clients" in cast.browser.get("/", {"premiers_pas": "1"}).content.decode()


def test_a_connector_that_does_not_check_first_documents_asks_for_no_confirmation(cast: Cast) -> None:
    connector = activated(cast, checked=False)
    push(connector, cast.clients["Bob"], PushState.WAITING)
    assert next_step(cast.browser)[0] == "Voir le document publié"
    assert "Confirmer le dossier" not in cast.browser.get("/").content.decode()


def test_the_list_goes_by_itself_and_comes_back_when_it_is_asked_for(firm: Firm, browser: Browser) -> None:
    firm.document(PushState.PUBLISHED, published_at=timezone.now() - timedelta(hours=1))
    assert "first-steps-title" not in browser.get("/").content.decode()
    page = browser.get("/", {"premiers_pas": "1"}).content.decode()
    assert "first-steps-title" in page
    assert 'id="first-steps-close"' in page


def test_a_step_that_is_done_stays_done_while_the_connector_rests(cast: Cast) -> None:
    connector = activated(cast, checked=False)
    Connector.objects.update(active=False)
    push(connector, cast.clients["Bob"], PushState.WAITING)
    assert next_step(cast.browser)[0] == "Voir le document publié"


def test_the_connector_that_was_opened_first_is_followed(cast: Cast) -> None:
    Connector.objects.create(provider="illinks", name="Ancien")  # sorts before the other one
    assert next_step(cast.browser) == ("Choisir les clients", cast.url("clients"))


@pytest.mark.parametrize("value", ["", "0", "<script>alert(1)</script>", "\0"])
def test_whatever_the_address_says_the_list_is_shown(firm: Firm, browser: Browser, value: str) -> None:
    firm.document(PushState.PUBLISHED, published_at=timezone.now() - timedelta(hours=1))
    page = browser.get("/", {"premiers_pas": value}).content.decode()
    assert "first-steps-title" in page
    assert "<script>alert" not in page


def activate(cast: Cast) -> None:
    cast.complete()
    assert cast.browser.post(cast.url("activation"), {"active": "1"}).status_code == 302


def test_what_was_done_is_followed_by_what_comes_next(cast: Cast) -> None:
    activate(cast)
    page = cast.page("connector")
    assert "Le paramétrage est effectif" in page
    assert "Premiers pas, étape 8 sur 9" in page
    assert "Dossier Alice/ZONE DE DEPOT/Factures Fournisseurs</code>" in page
    assert "Premiers pas, étape" not in cast.page("connector"), "said once, with its message"


def test_nothing_is_said_on_the_page_of_the_next_step_itself(cast: Cast) -> None:
    activate(cast)
    page = cast.browser.get(reverse("connectors:history")).content.decode()
    assert "Le paramétrage est effectif" in page
    assert "Premiers pas, étape" not in page


def test_a_firm_that_is_at_home_is_not_told_what_comes_next(cast: Cast) -> None:
    push(cast.connector, cast.clients["Bob"], PushState.PUBLISHED, published_at=timezone.now() - timedelta(hours=1))
    activate(cast)
    page = cast.page("connector")
    assert "Le paramétrage est effectif" in page
    assert "Premiers pas, étape" not in page
