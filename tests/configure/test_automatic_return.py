"""Refused soon after a rotation: the former secret is tried, once for all workers, and restored when it is accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from connectors.configure.automatic_return import (
    ATTENTION,
    ENDED,
    MOST_TRIES,
    PAUSE,
    TRIED,
    last_automatic_return,
    refused_after_rotation,
    return_by_itself,
)
from connectors.configure.credentials import read_credentials, save_credentials
from connectors.configure.rotation import former_credentials, rotate_secrets
from connectors.models import Connector, Event
from connectors.providers.illinks.fields import FIELDS
from tests.configure.account import CANARY, Account, accepted, stored_account, typed
from tests.conftest import Clock

REFUSED = "Le partenaire ne reconnaît pas le Client ID ou le Client secret."
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    return clock


@pytest.fixture
def connector(clock: Clock) -> Connector:
    """The secret was replaced an hour ago, and is refused now."""
    connector = stored_account(clock.now)
    rotate_secrets(connector, FIELDS, {"client_secret": "second"}, Account(secrets={"second"}).build, clock, None)
    clock.forward(hours=1)
    refuse(connector)
    return connector


def refuse(connector: Connector) -> None:
    Connector.objects.filter(pk=connector.pk).update(credentials_refused=REFUSED)
    connector.refresh_from_db()


def go_back(connector: Connector, account: Account, clock: Clock) -> bool:
    return return_by_itself(connector, FIELDS, account.build, clock)


def kinds(connector: Connector) -> list[str]:
    return list(Event.objects.filter(connector=connector, kind__in=[TRIED, ENDED]).values_list("kind", flat=True))


def test_the_former_secret_is_restored_with_a_line_and_a_notice(connector: Connector, clock: Clock) -> None:
    assert list(refused_after_rotation(clock.now)) == [connector]
    assert go_back(connector, Account(), clock)
    assert read_credentials(connector) == typed()
    assert (connector.credentials_refused, connector.credentials_checked_at) == ("", clock.now)
    notice = last_automatic_return(connector)
    assert notice is not None
    assert notice.text == "Retour automatique à l’ancien secret : Client secret. Le partenaire refusait le nouveau"
    assert former_credentials(connector) == {}


def test_the_notice_goes_when_somebody_changes_the_credentials(connector: Connector, clock: Clock) -> None:
    go_back(connector, Account(), clock)
    save_credentials(connector, FIELDS, typed(client_secret="third"), [accepted()], clock.now, None)
    assert last_automatic_return(connector) is None


def test_a_secret_that_is_refused_too_ends_it(connector: Connector, clock: Clock) -> None:
    account = Account(secrets=set())
    assert not go_back(connector, account, clock)
    assert account.asked == ["second", CANARY]
    clock.forward(hours=2)
    assert not go_back(connector, account, clock)
    assert len(account.asked) == 2
    assert read_credentials(connector)["client_secret"] == "second"
    assert kinds(connector) == [TRIED, ENDED]


def test_a_refusal_that_the_secret_has_not_caused_changes_nothing(connector: Connector, clock: Clock) -> None:
    """A 403 on the upload alone: both secrets pass the checks, and the new one stays."""
    account = Account(secrets={CANARY, "second"})
    assert not go_back(connector, account, clock)
    assert account.asked == ["second"]
    assert read_credentials(connector)["client_secret"] == "second"
    assert kinds(connector) == [TRIED, ENDED]


def test_a_partner_that_is_away_is_asked_again_later_but_not_for_ever(connector: Connector, clock: Clock) -> None:
    away = Account(reachable=False)
    for _ in range(MOST_TRIES + 3):
        assert not go_back(connector, away, clock)
        assert not go_back(connector, away, clock)  # the next worker, at once
        clock.forward(minutes=PAUSE.total_seconds() / 60 + 1)
    assert kinds(connector) == [TRIED] * MOST_TRIES


def test_it_goes_away_between_the_two_questions(connector: Connector, clock: Clock) -> None:
    account = Account(secrets=set())
    account.meanwhile = lambda: setattr(account, "reachable", False)
    assert not go_back(connector, account, clock)
    assert kinds(connector) == [TRIED]
    account = Account()
    clock.forward(minutes=PAUSE.total_seconds() / 60 + 1)
    assert go_back(connector, account, clock)


def test_a_day_after_the_rotation_a_refusal_waits_for_a_person(connector: Connector, clock: Clock) -> None:
    clock.forward(hours=ATTENTION.total_seconds() / 3600)
    account = Account()
    assert not refused_after_rotation(clock.now).exists()
    assert not go_back(connector, account, clock)
    assert account.asked == []


@pytest.mark.parametrize("change", [{"active": False}, {"credentials_refused": ""}], ids=["inactive", "not refused"])
def test_nothing_is_tried_without_need(connector: Connector, clock: Clock, change: dict[str, object]) -> None:
    Connector.objects.update(**change)
    account = Account()
    assert not go_back(connector, account, clock)
    assert account.asked == []


def test_a_first_secret_has_nothing_to_go_back_to(clock: Clock) -> None:
    connector = stored_account(clock.now)
    refuse(connector)
    assert not refused_after_rotation(clock.now).exists()
    assert not go_back(connector, Account(), clock)


def test_a_repair_during_the_trial_wins(connector: Connector, clock: Clock) -> None:
    account = Account()

    def meanwhile() -> None:
        if account.asked == ["second", CANARY]:
            save_credentials(connector, FIELDS, typed(client_secret="third"), [accepted()], clock.now, None)

    account.meanwhile = meanwhile
    assert not go_back(connector, account, clock)
    assert read_credentials(connector)["client_secret"] == "third"


def test_a_secret_without_its_key_is_left_to_a_person(connector: Connector, clock: Clock, settings: object) -> None:
    connector.credentials.filter(field="client_secret").update(former=b"\x01x")
    assert not go_back(connector, Account(), clock)
    assert kinds(connector) == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="the tests' SQLite is in memory, where writers do not wait for one another")
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_tries(clock: Clock) -> None:
    connector = stored_account(clock.now)
    rotate_secrets(connector, FIELDS, {"client_secret": "second"}, Account(secrets={"second"}).build, clock, None)
    clock.forward(minutes=30)
    refuse(connector)
    account, restored, barrier = Account(), [], Barrier(8)

    def work() -> None:
        try:
            own = Connector.objects.get(pk=connector.pk)
            barrier.wait(timeout=30)
            restored.append(go_back(own, account, clock))
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(restored) == [False] * 7 + [True]
    assert account.asked == ["second", CANARY]
    assert read_credentials(connector) == typed()
    assert Event.objects.filter(detail__automatic=True).count() == 1


def test_the_next_rotation_is_watched_again(connector: Connector, clock: Clock) -> None:
    assert go_back(connector, Account(), clock)
    rotate_secrets(connector, FIELDS, {"client_secret": "third"}, Account(secrets={"third"}).build, clock, None)
    clock.forward(minutes=1)
    refuse(connector)
    assert go_back(connector, Account(), clock)
    assert read_credentials(connector) == typed()
    assert clock.now - datetime(2026, 11, 24, 9, 0, tzinfo=UTC) < timedelta(days=1)
