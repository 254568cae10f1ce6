"""A new secret beside the old one, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.configure.credentials import CredentialsIncomplete, read_credentials, save_credentials, shown_credentials
from connectors.configure.rotation import CredentialsChanged, former_credentials, return_to_former, rotate_secrets
from connectors.domain.states import PushState
from connectors.models import Connector, Event, Push
from connectors.providers.illinks.fields import FIELDS
from tests.configure.account import CANARY, Account, accepted, stored_account, typed

if TYPE_CHECKING:
    from tests.conftest import Clock, House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def connector() -> Connector:
    return stored_account(NOW)


def rotate(connector: Connector, account: Account, secret: str = "second", minutes: int = 5) -> list[bool]:
    now = NOW + timedelta(minutes=minutes)
    checks = rotate_secrets(connector, FIELDS, {"client_secret": secret}, account.build, lambda: now, None)
    return [check.passed for check in checks]


def secret_of(connector: Connector) -> str:
    return read_credentials(connector)["client_secret"]


def test_a_secret_that_passes_is_in_service_and_the_old_one_is_kept(connector: Connector) -> None:
    account = Account(secrets={CANARY, "second"})
    assert rotate(connector, account) == [True, True]
    assert secret_of(connector) == "second"
    assert former_credentials(connector) == typed()
    assert (account.asked, account.closed) == (["second"], 1)
    event = Event.objects.get(detail__rotated=["client_secret"])
    assert event.text == "Secret remplacé : Client secret"
    assert CANARY not in str(event.detail) + event.text


@pytest.mark.parametrize("account", [Account(), Account(reachable=False)], ids=["refused", "unreachable"])
def test_one_that_does_not_pass_changes_nothing(connector: Connector, account: Account) -> None:
    version = connector.settings_version
    assert rotate(connector, account)[-1] is False
    connector.refresh_from_db()
    assert (secret_of(connector), connector.settings_version) == (CANARY, version)
    assert former_credentials(connector) == {}


@pytest.mark.parametrize(("secret", "message"), [("", "Saisissez le nouveau secret."), (CANARY, "C’est le secret actuel")])
def test_what_is_no_new_secret_says_so_on_its_field(connector: Connector, secret: str, message: str) -> None:
    account = Account()
    with pytest.raises(CredentialsIncomplete) as incomplete:
        rotate(connector, account, secret)
    assert message in incomplete.value.problems["client_secret"]
    assert account.asked == []


def test_nothing_can_be_replaced_before_everything_is_there(connector: Connector) -> None:
    connector.credentials.filter(field="ws_user").delete()
    with pytest.raises(CredentialsIncomplete):
        rotate(connector, Account())


def test_what_somebody_changed_during_the_trial_is_not_overwritten(connector: Connector) -> None:
    def meanwhile() -> None:
        save_credentials(connector, FIELDS, typed(client_secret="third"), [accepted()], NOW, None)

    with pytest.raises(CredentialsChanged):
        rotate(connector, Account(secrets={"second"}, meanwhile=meanwhile))
    assert secret_of(connector) == "third"


def test_the_way_back_is_tried_first_and_leads_forth_again(connector: Connector) -> None:
    account = Account(secrets={CANARY, "second"})
    rotate(connector, account)
    for expected in (CANARY, "second"):
        assert return_to_former(connector, FIELDS, account.build, lambda: NOW, None)
        assert secret_of(connector) == expected
    assert account.asked == ["second", CANARY, "second"]


def test_the_way_back_is_closed_when_the_partner_refuses_the_former_secret(connector: Connector) -> None:
    rotate(connector, Account(secrets={"second"}))
    checks = return_to_former(connector, FIELDS, Account(secrets={"second"}).build, lambda: NOW, None)
    assert checks[-1].passed is False
    assert secret_of(connector) == "second"


def test_without_a_former_secret_there_is_nothing_to_try(connector: Connector) -> None:
    account = Account()
    assert return_to_former(connector, FIELDS, account.build, lambda: NOW, None) == []
    assert account.asked == []


def test_the_way_back_does_not_overwrite_what_somebody_changed(connector: Connector) -> None:
    rotate(connector, Account(secrets={"second"}))

    def meanwhile() -> None:
        save_credentials(connector, FIELDS, typed(client_secret="third"), [accepted()], NOW, None)

    with pytest.raises(CredentialsChanged):
        return_to_former(connector, FIELDS, Account(meanwhile=meanwhile).build, lambda: NOW, None)
    assert secret_of(connector) == "third"


def test_another_address_has_no_former_secret(connector: Connector) -> None:
    rotate(connector, Account(secrets={"second"}))
    save_credentials(connector, FIELDS, typed(client_secret="third", uri="https://ailleurs.example/ws"), [accepted()], NOW, None)
    assert shown_credentials(connector)["client_secret"].former is None


def test_documents_flow_with_the_old_secret_while_the_new_one_is_tried(house: House, clock: Clock) -> None:
    """The trial neither stops the connector nor touches its settings until it has passed."""
    connector = house.connector
    save_credentials(connector, FIELDS, typed(), [accepted()], clock.now, None)
    version = connector.settings_version
    seen: list[tuple[int, bool, str]] = []

    def meanwhile() -> None:
        row = Connector.objects.get(pk=connector.pk)
        seen.append((row.settings_version, row.active and not row.credentials_refused, secret_of(row)))

    rotate(connector, Account(secrets={"second"}, meanwhile=meanwhile))
    assert seen == [(version, True, CANARY)]


def test_documents_that_waited_for_a_good_secret_go_on(house: House, clock: Clock) -> None:
    connector = house.connector
    save_credentials(connector, FIELDS, typed(), [accepted()], clock.now, None)
    push = Push(connector=connector, client=house.clients["Alice"], folder="Dossier Alice/DEPOT", state=PushState.HELD, cause="credentials")
    push.seen_at = push.identity_at = push.changed_at = clock.now
    push.set_name(b"facture.pdf")
    push.save()
    Connector.objects.update(credentials_refused="Refusés.")
    rotate(connector, Account(secrets={"second"}))
    push.refresh_from_db()
    connector.refresh_from_db()
    assert (push.state, connector.credentials_refused) == (PushState.WAITING, "")
