"""The stepper on the pages of the settings, and the page of all elements."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model

from connectors.models import Connector
from tests.web.settings_cast import Cast, messages_of

STEPS = {
    "clients": "Clients",
    "attribute": "Attribut",
    "credentials": "Identifiants",
    "deposit_paths": "Chemins de dépôt",
    "activation": "Activation",
}


def _stepper(cast: Cast, name: str) -> str:
    page = messages_of(cast.page(name))
    found = re.search(r'<nav aria-label="Étapes du paramétrage">(.*?)</nav>', page)
    assert found
    return found[1]


@pytest.mark.parametrize("name", STEPS)
def test_each_part_shows_all_five_and_itself_as_the_current_one(cast: Cast, name: str) -> None:
    stepper = _stepper(cast, name)
    assert [address.split("/")[-2] for address in re.findall(r'href="([^"]+)"', stepper)] == list(STEPS)
    assert re.findall(r'href="([^"]+)" aria-current="step"', stepper) == [cast.url(name)]


def test_it_says_what_is_done_what_is_missing_and_what_is_ready(cast: Cast) -> None:
    assert _stepper(cast, "clients").count("à compléter") == 4
    assert "pas encore possible" in _stepper(cast, "clients")
    cast.complete()
    assert _stepper(cast, "clients").count("complet<") == 4
    assert "prêt à activer" in _stepper(cast, "clients")
    Connector.objects.update(active=True)
    assert ">actif<" in _stepper(cast, "clients")


def test_other_pages_have_none(cast: Cast) -> None:
    for name in ("connector", "pause", "versions"):
        assert "Étapes du paramétrage" not in cast.page(name)


def test_the_elements_are_shown_to_administrators_of_the_installation_only(cast: Cast) -> None:
    assert cast.browser.get("/_elements/").status_code == 404
    get_user_model().objects.update(is_staff=True)
    page = cast.browser.get("/_elements/").content.decode()
    for element in (
        "btn-primary",
        "stepper",
        "segmented",
        "progress-row",
        "disclosure",
        "empty-state",
        "switch-track",
        "data-dialog",
        "table-cards",
    ):
        assert element in page
