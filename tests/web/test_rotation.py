"""« Remplacer un secret » and « Revenir à l’ancien secret »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.configure.credentials import read_credentials
from tests.web.hostile import Page
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from tests.partner import IndependentPartner


def post(cast: Cast, name: str, **typed: str) -> str:
    answer = cast.browser.post(cast.url(name), typed, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def secret(cast: Cast) -> str:
    return read_credentials(cast.connector)["client_secret"]


def test_a_secret_is_replaced_and_one_click_leads_back(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    partner_server.secrets = {"s3cret", "second"}
    assert "Revenir à l’ancien secret" not in cast.page("credentials")
    assert "Le nouveau secret est en service" in post(cast, "rotation", client_secret="second")
    assert secret(cast) == "second"
    assert "Revenir à l’ancien secret" in cast.page("credentials")
    assert "L’ancien secret est de nouveau en service" in post(cast, "former_secret")
    assert secret(cast) == "s3cret"


def test_a_refused_one_stands_on_its_field_and_changes_nothing(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    text = post(cast, "rotation", client_secret="wrong")
    assert "le secret actuel reste en service" in text
    assert "ne reconnaît pas" in Page(text).message_on("client_secret")
    assert "wrong" not in text
    assert secret(cast) == "s3cret"


def test_what_is_no_new_secret_says_so(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    assert "Saisissez le nouveau secret." in Page(post(cast, "rotation")).message_on("client_secret")
    assert "C’est le secret actuel" in Page(post(cast, "rotation", client_secret="s3cret")).message_on("client_secret")


def test_the_way_back_is_refused_when_the_partner_refuses_it(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    partner_server.secrets = {"second"}
    post(cast, "rotation", client_secret="second")
    text = post(cast, "former_secret")
    assert "Rien n’a changé" in text
    assert "Échec" in text
    assert secret(cast) == "second"


def test_without_a_former_secret_there_is_no_way_back(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    assert "il n’y a rien à reprendre" in post(cast, "former_secret")
    assert cast.browser.get(cast.url("former_secret")).status_code == 405


def test_before_everything_is_there_the_page_leads_to_the_credentials(cast: Cast) -> None:
    assert "Il n’y a pas encore de secret à remplacer" in cast.page("rotation")
    assert "Renseigner les identifiants" in cast.page("rotation")


def test_a_lost_key_is_told_on_both_ways(cast: Cast, partner_server: IndependentPartner, settings: object) -> None:
    cast.complete(partner_server.url)
    partner_server.secrets = {"s3cret", "second"}
    post(cast, "rotation", client_secret="second")
    settings.CREDENTIAL_KEYS = {"another": b"k" * 32}  # type: ignore[attr-defined]
    assert "La clé qui protège ce secret" in post(cast, "rotation", client_secret="third")
    assert "La clé qui protège ce secret" in post(cast, "former_secret")
