"""The partner's credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.configure.credentials import read_credentials
from tests.web.settings_cast import HOSTILE, Cast, messages_of, typed_credentials

if TYPE_CHECKING:
    from tests.partner import IndependentPartner

NOWHERE = "http://127.0.0.1:9/ws"


def _save(cast: Cast, values: dict[str, str]) -> str:
    answer = cast.browser.post(cast.url("credentials"), values, follow=True)
    assert answer.status_code == 200
    cast.connector.refresh_from_db()
    return messages_of(answer.content.decode())


def test_the_form_names_every_field_and_where_it_comes_from(cast: Cast) -> None:
    page = cast.page("credentials")
    for label in ("Client ID", "Client secret", "ID illibook", "WS User", "Id Correspondance", "Uri"):
        assert label in page
    assert "Fourni par le partenaire." in page


def test_accepted_credentials_are_saved_and_the_secret_is_never_shown(cast: Cast, partner_server: IndependentPartner) -> None:
    page = _save(cast, typed_credentials(partner_server.url))
    assert "le partenaire les a acceptés" in page
    assert cast.connector.credentials_checked_at
    assert read_credentials(cast.connector) == typed_credentials(partner_server.url)
    page = cast.page("credentials")
    assert "s3cret" not in page
    assert "Défini le" in page


def test_a_refused_secret_stands_on_its_field_and_nothing_is_saved(cast: Cast, partner_server: IndependentPartner) -> None:
    page = _save(cast, typed_credentials(partner_server.url, client_secret="wrong", client_id="cabinet-7"))
    assert "ne reconnaît pas le Client ID ou le Client secret" in page
    assert "Connexion et jeton d’accès" in page
    assert 'value="cabinet-7"' in page
    assert "wrong" not in page
    assert "Enregistrer sans vérification" not in page
    assert not cast.connector.credentials.exists()


def test_a_wrong_secret_is_refused_although_an_older_one_works(cast: Cast, partner_server: IndependentPartner) -> None:
    _save(cast, typed_credentials(partner_server.url))
    assert "ne reconnaît pas" in _save(cast, typed_credentials(partner_server.url, client_secret="wrong"))
    assert read_credentials(cast.connector)["client_secret"] == "s3cret"


def test_a_refused_secret_cannot_be_saved_unverified(cast: Cast, partner_server: IndependentPartner) -> None:
    _save(cast, typed_credentials(partner_server.url, client_secret="wrong", unverified="1"))
    assert not cast.connector.credentials.exists()


def test_a_blank_secret_keeps_the_stored_one(cast: Cast, partner_server: IndependentPartner) -> None:
    _save(cast, typed_credentials(partner_server.url))
    _save(cast, typed_credentials(partner_server.url, client_secret="", id_illibook="IB-2"))
    assert read_credentials(cast.connector)["client_secret"] == "s3cret"
    assert read_credentials(cast.connector)["id_illibook"] == "IB-2"


def test_a_new_address_asks_for_the_secret_again(cast: Cast, partner_server: IndependentPartner) -> None:
    _save(cast, typed_credentials(partner_server.url))
    page = _save(cast, typed_credentials(NOWHERE, client_secret=""))
    assert "saisissez le secret de nouveau" in page
    assert read_credentials(cast.connector)["uri"] == partner_server.url


def test_an_absent_partner_lets_the_person_save_without_verification(cast: Cast) -> None:
    page = _save(cast, typed_credentials(NOWHERE))
    assert "Enregistrer sans vérification" in page
    assert not cast.connector.credentials.exists()
    assert "sans vérification" in _save(cast, typed_credentials(NOWHERE, unverified="1"))
    assert cast.connector.credentials_checked_at is None
    assert read_credentials(cast.connector)["uri"] == NOWHERE


def test_each_missing_field_says_so(cast: Cast) -> None:
    assert _save(cast, {}).count("Ce champ est obligatoire.") == 6


@pytest.mark.parametrize("uri", ["ftp://exemple.fr", "http://exemple.fr", "https://u:p@exemple.fr", "exemple", "https://"])
def test_a_wrong_address_is_refused_on_its_field(cast: Cast, uri: str) -> None:
    page = _save(cast, typed_credentials(uri))
    assert 'id="id_uri_error"' in page or 'id="error_1_id_uri"' in page


@pytest.mark.parametrize("typed", ["a\x00b", "x" * 10_000])
@pytest.mark.parametrize("name", ["client_id", "client_secret", "id_illibook", "ws_user", "id_correspondance", "uri"])
def test_hostile_values_have_a_message_on_their_field(cast: Cast, name: str, typed: str) -> None:
    page = _save(cast, {**typed_credentials(NOWHERE), name: typed})
    assert f"id_{name}_error" in page or f"error_1_id_{name}" in page
    assert not cast.connector.credentials.exists()


def test_markup_is_shown_as_text(cast: Cast) -> None:
    for typed in HOSTILE:
        assert "<script>alert" not in _save(cast, typed_credentials(NOWHERE, ws_user=typed))


def test_the_connection_can_be_tried_at_any_time(cast: Cast, partner_server: IndependentPartner) -> None:
    check = cast.url("check_connection")
    assert "Il manque des identifiants." in cast.browser.post(check).content.decode()
    _save(cast, typed_credentials(partner_server.url))
    page = messages_of(cast.browser.post(check).content.decode())
    for label in ("Adresse", "Connexion et jeton d’accès", "Droits du compte", "Dossiers visibles", "Réussi"):
        assert label in page
    partner_server.stop()
    assert "Échec" in cast.browser.post(check).content.decode()
    assert cast.browser.get(check).status_code == 405
