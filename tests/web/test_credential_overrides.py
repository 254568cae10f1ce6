"""« Valeurs propres à un client »."""

from __future__ import annotations

from django.utils import timezone

from connectors.configure.clients import select_clients
from connectors.configure.overrides import overrides_of
from tests.web.hostile import Page
from tests.web.settings_cast import Cast, messages_of

FIELD = "id_correspondance"


def stored(cast: Cast) -> dict[int, str]:
    return {pk: value for (_, pk), value in overrides_of(cast.connector, [client.pk for client in cast.clients.values()]).items()}


def save(cast: Cast, values: dict[str, str], **more: str) -> str:
    typed = {f"value-{FIELD}-{cast.clients[name].pk}": value for name, value in values.items()}
    answer = cast.browser.post(cast.url("credential_overrides"), {**typed, **more}, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def test_a_value_is_given_changed_and_taken_away(cast: Cast) -> None:
    cast.complete()
    alice, bob = cast.clients["Alice"].pk, cast.clients["Bob"].pk
    assert "1 valeur changée." in save(cast, {"Alice": "IC-A", "Bob": ""})
    assert stored(cast) == {alice: "IC-A"}
    assert "2 valeurs changées." in save(cast, {"Alice": "IC-B", "Bob": "IC-C"}, tous="1")
    assert stored(cast) == {alice: "IC-B", bob: "IC-C"}
    save(cast, {"Alice": "", "Bob": "IC-C"})
    assert stored(cast) == {bob: "IC-C"}
    assert "Rien à changer" in save(cast, {"Bob": "IC-C"})


def test_first_those_who_differ_then_whom_one_looks_for(cast: Cast) -> None:
    cast.complete()
    assert "Tous les clients ont la valeur du cabinet" in cast.page("credential_overrides")
    save(cast, {"Alice": "IC-A"})
    page = cast.page("credential_overrides")
    assert "Id Correspondance de Alice" in page
    assert "Id Correspondance de Bob" not in page
    assert "Id Correspondance de Bob" in cast.page("credential_overrides", q="bób")
    assert "Id Correspondance de Charlie" in cast.page("credential_overrides", tous="1")
    assert "IC-1 (cabinet)" in cast.page("credential_overrides", tous="1")
    assert "Aucun client choisi ne correspond" in cast.page("credential_overrides", q="zzz")
    assert "Seulement" in cast.page("credential_overrides", tous="1")


def test_only_chosen_clients_are_offered(cast: Cast) -> None:
    assert "Choisissez d’abord les clients" in cast.page("credential_overrides")
    select_clients(cast.connector, [cast.clients["Alice"].pk], timezone.now(), None)
    assert "de Bob" not in cast.page("credential_overrides", tous="1")
    save(cast, {"Bob": "IC-B"})
    assert stored(cast) == {}


def test_a_wrong_value_keeps_all_of_them_from_being_saved(cast: Cast) -> None:
    cast.complete()
    name = f"value-{FIELD}-{cast.clients['Alice'].pk}"
    page = Page(save(cast, {"Alice": "x" * 300, "Bob": "IC-B"}))
    assert "255 caractères au plus" in page.message_on(name)
    assert page.fields[f"value-{FIELD}-{cast.clients['Bob'].pk}"]["value"] == "IC-B"
    assert stored(cast) == {}
    assert "caractère invisible" in Page(save(cast, {"Alice": "a\u202eb"})).message_on(name)


def test_long_lists_come_in_pages_that_are_saved_one_by_one(cast: Cast) -> None:
    cast.complete()
    many = [type(cast.clients["Alice"]).objects.create(name=f"Client {number:03d}", folder=f"Dossier {number:03d}") for number in range(60)]
    select_clients(cast.connector, [client.pk for client in many], timezone.now(), None)
    assert "Page 1 sur 2" in cast.page("credential_overrides", tous="1")
    answer = cast.browser.post(
        cast.url("credential_overrides"), {f"value-{FIELD}-{many[0].pk}": "IC-0", "tous": "1", "page": "2"}, follow=True
    )
    assert "Page 2 sur 2" in answer.content.decode()
