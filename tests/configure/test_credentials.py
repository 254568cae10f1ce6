"""The credentials as a use case: to whom the secrets go, what the trail says, what is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.configure.credential_state import credential_state
from connectors.configure.credentials import (
    CredentialsIncomplete,
    merged_credentials,
    read_credentials,
    save_credentials,
    seal_problem,
    shown_credentials,
)
from connectors.configure.restore_credentials import restore_credentials
from connectors.configure.trial import try_stored
from connectors.models import AccessToken, Connector, Credential, Event
from connectors.models.sealing import SealBroken
from connectors.providers.illinks.fields import FIELDS
from connectors.providers.illinks.provider import IllinksProvider
from tests.configure.account import CANARY, URI, Account, accepted, stored_account, typed

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
ELSEWHERE = "https://ailleurs.example/ws"
MOVES = [pytest.param({"uri": ELSEWHERE}, id="origin"), pytest.param({"ws_user": "ws-2"}, id="ws_user")]
pytestmark = pytest.mark.django_db


@pytest.fixture
def connector() -> Connector:
    return stored_account(NOW)


def details(connector: Connector) -> list[dict[str, object]]:
    return list(Event.objects.filter(connector=connector, kind="settings.credentials").values_list("detail", flat=True))


@pytest.mark.parametrize("moved", MOVES)
def test_a_stored_secret_never_goes_to_another_origin_or_user(connector: Connector, moved: dict[str, str]) -> None:
    with pytest.raises(CredentialsIncomplete) as incomplete:
        merged_credentials(connector, FIELDS, typed(client_secret="", **moved))
    assert "saisissez le secret de nouveau" in incomplete.value.problems["client_secret"]
    assert merged_credentials(connector, FIELDS, typed(client_secret="new", **moved))["client_secret"] == "new"


@pytest.mark.parametrize("same", [{"uri": "https://CABINET.illinks.example:443/ws/v2"}, {"id_illibook": "IB-2"}])
def test_it_stays_where_only_the_rest_has_changed(connector: Connector, same: dict[str, str]) -> None:
    assert merged_credentials(connector, FIELDS, typed(client_secret="", **same))["client_secret"] == CANARY


@pytest.mark.parametrize("moved", MOVES)
def test_going_back_to_an_earlier_version_empties_the_secrets_too(connector: Connector, moved: dict[str, str]) -> None:
    save_credentials(connector, FIELDS, typed(client_secret="second", **moved), [accepted()], LATER, None)
    assert restore_credentials(connector, FIELDS, typed(), LATER, None) == ["client_secret"]
    assert read_credentials(connector) == {name: value for name, value in typed().items() if name != "client_secret"}
    assert connector.credentials_checked_at is None
    assert credential_state(connector, FIELDS).text == "À renseigner : Client secret."
    assert details(connector)[-1]["emptied"] == ["client_secret"]


def test_going_back_to_what_stands_there_changes_nothing(connector: Connector) -> None:
    version = connector.settings_version
    assert restore_credentials(connector, FIELDS, typed(), LATER, None) == []
    connector.refresh_from_db()
    assert (connector.settings_version, bool(connector.credentials_checked_at)) == (version, True)


def test_going_back_leaves_the_secret_where_the_account_is_the_same(connector: Connector) -> None:
    save_credentials(connector, FIELDS, typed(id_illibook="IB-2"), [accepted()], LATER, None)
    assert restore_credentials(connector, FIELDS, {"id_illibook": "IB-1"}, LATER, None) == []
    assert read_credentials(connector) == typed()
    assert credential_state(connector, FIELDS).kind == "unverified"


def test_going_back_to_a_time_without_credentials_leaves_none(connector: Connector) -> None:
    empty = dict.fromkeys(typed(), "")
    assert restore_credentials(connector, FIELDS, empty, LATER, None) == ["client_secret"]
    assert not connector.credentials.exists()


def test_a_test_of_the_stored_ones_goes_to_the_stored_address_only(connector: Connector) -> None:
    """Whoever changes the address in the database by hand has no secret to send there."""
    connector.credentials.filter(field="uri").update(value=ELSEWHERE)
    account = Account()
    checks = try_stored(connector, IllinksProvider, account.build, lambda: LATER)
    assert "saisissez-le de nouveau" in checks[0].message
    assert account.asked == []


def test_the_trail_says_what_was_public_and_only_the_names_of_secrets(connector: Connector) -> None:
    save_credentials(connector, FIELDS, typed(client_secret="second", id_illibook="IB-2"), [accepted()], LATER, None)
    assert details(connector)[-1] == {
        "version": connector.settings_version,
        "values": {"id_illibook": ["IB-1", "IB-2"]},
        "secrets": ["client_secret"],
    }
    text = json.dumps(list(Event.objects.values("text", "detail")))
    assert CANARY not in text
    assert "second" not in text


def test_no_column_of_the_database_holds_a_secret(connector: Connector) -> None:
    save_credentials(connector, FIELDS, typed(client_secret=f"{CANARY}-2"), [accepted()], LATER, None)
    for row in Credential.objects.all():
        assert CANARY not in row.value
        assert CANARY.encode() not in bytes(row.sealed or b"") + bytes(row.former or b"")


def test_what_did_not_change_keeps_its_moment(connector: Connector) -> None:
    save_credentials(connector, FIELDS, typed(id_illibook="IB-2"), [accepted()], LATER, None)
    moments = {name: row.set_at for name, row in shown_credentials(connector).items()}
    assert moments.pop("id_illibook") == LATER
    assert set(moments.values()) == {NOW}


def test_a_new_secret_of_the_same_account_keeps_the_former_one(connector: Connector) -> None:
    save_credentials(connector, FIELDS, typed(client_secret="second"), [accepted()], LATER, None)
    assert shown_credentials(connector)["client_secret"].former
    save_credentials(connector, FIELDS, typed(client_secret="second", client_id="other"), [accepted()], LATER, None)
    assert not shown_credentials(connector)["client_secret"].former


def test_saved_credentials_do_not_use_the_access_token_of_before(connector: Connector) -> None:
    AccessToken.objects.create(connector=connector, sealed=b"old", expires_at=LATER)
    save_credentials(connector, FIELDS, typed(client_secret="second"), [accepted()], LATER, None)
    assert AccessToken.objects.get().sealed is None


def test_credentials_that_nobody_tried_say_since_when(connector: Connector) -> None:
    save_credentials(connector, FIELDS, typed(id_illibook="IB-2"), [], LATER, None)
    state = credential_state(connector, FIELDS)
    assert (state.kind, state.since) == ("unverified", LATER)


def test_a_refusal_is_told_until_somebody_repairs_it(connector: Connector) -> None:
    connector.credentials_refused = "Refusés."
    assert credential_state(connector, FIELDS).text == "Refusés."


@pytest.fixture
def lost_key(connector: Connector, settings: SettingsWrapper) -> Connector:
    settings.CREDENTIAL_KEYS = {"another": b"k" * 32}
    return connector


def test_without_its_key_a_secret_says_so_and_can_be_typed_again(lost_key: Connector) -> None:
    assert "La clé qui protège ce secret" in seal_problem(lost_key)
    assert credential_state(lost_key, FIELDS).kind == "broken"
    with pytest.raises(CredentialsIncomplete) as incomplete:
        merged_credentials(lost_key, FIELDS, typed(client_secret=""))
    assert list(incomplete.value.problems) == ["client_secret"]
    values = merged_credentials(lost_key, FIELDS, typed(client_secret="again"))
    save_credentials(lost_key, FIELDS, values, [accepted()], LATER, None)
    assert read_credentials(lost_key)["client_secret"] == "again"


@pytest.mark.parametrize("kept", [1, 3, 8, 12, 24, -1])
def test_a_secret_that_was_cut_short_is_a_broken_seal(connector: Connector, kept: int) -> None:
    sealed = bytes(shown_credentials(connector)["client_secret"].sealed or b"")
    connector.credentials.filter(field="client_secret").update(sealed=sealed[:kept])
    with pytest.raises(SealBroken):
        read_credentials(connector)


def test_credentials_that_change_during_a_test_do_not_count_as_verified(connector: Connector) -> None:
    def meanwhile() -> None:
        save_credentials(connector, FIELDS, typed(client_secret="second"), [], LATER, None)

    checks = try_stored(connector, IllinksProvider, Account(meanwhile=meanwhile).build, lambda: LATER)
    assert all(check.passed for check in checks)
    connector.refresh_from_db()
    assert connector.credentials_checked_at is None


def test_nothing_is_asked_as_long_as_something_is_missing(connector: Connector) -> None:
    connector.credentials.filter(field="ws_user").delete()
    account = Account()
    checks = try_stored(connector, IllinksProvider, account.build, lambda: LATER)
    assert [check.message for check in checks] == ["Il manque des identifiants."]
    assert account.asked == []


def test_the_address_stands_in_the_seal(connector: Connector) -> None:
    assert shown_credentials(connector)["uri"].value == URI
    assert read_credentials(connector)["client_secret"] == CANARY
