"""« C’est le bon dossier » on its page, on a document's page and on the first page."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from connectors.domain.states import PushState
from connectors.models import ClientSelection, Push
from connectors.providers.base import Dossier
from connectors.web.value_grid import dossiers_key
from tests.web.settings_cast import messages_of

if TYPE_CHECKING:
    from tests.partner import IndependentPartner
    from tests.web.settings_cast import Cast


@pytest.fixture
def waiting(cast: Cast) -> dict[str, Push]:
    """Alice's and Bob's first documents wait; the partner's list is not known."""
    cache.clear()
    cast.complete()
    cast.connector.checks_first_documents = True
    cast.connector.save()
    return {name: hold(cast, name, f"facture {name}.pdf") for name in ("Alice", "Bob")}


def hold(cast: Cast, client: str, name: str, cause: str = "first_document") -> Push:
    path = cast.connector.deposit_paths.get()
    push = Push(connector=cast.connector, client=cast.clients[client], deposit_path=path, folder=f"{client}/DEPOT", state=PushState.HELD)
    push.seen_at = push.identity_at = push.changed_at = timezone.now()
    push.cause, push.sha256, push.size = cause, "ab" * 32, 1024
    push.set_name(name.encode())
    push.save()
    return push


def answer(cast: Cast, action: str, **more: Any) -> str:
    codes = {f"code-{client.pk}": f"C-{name.upper()}" for name, client in cast.clients.items()}
    page = cast.browser.post(cast.url("first_documents"), {**codes, "action": action, **more}, follow=True)
    assert page.status_code == 200
    return messages_of(unescape(page.content.decode()))


def states(waiting: dict[str, Push]) -> dict[str, str]:
    return {name: Push.objects.get(pk=push.pk).state for name, push in waiting.items()}


def know(cast: Cast, *dossiers: Dossier) -> None:
    cast.connector.refresh_from_db()
    cache.set(dossiers_key(cast.connector), list(dossiers))


def test_each_client_stands_there_with_its_value_and_its_first_document(cast: Cast, waiting: dict[str, Push]) -> None:
    page = messages_of(cast.page("first_documents"))
    assert "2 clients attendent votre accord, avec 2 documents." in page
    for text in ("C-ALICE", "C-BOB", "facture Alice.pdf", "SIREN inconnu", "Demander la liste"):
        assert text in page
    assert f"/documents/{waiting['Alice'].reference}/" in page
    assert f"{cast.url('attribute')}?q=Alice" in page


def test_one_client_is_confirmed_and_its_documents_go(cast: Cast, waiting: dict[str, Push]) -> None:
    assert "C’est noté pour 1 client : ses documents partent." in answer(cast, f"one:{cast.clients['Alice'].pk}")
    assert states(waiting) == {"Alice": PushState.WAITING, "Bob": PushState.HELD}
    assert ClientSelection.objects.get(client=cast.clients["Alice"]).confirmed_code == "C-ALICE"


@pytest.mark.parametrize(("action", "field"), [("ticked", "clients"), ("page", "shown")])
def test_those_that_are_ticked_or_all_of_the_page_are_confirmed(cast: Cast, waiting: dict[str, Push], action: str, field: str) -> None:
    both = [cast.clients["Alice"].pk, cast.clients["Bob"].pk]
    assert "C’est noté pour 2 clients : leurs documents partent." in answer(cast, action, **{field: both})
    assert set(states(waiting).values()) == {PushState.WAITING}


def test_nothing_ticked_is_told(cast: Cast, waiting: dict[str, Push]) -> None:
    assert "Cochez au moins un client." in answer(cast, "ticked")
    assert set(states(waiting).values()) == {PushState.HELD}


def test_a_link_that_is_not_the_one_that_was_shown_is_not_confirmed(cast: Cast, waiting: dict[str, Push]) -> None:
    alice = cast.clients["Alice"].pk
    assert "Le lien a changé entre-temps" in answer(cast, f"one:{alice}", **{f"code-{alice}": "OTHER"})
    assert states(waiting)["Alice"] == PushState.HELD


def test_the_partner_s_dossier_stands_beside_the_client_and_a_contradiction_is_a_warning(cast: Cast, waiting: dict[str, Push]) -> None:
    cast.clients["Alice"].siren = "732829320"
    cast.clients["Alice"].save()
    know(cast, Dossier("c-alice", "Garage du Pont", "552100554"))
    page = messages_of(cast.page("first_documents"))
    assert "Garage du Pont" in page
    assert "Le SIREN diffère : 732829320 chez vous, 552100554 chez le partenaire." in page
    assert "Les deux noms n’ont aucun mot en commun." in page
    assert page.count("Le partenaire n’a pas de dossier sous cette valeur.") == 1  # Bob's


def test_the_list_is_asked_of_the_partner(cast: Cast, waiting: dict[str, Push], partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    assert "Redemander la liste" in answer(cast, "fetch")


def test_a_client_that_lost_its_value_cannot_be_confirmed(cast: Cast, waiting: dict[str, Push]) -> None:
    cast.attribute.values.all().delete()
    page = cast.page("first_documents")
    assert "Lui donner une valeur" in page
    assert "one:" not in page


def test_the_check_is_turned_off_and_on_with_what_that_means(cast: Cast, waiting: dict[str, Push]) -> None:
    assert "2 documents retenus partent aussitôt" in messages_of(cast.page("first_documents"))
    assert "2 documents retenus partent." in answer(cast, "stop")
    assert set(states(waiting).values()) == {PushState.WAITING}
    assert "Le contrôle est désactivé" in cast.page("first_documents")
    assert "attendront votre accord" in answer(cast, "start")
    assert "Aucun client n’attend votre accord" in cast.page("first_documents")


def test_a_document_s_page_asks_and_comes_back(cast: Cast, waiting: dict[str, Push]) -> None:
    know(cast, Dossier("C-ALICE", "Alice", ""))
    address = f"/documents/{waiting['Alice'].reference}/"
    page = messages_of(cast.browser.get(address).content.decode())
    assert "C’est le bon dossier</button>" in page
    assert "Relancer" not in page
    data = {
        "action": f"one:{cast.clients['Alice'].pk}",
        f"code-{cast.clients['Alice'].pk}": "C-ALICE",
        "document": waiting["Alice"].reference,
    }
    assert cast.browser.post(cast.url("first_documents"), data).headers["Location"] == address
    assert states(waiting)["Alice"] == PushState.WAITING


@pytest.mark.parametrize(
    ("cause", "step"),
    [
        ("mapping", "attribute"),
        ("to_link", "attribute"),
        ("not_selected", "clients"),
        ("path", "deposit_paths"),
        ("paused", "pause"),
        ("dry_run", "dry_run"),
    ],
)
def test_a_document_held_by_the_settings_offers_what_repairs_it_and_no_release(cast: Cast, cause: str, step: str) -> None:
    cast.complete()
    push = hold(cast, "Alice", "a.pdf", cause)
    page = cast.browser.get(f"/documents/{push.reference}/").content.decode()
    assert f'id="repair" href="{cast.url(step)}"' in page
    assert 'value="release"' not in page
    cast.browser.post(f"/documents/{push.reference}/decision/", {"action": "release"})
    assert Push.objects.get().state == PushState.HELD


def test_the_first_page_and_the_connector_lead_here(cast: Cast, waiting: dict[str, Push]) -> None:
    for page in (cast.browser.get("/").content.decode(), cast.page("connector")):
        assert f'href="{cast.url("first_documents")}"' in page
    assert "2 clients attendent votre accord, avec 2 documents." in messages_of(cast.page("connector"))
