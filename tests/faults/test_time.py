"""F55, F56: clocks that jump, and machines that sleep. The clock of these tests is the only one that the pipeline reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.domain.outcomes import OutcomeUnknown, PartnerUnavailable
from connectors.domain.states import PushState
from connectors.models import Connector, Push
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)

A_YEAR = timedelta(days=365)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def states() -> set[str]:
    return set(Push.objects.values_list("state", flat=True))


@pytest.mark.parametrize("jump", [A_YEAR, -timedelta(hours=1), -A_YEAR])
@pytest.mark.parametrize("answer", [PartnerUnavailable("Indisponible."), OutcomeUnknown("Réponse perdue."), None])
def test_f55_a_clock_that_jumps_doubles_and_starves_nothing(
    pipeline: Pipeline, house: House, partner: FakePartner, jump: timedelta, answer: Exception | None
) -> None:
    house.drop("Alice", "avant.pdf")
    partner.answers = [answer]
    pipeline.run()
    house.drop("Bob", "pendant.pdf", b"%PDF-1.4 b\n%%EOF")
    pipeline.see()
    house.clock.now += jump
    house.drop("Alice", "apres.pdf", b"%PDF-1.4 c\n%%EOF")
    for _ in range(9):  # an hour and a half: what had been due before an hour was set back is due after it
        pipeline.run()
        house.clock.forward(minutes=10)
    assert states() == {PushState.PUBLISHED}
    assert len(partner.received) == 3
    assert all(partner.requests.count(reference) <= 2 for reference in partner.received)


def test_f55_a_clock_that_was_a_year_ahead_leaves_no_pause_and_no_queue_behind(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    later = house.clock.now + A_YEAR
    Connector.objects.update(paused_until=later, next_slot_at=later, failures=3)
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert states() == {PushState.PUBLISHED}


@pytest.mark.parametrize("night", [datetime(2026, 3, 29, 0, 59, 50, tzinfo=UTC), datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC)])
def test_f55_a_night_in_which_the_clocks_change_is_a_night(pipeline: Pipeline, house: House, partner: FakePartner, night: datetime) -> None:
    house.clock.now = night
    house.drop("Alice", "a.pdf")
    partner.answers = [PartnerUnavailable("Indisponible.")]
    pipeline.run()
    for _ in range(12):
        house.clock.forward(seconds=5)
        pipeline.send()
    assert states() == {PushState.PUBLISHED}
    assert len(partner.requests) == 2


@pytest.mark.parametrize(
    ("moment", "millesime"),
    [
        (datetime(2026, 12, 31, 22, 59, 50, tzinfo=UTC), 2026),  # ten seconds before midnight in Paris
        (datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC), 2027),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), 2028),
    ],
)
def test_f55_the_millesime_is_that_of_the_deposit_in_paris_however_late_it_is_sent(
    pipeline: Pipeline, house: House, partner: FakePartner, moment: datetime, millesime: int
) -> None:
    house.clock.now = moment
    house.drop("Alice", "a.pdf")
    pipeline.watcher.look(set())
    partner.answers = [PartnerUnavailable("Indisponible.")]
    pipeline.run()
    house.clock.forward(days=3)
    pipeline.send()
    push = Push.objects.get()
    assert (push.state, push.millesime) == (PushState.PUBLISHED, millesime)
    assert f"/DOSSIER COMPTABLE/{millesime}/" in push.archive_path
    assert (house.root / push.archive_path).is_file()
    assert next(iter(partner.received.values()))[0].millesime == str(millesime)


def test_f56_a_host_that_slept_for_hours_goes_on_without_a_storm(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    for number in range(20):
        house.drop("Alice", f"{number}.pdf", b"%%PDF-1.4 %d\n%%%%EOF" % number)
    partner.answers = [PartnerUnavailable("Indisponible.")] * 3
    pipeline.run()
    house.clock.forward(hours=8)
    for _ in range(4):
        pipeline.send()
        house.clock.forward(seconds=30)
    assert states() == {PushState.PUBLISHED}
    assert len(partner.requests) == 23
