"""The partner's credentials."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as h_settings
from hypothesis import strategies as st

from connectors.configure.automatic_return import return_by_itself
from connectors.configure.credentials import read_credentials
from connectors.configure.rotation import rotate_secrets
from connectors.models import Connector, Event
from connectors.providers.illinks.fields import FIELDS
from connectors.providers.registry import provider_class
from connectors.tasks import trial_of
from tests.web.hostile import HOSTILE as KINDS
from tests.web.hostile import Page
from tests.web.settings_cast import HOSTILE, Cast, messages_of, typed_credentials

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.partner import IndependentPartner

NOWHERE = "http://127.0.0.1:9/ws"


def hostile_texts() -> st.SearchStrategy[str]:
    """What nobody should type: the known kinds, alone and joined, and characters of every sort."""
    kinds = st.sampled_from(
        [*KINDS.values(), "\r\nX-Header: 1", "' OR 1=1 --", "{{ 7*7 }}", "%s%n", "\ud7ff", "e\u0301", " ", "\u00a0", "--"]
    )
    addresses = st.sampled_from(["http://169.254.169.254/", "https://[::1]/", "file:///etc/passwd", "https://a:b@c/", "https://x:99999/"])
    joined = st.lists(kinds, min_size=1, max_size=3).map("".join)
    return st.one_of(joined, st.text(max_size=300), addresses)


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


def test_each_field_says_where_its_value_is_found(cast: Cast) -> None:
    page = messages_of(cast.page("credentials"))
    for field in FIELDS:
        assert f'Où trouver cette valeur<span class="visually-hidden"> ({field.label})</span>' in page
    assert "Remis une seule fois, avec le Client ID." in page


def test_what_nobody_has_tried_since_its_change_says_since_when(cast: Cast, partner_server: IndependentPartner) -> None:
    assert "À renseigner : Client ID, Client secret" in messages_of(cast.page("credentials"))
    cast.complete()
    assert "Non vérifiés depuis le" in cast.page("credentials")
    _save(cast, typed_credentials(partner_server.url))
    assert "Dernière vérification réussie : le" in cast.page("credentials").replace("\u00a0", " ")
    Connector.objects.update(credentials_refused="Le partenaire refuse l’accès.")
    page = cast.page("credentials")
    assert "Refusés" in page
    assert "Le partenaire refuse l’accès." in page


def test_a_lost_key_says_so_breaks_no_page_and_is_repaired_by_typing_again(
    cast: Cast, partner_server: IndependentPartner, settings: SettingsWrapper
) -> None:
    _save(cast, typed_credentials(partner_server.url))
    settings.CREDENTIAL_KEYS = {"another": b"k" * 32}
    assert "La clé qui protège ce secret n’est pas sur ce serveur" in cast.page("credentials")
    assert "La clé qui protège ce secret" in cast.browser.post(cast.url("check_connection")).content.decode()
    for name in ("connector", "rotation", "credential_overrides", "credential_request", "deposit_paths", "clients", "activation"):
        assert cast.browser.get(cast.url(name)).status_code == 200
    assert "id_client_secret_error" in _save(cast, typed_credentials(partner_server.url, client_secret=""))
    assert "le partenaire les a acceptés" in _save(cast, typed_credentials(partner_server.url))


def test_no_secret_stands_on_a_page_in_an_event_in_the_session_or_in_a_log(
    cast: Cast, partner_server: IndependentPartner, caplog: pytest.LogCaptureFixture
) -> None:
    """Good and wrong ones, saved, tried, replaced and restored: nothing of them comes back."""
    caplog.set_level("DEBUG")
    canaries = [f"c4nary-{number}" for number in range(5)]
    partner_server.secrets = set(canaries[:2])
    url, seen = partner_server.url, []
    steps = [
        ("credentials", typed_credentials(url, client_secret=canaries[4])),
        ("credentials", typed_credentials(url, client_secret=canaries[0])),
        ("credentials", typed_credentials(url, client_secret=canaries[3], id_illibook="")),
        ("check_connection", typed_credentials(url, client_secret=canaries[2])),
        ("check_connection", {}),
        ("rotation", {"client_secret": canaries[2]}),
        ("rotation", {"client_secret": canaries[1]}),
        ("former_secret", {}),
    ]
    for name, typed in steps:
        answers = [cast.browser.post(cast.url(name), typed, follow=True, headers=headers) for headers in ({}, {"HX-Request": "true"})]
        seen += [answer.content.decode() for answer in answers]
    seen += [cast.page(name) for name in ("connector", "credentials", "rotation", "credential_request", "credential_overrides")]
    assert read_credentials(cast.connector)["client_secret"] in canaries
    seen += [str(list(Event.objects.values())), str(dict(cast.browser.session)), caplog.text, str(list(Connector.objects.values()))]
    for text in seen:
        assert not [canary for canary in canaries if canary in text]


def test_the_notice_of_an_automatic_return_stands_on_both_pages(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    fields = provider_class("illinks").credential_fields
    partner_server.secrets = {"second"}
    rotate_secrets(cast.connector, fields, {"client_secret": "second"}, trial_of(cast.connector), timezone.now, None)
    partner_server.secrets = {"s3cret"}
    Connector.objects.update(active=True, credentials_refused="Refusés.")
    cast.connector.refresh_from_db()
    assert return_by_itself(cast.connector, fields, trial_of(cast.connector), timezone.now)
    for name in ("connector", "credentials"):
        assert "Retour automatique à l’ancien secret, le" in messages_of(cast.page(name))
    cast.browser.post(cast.url("check_connection"))
    assert "Retour automatique à l’ancien secret, le" not in messages_of(cast.page("connector"))


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
@given(typed=hostile_texts())
@h_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True, database=None)
def test_two_hundred_hostile_values_in_each_field_are_a_message_or_a_right_value(cast: Cast, name: str, typed: str) -> None:
    """Nobody listens at the address, so that what is right is saved unverified."""
    form = {**typed_credentials(NOWHERE), "unverified": "1", name: typed}
    with transaction.atomic():
        answer = cast.browser.post(cast.url("credentials"), form)
        if answer.status_code == 302:
            assert read_credentials(cast.connector)[name] == unicodedata.normalize("NFC", typed).strip() != ""
        else:
            assert answer.status_code == 200
            assert Page(answer.content.decode()).message_on(name)
            assert b"<script>alert" not in answer.content
            assert not cast.connector.credentials.exists()
        transaction.set_rollback(True)
