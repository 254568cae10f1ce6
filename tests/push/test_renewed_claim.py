"""Claims that waited for their turn: the time in which the end of the body may leave begins when the document is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.domain.states import PushState
from connectors.models import Connector, Push
from connectors.push.claim import claim_documents, renew_claim
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.push.claim import Claimed
    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def claimed(house: House, partner: FakePartner, tmp_path: Path) -> Claimed:
    """The only document."""
    pipeline = Pipeline(house, partner, tmp_path / "owners")
    house.drop("Alice", "a.pdf")
    pipeline.see()
    connector = Connector.objects.get()
    (claimed,) = claim_documents(connector.pk, pipeline.worker.ownership.name, house.clock.now, 1000.0, connector.settings_version)
    return claimed


@pytest.fixture
def waited(claimed: Claimed) -> Claimed:
    """For a minute, which is twice the time that its request may take."""
    return replace(claimed, claimed_at=claimed.claimed_at - 60)


def test_a_fresh_claim_goes_on(claimed: Claimed, house: House, partner: FakePartner) -> None:
    limits = replace(partner.limits, deadline=lambda _: timedelta(hours=1))
    assert renew_claim(claimed, limits, house.clock.forward(minutes=1)) is claimed


def test_a_claim_that_has_waited_begins_again(waited: Claimed, house: House, partner: FakePartner) -> None:
    later = house.clock.forward(minutes=1)
    fresh = renew_claim(waited, partner.limits, later)
    assert fresh is not None
    assert fresh.claimed_at >= waited.claimed_at + 60
    assert Push.objects.get().claimed_at == later


def test_a_claim_that_has_waited_until_somebody_took_the_document_over_is_given_up(
    waited: Claimed, house: House, partner: FakePartner
) -> None:
    before = Push.objects.get().claimed_at
    Push.objects.update(state=PushState.UNKNOWN, next_attempt_at=house.clock.now)
    assert renew_claim(waited, partner.limits, house.clock.forward(minutes=1)) is None
    assert (Push.objects.get().state, Push.objects.get().claimed_at) == (PushState.UNKNOWN, before)
