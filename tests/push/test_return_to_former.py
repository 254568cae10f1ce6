"""A secret was replaced, and the partner refuses it soon after: the product's own tasks go back to the former one, and documents flow on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from connectors import tasks
from connectors.configure.automatic_return import ENDED, PAUSE, TRIED, last_automatic_return
from connectors.configure.credentials import read_credentials, save_credentials
from connectors.configure.rotation import rotate_secrets
from connectors.models import AccessToken, Connector, Event, Push
from connectors.providers.illinks.provider import IllinksProvider
from tests.partner import IndependentPartner
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = IllinksProvider.credential_fields
GOOD = {"client_id": "id", "client_secret": "s3cret", "id_illibook": "I", "ws_user": "W", "id_correspondance": "C"}


@pytest.fixture
def real(house: House, settings: SettingsWrapper, tmp_path: Path) -> Iterator[IndependentPartner]:
    """A partner over HTTP that takes both secrets; the new one is in service."""
    settings.ALLOW_LOOPBACK, settings.DOSSIERS_DIR, settings.OWNERS_DIR, settings.LANES = True, house.root, tmp_path / "own", 1
    tasks._worker.cache_clear()
    server = IndependentPartner()
    server.secrets = {"s3cret", "second"}
    save_credentials(house.connector, FIELDS, GOOD | {"uri": server.url}, [], timezone.now(), None)
    rotate_secrets(house.connector, FIELDS, {"client_secret": "second"}, tasks.trial_of(house.connector), timezone.now, None)
    yield server
    server.stop()
    tasks._worker.cache_clear()


@pytest.fixture
def pipeline(house: House, partner: FakePartner, real: IndependentPartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def drop_some(house: House, pipeline: Pipeline, count: int = 3) -> None:
    for number in range(count):
        house.drop("Alice", f"{number}.pdf", b"%%PDF-1.4 %d\n%%%%EOF" % number)
    pipeline.see()


def states() -> dict[str, int]:
    return {state.value: count for state, count in Push.objects.counts().items()}


def secret() -> str:
    return read_credentials(Connector.objects.get())["client_secret"]


def test_the_new_secret_sends_while_the_partner_takes_it(house: House, pipeline: Pipeline, real: IndependentPartner) -> None:
    drop_some(house, pipeline)
    tasks.sweep()
    assert (states(), secret()) == ({"published": 3}, "second")
    assert not Event.objects.filter(kind=TRIED).exists()


def test_a_refused_new_secret_is_left_for_the_former_one_and_nothing_is_lost(
    house: House, pipeline: Pipeline, real: IndependentPartner
) -> None:
    real.secrets = {"s3cret"}
    drop_some(house, pipeline)
    tasks.drain(house.connector.pk)
    assert secret() == "s3cret"
    assert last_automatic_return(house.connector) is not None
    tasks.sweep()
    assert states() == {"published": 3}
    assert set(real.stored.values()) == {1}


def test_a_refusal_whose_worker_died_is_taken_up_by_the_next_sweep(house: House, pipeline: Pipeline, real: IndependentPartner) -> None:
    real.secrets = {"s3cret"}
    Connector.objects.update(credentials_refused="Refusés.")
    tasks.sweep()
    assert (secret(), Connector.objects.get().credentials_refused) == ("s3cret", "")


def test_a_partner_that_refuses_both_is_asked_once(house: House, pipeline: Pipeline, real: IndependentPartner) -> None:
    real.secrets = set()
    drop_some(house, pipeline)
    for _ in range(4):
        tasks.sweep()
    assert (states(), secret()) == ({"held": 3}, "second")
    assert Event.objects.filter(kind=ENDED).count() == 1
    tries = [arrival for arrival in real.journal if arrival.route == "token"]
    assert len(tries) <= 5  # the rotation, the documents, and one trial of each secret


def test_a_partner_that_is_away_during_the_trial_is_asked_later(house: House, pipeline: Pipeline, real: IndependentPartner) -> None:
    Connector.objects.update(credentials_refused="Refusés.")
    real.stop()
    tasks.sweep()
    tasks.sweep()
    line = Event.objects.get(kind=TRIED)
    assert timedelta(0) <= timezone.now() - line.at < PAUSE
    assert secret() == "second"


def test_the_access_token_of_the_refused_secret_is_forgotten(house: House, pipeline: Pipeline, real: IndependentPartner) -> None:
    drop_some(house, pipeline, 1)
    tasks.sweep()
    assert AccessToken.objects.get().sealed
    real.secrets = {"s3cret"}
    Connector.objects.update(credentials_refused="Refusés.")
    tasks.sweep()
    assert AccessToken.objects.get().sealed is None


def test_a_trial_that_fails_in_an_unforeseen_way_does_not_stop_the_sweep(
    house: House, pipeline: Pipeline, real: IndependentPartner, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    Connector.objects.update(credentials_refused="Refusés.")
    monkeypatch.setattr(tasks, "trial_of", lambda _connector: None)
    assert tasks.sweep() is False
    assert "is tried another time" in caplog.text
