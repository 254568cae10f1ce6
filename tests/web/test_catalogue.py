"""The catalogue of connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser
from django.urls import reverse

from connectors.models import Connector
from tests.web.settings_cast import HOSTILE, Cast

if TYPE_CHECKING:
    from django.http import HttpResponse

CATALOGUE = "/administration/connecteurs/"


def _search(cast: Cast, **asked: str) -> str:
    answer = cast.browser.get(CATALOGUE, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_partner_has_a_tile_and_announced_ones_are_marked(cast: Cast) -> None:
    page = _search(cast)
    assert "Rechercher un connecteur ou un service" in page
    assert "Illinks" in page
    assert "À compléter" in page
    assert "Pennylane" in page
    assert "Bientôt" in page


@pytest.mark.parametrize("typed", ["Illinks", "ilinks", "ILLINKS", "comptabilite illibook"])
def test_accents_and_typing_errors_are_forgiven(cast: Cast, typed: str) -> None:
    page = _search(cast, q=typed)
    assert 'data-state="incomplet"' in page


def test_nothing_found_says_so_and_leads_back(cast: Cast) -> None:
    page = _search(cast, q="zzzzzz")
    assert "Aucun connecteur ne correspond" in page
    assert "data-state" not in page


def test_the_state_is_a_filter(cast: Cast) -> None:
    assert 'data-state="bientot"' not in _search(cast, etat="incomplet")
    assert 'data-state="incomplet"' not in _search(cast, etat="bientot")


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("name", ["q", "etat"])
def test_hostile_searches_are_answered_with_a_page(cast: Cast, name: str, typed: str) -> None:
    assert "<script>alert" not in _search(cast, **{name: typed})


def test_the_first_opening_makes_the_connector_and_the_second_finds_it(cast: Cast) -> None:
    Connector.objects.all().delete()
    assert 'data-state="inactif"' in _search(cast)
    first = _open(cast, "illinks")
    assert _open(cast, "illinks").headers["Location"] == first.headers["Location"]
    assert Connector.objects.get().name == "Illinks"
    assert Connector.objects.get().active is False


def _open(cast: Cast, provider: str) -> HttpResponse:
    return cast.browser.post(reverse("connectors:add_connector", args=[provider]))


def test_an_announced_partner_cannot_be_opened(cast: Cast) -> None:
    assert _open(cast, "pennylane").status_code == 404


def test_a_visitor_has_to_sign_in(cast: Cast) -> None:
    assert Browser().get(CATALOGUE).status_code == 302
