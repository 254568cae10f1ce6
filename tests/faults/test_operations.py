"""F58, F59: keys that are lost or turned, and settings that change while documents move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors import tasks
from connectors.configure.activation import deactivate_connector
from connectors.configure.clients import select_clients
from connectors.configure.credentials import save_credentials
from connectors.configure.deposit_paths import save_deposit_paths
from connectors.configure.path_row import PathRow
from connectors.models import Connector, Push
from connectors.providers.illinks.provider import IllinksProvider
from connectors.push.drain import drain_connector
from tests.conftest import ARCHIVE, DEPOSIT
from tests.partner import IndependentPartner
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.conftest import FakePartner, House

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ledger_file")]  # the tasks send in several threads

OLD, NEW = ("k1", b"1" * 32), ("k2", b"2" * 32)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


@pytest.fixture
def real(house: House, settings: SettingsWrapper, tmp_path: Path) -> Iterator[IndependentPartner]:
    """A partner process of its own, credentials under the old key, and the product's own tasks."""
    settings.ALLOW_LOOPBACK, settings.DOSSIERS_DIR, settings.OWNERS_DIR = True, house.root, tmp_path / "own"
    settings.CREDENTIAL_KEYS = dict([OLD])
    tasks._worker.cache_clear()
    server = IndependentPartner()
    values = {"client_id": "id", "client_secret": "s3cret", "id_illibook": "I", "ws_user": "W", "id_correspondance": "C", "uri": server.url}
    save_credentials(house.connector, IllinksProvider.credential_fields, values, [], house.clock.now, None)
    yield server
    server.stop()
    tasks._worker.cache_clear()


def drop_some(house: House, count: int) -> None:
    for number in range(count):
        house.drop("Alice", f"{number}.pdf", b"%%PDF-1.4 %d\n%%%%EOF" % number)


def by_state() -> dict[str, int]:
    return {state.value: count for state, count in Push.objects.counts().items()}


def test_f58_a_missing_key_blocks_only_its_connector_and_says_so(
    pipeline: Pipeline, house: House, real: IndependentPartner, settings: SettingsWrapper
) -> None:
    drop_some(house, 3)
    pipeline.see()
    settings.CREDENTIAL_KEYS = dict([NEW])
    tasks.sweep()
    assert "clé" in Connector.objects.get().credentials_refused
    assert by_state() == {"waiting": 3}
    assert not real.uploads
    settings.CREDENTIAL_KEYS = dict([NEW, OLD])  # the old one was put back beside the new one
    Connector.objects.update(credentials_refused="")
    tasks.sweep()
    assert by_state() == {"published": 3}
    assert len(real.uploads) == len(set(real.uploads)) == 3


def test_f58_a_blob_that_was_moved_to_another_row_blocks_the_connector(pipeline: Pipeline, house: House, real: IndependentPartner) -> None:
    drop_some(house, 1)
    pipeline.see()
    house.connector.credentials.filter(field="uri").update(value="https://elsewhere.example/ws")
    tasks.sweep()
    assert "saisissez-le de nouveau" in Connector.objects.get().credentials_refused
    assert not real.uploads


def test_f59_what_is_under_way_ends_with_the_settings_that_it_began_with(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    drop_some(house, 6)
    pipeline.see()

    def reclassify() -> None:
        partner.before_reading = None
        row = PathRow(DEPOSIT, ARCHIVE.replace("PIECES", "NOUVELLES PIECES"), "FISCAL", "TVA", pk=house.path.pk)
        save_deposit_paths(house.connector, [row], house.clock.now, None)

    partner.before_reading = reclassify
    pipeline.send()
    pipeline.send()
    assert by_state() == {"published": 6}
    sent = [document.classification.domaine for document, _ in partner.received.values()]
    assert sorted(sent) == ["ACHATS"] + ["FISCAL"] * 5
    for push in Push.objects.all():
        assert ("NOUVELLES" in push.archive_path) == (push.domaine == "FISCAL")
        assert (house.root / push.archive_path).is_file()
    assert len(partner.requests) == 6


def test_f59_a_connector_that_is_switched_off_stops_after_the_document_that_is_leaving(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    drop_some(house, 6)
    pipeline.see()
    partner.before_reading = lambda: deactivate_connector(house.connector, house.clock.now, None)
    pipeline.send()
    assert len(partner.requests) == 1
    assert by_state() == {"published": 1, "waiting": 5}


def test_f59_a_client_that_is_taken_out_stops_after_the_document_that_is_leaving(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    drop_some(house, 4)
    pipeline.see()
    others = [house.clients["Bob"].pk, house.clients["Charlie"].pk]
    partner.before_reading = lambda: select_clients(house.connector, others, house.clock.now, None)
    pipeline.send()
    pipeline.send()
    assert len(partner.requests) == 1
    assert by_state() == {"published": 1, "held": 3}


def test_f59_who_holds_old_credentials_claims_nothing(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    drop_some(house, 2)
    pipeline.see()
    before = house.connector.settings_version
    select_clients(house.connector, [client.pk for client in house.clients.values()], house.clock.now, None)
    assert drain_connector(house.connector.pk, partner, pipeline.worker, before - 1).claimed == 0
    assert by_state() == {"waiting": 2}
