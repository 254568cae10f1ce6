"""« Suivre ce filtre »: a filter is saved, renamed, deleted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connectors.configure.client_filters import Criteria
from connectors.configure.living_selections import follow_living, save_living
from connectors.models import Client, LivingSelection
from tests.web.settings_cast import HOSTILE, Cast, messages_of


def _post(cast: Cast, **sent: Any) -> str:
    answer = cast.browser.post(cast.url("living_selections"), sent, follow=True)
    assert answer.status_code == 200
    return messages_of(re.sub("<[^>]+>", " ", answer.content.decode()))


def _page(cast: Cast, name: str, **asked: str) -> str:
    return messages_of(re.sub("<[^>]+>", " ", cast.page(name, **asked)))


def _saved(cast: Cast) -> LivingSelection:
    group = cast.clients["Alice"].group_id
    return save_living(cast.connector, "Les restaurants", Criteria(group=group), cast.clients["Alice"].created_at, None)


def test_a_filter_becomes_a_living_selection_on_the_way_from_the_list(cast: Cast) -> None:
    group = str(cast.clients["Alice"].group_id)
    answer = cast.browser.post(cast.url("clients"), {"action": "follow", "groupe": group, "q": "", "page": "1"}, follow=True)
    page = messages_of(re.sub("<[^>]+>", " ", answer.content.decode()))
    assert "Groupe : Restauration" in page
    assert "3 clients correspondent aujourd’hui, dont 0 choisi. 3 autres sont laissés de côté" in page
    assert "Sélection vivante « Les restaurants » enregistrée." in _post(cast, action="create", name="Les restaurants", groupe=group)
    assert LivingSelection.objects.get().criteria == {"group": int(group)}
    assert "Sélections vivantes (1)" in _page(cast, "clients")


def test_an_empty_page_says_what_to_do(cast: Cast) -> None:
    assert "Filtrez la liste des clients" in _page(cast, "living_selections")


def test_a_filter_that_asks_nothing_is_not_followed(cast: Cast) -> None:
    assert "Choisissez d’abord un filtre" in _post(cast, action="create", name="Tout le monde")
    assert not LivingSelection.objects.exists()


def test_a_selection_is_renamed_and_deleted_and_its_clients_stay(cast: Cast) -> None:
    cast.complete()
    living = _saved(cast)
    assert "3 clients correspondent, 3 choisis" in _page(cast, "living_selections")
    assert "s’appelle maintenant « Tables »" in _post(cast, action="rename", living=str(living.pk), name="Tables")
    assert "Tables » supprimée" in _post(cast, action="delete", living=str(living.pk))
    assert cast.connector.selections.count() == 3
    assert "n’existe plus" in _post(cast, action="delete", living=str(living.pk))


def test_a_name_that_is_taken_is_told_on_its_field(cast: Cast) -> None:
    living = _saved(cast)
    group = str(cast.clients["Alice"].group_id)
    assert "porte déjà ce nom" in _post(cast, action="create", name="les restaurants", groupe=group)
    other = save_living(cast.connector, "Autre", Criteria(text="a"), living.created_at, None)
    assert "porte déjà ce nom" in _post(cast, action="rename", living=str(other.pk), name="LES RESTAURANTS")
    other.refresh_from_db()
    assert other.name == "Autre"


def test_who_came_is_shown_as_to_link_and_who_matches_no_more_is_named(cast: Cast) -> None:
    living = _saved(cast)
    dora = Client.objects.create(name="Dora", folder="Dora", group=cast.clients["Alice"].group)
    follow_living(cast.connector, living.created_at)
    assert "À relier" in _page(cast, "clients", q="dora")
    assert "3 laissés de côté" in _page(cast, "living_selections")
    Client.objects.filter(pk=dora.pk).update(group=None)
    assert "1 client ne correspond plus à une sélection vivante" in _page(cast, "clients")
    assert "Dora" in _page(cast, "clients", etat="ne_correspond_plus")


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("name", ["q", "groupe", "cloture", "responsable", "valeur", "siret", "name", "living"])
def test_nonsense_is_answered_with_a_page(cast: Cast, name: str, typed: str) -> None:
    assert "<script>alert" not in cast.browser.get(cast.url("living_selections"), {name: typed}).content.decode()
    for action in ("create", "rename", "delete"):
        _post(cast, **{"action": action, name: typed})
