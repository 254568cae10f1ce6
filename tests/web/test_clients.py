"""Choosing clients."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connectors.models import Client, Connector
from tests.web.settings_cast import HOSTILE, Cast, messages_of


def _press(cast: Cast, action: str, **sent: Any) -> str:
    answer = cast.browser.post(cast.url("clients"), {"action": action, **sent}, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def _save(cast: Cast, **sent: Any) -> str:
    """Through the preview, which the page leads to."""
    page = _press(cast, "save", **sent)
    assert "Avant de valider" in page
    version = str(Connector.objects.get().settings_version)
    return messages_of(cast.browser.post(cast.url("clients_preview"), {"action": "save", "version": version}, follow=True).content.decode())


def _chosen(cast: Cast) -> set[str]:
    return {selection.client.name for selection in cast.connector.selections.select_related("client")}


def _many(count: int) -> None:
    for number in range(count):
        Client.objects.create(name=f"Société {number:03}", folder=f"Société {number:03}")


def test_ticked_clients_are_saved_with_valider(cast: Cast) -> None:
    alice = str(cast.clients["Alice"].pk)
    page = _save(cast, shown=[str(client.pk) for client in cast.clients.values()], chosen=[alice])
    assert "1 client choisi." in page
    assert _chosen(cast) == {"Alice"}


def test_ticks_survive_the_way_to_another_page_and_filter(cast: Cast) -> None:
    _many(60)
    alice = str(cast.clients["Alice"].pk)
    page = _press(cast, "page:2", shown=[alice], chosen=[alice])
    assert "Page 2 sur 2" in page
    assert "1 client choisi" in page
    assert "Bob" in _press(cast, "filter", q="bob")
    _save(cast)
    assert _chosen(cast) == {"Alice"}


def test_all_that_match_are_chosen_across_pages(cast: Cast) -> None:
    _many(60)
    page = _press(cast, "add_matching", q="societe")
    assert "60 clients choisis" in page
    assert "Choisir les 60 clients qui correspondent" in page
    _press(cast, "remove_matching", q="societe 00")
    _save(cast)
    assert len(_chosen(cast)) == 50


def test_the_page_alone_can_be_added_and_removed(cast: Cast) -> None:
    shown = [str(client.pk) for client in cast.clients.values()]
    assert "3 clients choisis" in _press(cast, "add_page", shown=shown)
    assert "0 client choisi" in _press(cast, "remove_page", shown=shown, chosen=shown)


def test_changes_can_be_taken_back(cast: Cast) -> None:
    cast.complete()
    page = _press(cast, "filter", shown=[str(cast.clients["Bob"].pk)])
    assert "2 clients choisis" in page
    assert "à valider" in page
    assert "3 clients choisis" in _press(cast, "discard", shown=[str(cast.clients["Bob"].pk)])


def test_the_filters_name_group_and_state_narrow_the_table(cast: Cast) -> None:
    group = str(cast.clients["Alice"].group_id)
    _many(1)
    assert "Société" not in cast.page("clients", groupe=group)
    cast.complete()
    assert "Société" not in cast.page("clients", etat="choisi")
    assert "Alice" not in cast.page("clients", etat="non_choisi")
    without = cast.page("clients", etat="sans_valeur")
    assert "Charlie" in without
    assert "Alice" not in without


def test_more_filters_narrow_the_table(cast: Cast) -> None:
    Client.objects.filter(name="Alice").update(closing_month=6, responsible="Camille R.", siret="73282932000074")
    for name, value in {"cloture": "6", "responsable": "Camille R.", "siret": "avec", "q": "älice"}.items():
        rows = cast.browser.get(cast.url("clients"), {name: value}).context["rows"]
        assert [row.client.name for row in rows] == ["Alice"], name
    assert [row.client.name for row in cast.browser.get(cast.url("clients"), {"valeur": "aucune"}).context["rows"]] == ["Charlie"]


def test_a_firm_without_clients_is_invited_to_import(cast: Cast) -> None:
    Client.objects.all().delete()
    assert "Le cabinet n’a pas encore de client" in cast.page("clients")


def test_nothing_to_save_leads_back_to_the_connector(cast: Cast) -> None:
    assert "Aucun client n’est choisi." in _press(cast, "save")
    cast.complete()
    assert "Rien n’a changé : 3 clients choisis." in _press(cast, "save")


def test_who_has_no_value_is_counted(cast: Cast) -> None:
    cast.complete()
    assert "Choisis, mais n’envoient pas : Sans valeur · 1" in messages_of(re.sub("<[^>]+>", " ", cast.page("clients")))


def test_without_any_client_the_page_says_so(cast: Cast) -> None:
    assert "Aucun client ne correspond" in cast.page("clients", q="personne")


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("name", ["q", "groupe", "cloture", "responsable", "valeur", "siret", "etat", "page"])
def test_hostile_filters_are_answered_with_a_page(cast: Cast, name: str, typed: str) -> None:
    assert "<script>alert" not in cast.page("clients", **{name: typed})
    _press(cast, "filter", **{name: typed})
    _press(cast, "add_matching", **{name: typed})
    assert cast.connector.selections.count() == 0


def test_a_refused_filter_has_its_message_and_matches_nobody(cast: Cast) -> None:
    assert "au plus 100 caractères" in cast.page("clients", q="x" * 150)
    assert "0 client choisi" in _press(cast, "add_matching", q="x" * 150)


@pytest.mark.parametrize("sent", ["9" * 30, "-1", "a\x00", "١٢"])
def test_numbers_that_no_page_made_are_ignored(cast: Cast, sent: str) -> None:
    _press(cast, "save", shown=[sent], chosen=[sent])
    assert _chosen(cast) == set()


def test_a_client_that_is_gone_meanwhile_is_not_saved(cast: Cast) -> None:
    shown = [str(client.pk) for client in cast.clients.values()]
    _press(cast, "filter", shown=shown, chosen=shown)
    cast.clients["Bob"].delete()
    assert "2 clients choisis." in _save(cast)
