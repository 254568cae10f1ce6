"""A pause holds what is dropped, is told as the reason, and lets everything go when it ends: real files, the real pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.configure.pause import pause_client, pause_path, resume_client, resume_path
from connectors.models import Push
from tests.pipeline import Pipeline
from tests.push.test_explain import only, told

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)

PAUSED = "Les envois de ce client ou de ce chemin sont en pause."


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def _states(house: House) -> dict[str, str]:
    return {name: Push.objects.get(client=house.clients[name]).state for name in ("Alice", "Bob")}


def test_a_paused_client_waits_and_the_others_go(pipeline: Pipeline, house: House) -> None:
    alice = house.clients["Alice"].pk
    pause_client(house.connector, alice, house.clock.now, None)
    path = house.drop("Alice", "facture.pdf")
    house.drop("Bob", "facture.pdf")
    assert PAUSED in told(only(house, path))
    pipeline.run()
    assert _states(house) == {"Alice": "held", "Bob": "published"}
    assert PAUSED in told(only(house, path))
    resume_client(house.connector, alice, house.clock.now, None)
    pipeline.run()
    assert _states(house) == {"Alice": "published", "Bob": "published"}


def test_a_paused_path_waits(pipeline: Pipeline, house: House) -> None:
    pause_path(house.connector, house.path.pk, house.clock.now, None)
    path = house.drop("Alice", "facture.pdf")
    house.drop("Bob", "facture.pdf")
    pipeline.run()
    assert _states(house) == {"Alice": "held", "Bob": "held"}
    assert PAUSED in told(only(house, path))
    resume_path(house.connector, house.path.pk, house.clock.now, None)
    pipeline.run()
    assert _states(house) == {"Alice": "published", "Bob": "published"}
