"""Draining: one thread of a process at a time, and nothing is missed by the one who came too late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connectors.domain.states import PushState
from connectors.models import Connector, Push
from connectors.push.drain import Turn, drain_connector
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def test_who_comes_while_another_thread_drains_leaves_at_once_and_makes_it_look_again(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    turns: list[Turn] = []
    speaking: Any = partner
    connector = Connector.objects.get()

    def come_too_late() -> None:
        turns.append(drain_connector(connector.pk, speaking, pipeline.worker, connector.settings_version))
        partner.before_reading = None

    house.drop("Alice", "a.pdf")
    pipeline.see()
    partner.before_reading = come_too_late
    turns.append(drain_connector(connector.pk, speaking, pipeline.worker, connector.settings_version))
    assert turns == [Turn(claimed=0), Turn(claimed=1)]
    assert (Push.objects.get().state, len(partner.requests)) == (PushState.PUBLISHED, 1)
    assert pipeline.worker.turns.begin(connector.pk)  # nobody's any more


def test_a_document_that_comes_while_the_last_one_is_sent_is_sent_in_the_same_turn(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    speaking: Any = partner
    connector = Connector.objects.get()

    def another_comes() -> None:
        partner.before_reading = None
        house.drop("Bob", "late.pdf", b"%PDF-1.4 late\n%%EOF")
        pipeline.see()
        drain_connector(connector.pk, speaking, pipeline.worker, connector.settings_version)

    house.drop("Alice", "a.pdf")
    pipeline.see()
    partner.before_reading = another_comes
    turn = drain_connector(connector.pk, speaking, pipeline.worker, connector.settings_version)
    assert turn == Turn(claimed=2)
    assert set(Push.objects.values_list("state", flat=True)) == {PushState.PUBLISHED}
