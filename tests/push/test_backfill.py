"""Backfills: what was there before the activation, asked for, taken up little by little, and given back as long as it was not sent."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from connectors.configure.activation import deactivate_connector
from connectors.configure.backfill import (
    Criteria,
    cancel_backfill,
    choose,
    count_chosen,
    modified_at,
    pause_backfill,
    resume_backfill,
    start_backfill,
)
from connectors.configure.dry_run import CountChanged, start_dry_run
from connectors.domain.states import PushState
from connectors.models import Backfill, Event, Push
from connectors.push.auditing.inspection import Inspection
from connectors.push.auditing.reconcile import reconcile
from connectors.push.backfill import advance_backfill, advance_backfills
from connectors.push.explaining.explanation import Circumstances
from connectors.push.explaining.known_document import explain_push
from connectors.push.explaining.story import GIVEN_BACK, TAKEN_UP
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)

OLD, YOUNG = datetime(2024, 3, 1, 12, tzinfo=UTC), datetime(2026, 6, 15, 12, tzinfo=UTC)
JUNE = Criteria(since=date(2026, 6, 1), until=date(2026, 6, 30))


def lay_down(house: House, count: int, written: datetime, name: str = "ancien", client: str = "Alice") -> None:
    for number in range(count):
        path = house.drop(client, f"{name} {number:03d}.pdf", f"%PDF-1.4 {name} {number}\n%%EOF".encode())
        os.utime(path, (written.timestamp(), written.timestamp()))


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    """132 files of 2024 and ten of June 2026 were there at the activation."""
    lay_down(house, 132, OLD)
    lay_down(house, 10, YOUNG, "juin")
    return Pipeline(house, partner, tmp_path / "owners")


def ask_for(house: House, criteria: Criteria = JUNE, per_minute: int = 60) -> Backfill:
    expected = choose(house.connector, criteria).count()
    return start_backfill(house.connector, criteria, per_minute, expected, house.clock.now, None)


def advance(house: House, seconds: float) -> int:
    return advance_backfills(house.clock.forward(seconds=seconds))


def finish(pipeline: Pipeline, house: House, rounds: int = 6) -> None:
    for _ in range(rounds):
        advance(house, 20)
        pipeline.run()


def differences(house: House) -> list[str]:
    inspection = Inspection([house.connector], house.store, house.clock.now, lambda _: True, lambda _: None)
    return [found.kind for found in reconcile(inspection)]


def test_ten_of_142_old_files_are_sent_by_their_date_and_the_others_stay(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    pipeline.run()
    assert Push.objects.counts() == {PushState.PRIOR: 142}
    assert count_chosen(house.connector, JUNE).count == 10
    backfill = ask_for(house)
    finish(pipeline, house)
    assert Push.objects.counts() == {PushState.PRIOR: 132, PushState.PUBLISHED: 10}
    assert len(partner.requests) == len(partner.received) == 10
    assert all(b"juin" in body for _, body in partner.received.values())
    assert len(list(house.folder("Alice").iterdir())) == 132
    backfill.refresh_from_db()
    assert backfill.finished_at is not None
    assert differences(house) == []
    finish(pipeline, house)
    assert len(partner.requests) == 10


def test_no_more_are_taken_up_than_the_rate_allows_however_many_workers_come(pipeline: Pipeline, house: House) -> None:
    ask_for(house, Criteria(), per_minute=6)
    assert advance(house, 0) == 0
    assert [advance(house, 10), advance(house, 0), advance(house, 5), advance(house, 5)] == [1, 0, 0, 1]
    assert sum(advance(house, 1) for _ in range(60)) == 6


def test_time_in_which_nobody_advanced_is_not_made_up_for(pipeline: Pipeline, house: House) -> None:
    ask_for(house, Criteria(), per_minute=6)
    assert advance(house, 8 * 3600) == 6


def test_a_clock_that_was_set_back_delays_a_backfill_and_does_not_stop_it(pipeline: Pipeline, house: House) -> None:
    ask_for(house, Criteria(), per_minute=6)
    assert advance(house, -3600) == 0
    assert advance(house, 30) == 3


def test_of_two_workers_who_read_the_same_moment_one_takes_documents_up(pipeline: Pipeline, house: House) -> None:
    ask_for(house, Criteria(), per_minute=6)
    now = house.clock.forward(seconds=30)
    first, second = Backfill.objects.get(), Backfill.objects.get()
    assert [advance_backfill(first, now), advance_backfill(second, now)] == [3, 0]


class Killed(Exception):
    """The process is gone."""


def die_at(nth: int) -> Callable[..., Any]:
    """The n-th event that is written is the process's last deed."""
    written = []

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's own signature
        if sql.startswith("INSERT INTO") and "connectors_event" in sql:
            written.append(sql)
            if len(written) == nth:
                raise Killed
        return run(sql, params, many, context)

    return execute


def test_who_dies_in_between_has_taken_nothing_up_and_nothing_is_sent_twice(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    ask_for(house)
    house.clock.forward(seconds=30)
    with pytest.raises(Killed), connection.execute_wrapper(die_at(5)):
        advance_backfills(house.clock.now)
    assert Push.objects.counts() == {PushState.PRIOR: 142}
    assert Backfill.objects.get().advanced_at == Backfill.objects.get().created_at
    finish(pipeline, house)
    assert len(partner.requests) == len(set(partner.requests)) == 10


def test_a_pause_stops_the_taking_and_what_is_taken_goes_on(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    backfill = ask_for(house, per_minute=6)
    advance(house, 30)
    assert pause_backfill(backfill, house.clock.now, None)
    assert not pause_backfill(backfill, house.clock.now, None)
    finish(pipeline, house)
    assert len(partner.received) == 3
    assert resume_backfill(backfill, house.clock.now, None)
    assert not resume_backfill(backfill, house.clock.now, None)
    assert advance(house, 0) == 0
    finish(pipeline, house)
    assert len(partner.received) == 10


def test_a_cancelled_backfill_gives_back_what_was_not_sent(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    backfill = ask_for(house, per_minute=6)
    advance(house, 30)
    pipeline.run()
    advance(house, 40)
    pipeline.see()
    assert Push.objects.counts() == {PushState.PRIOR: 135, PushState.WAITING: 4, PushState.PUBLISHED: 3}
    assert cancel_backfill(backfill, house.clock.now, None) == 7
    assert cancel_backfill(backfill, house.clock.now, None) == 0
    finish(pipeline, house)
    assert Push.objects.counts() == {PushState.PRIOR: 139, PushState.PUBLISHED: 3}
    assert len(partner.requests) == 3
    assert differences(house) == []
    assert choose(house.connector, JUNE).count() == 7
    ask_for(house)
    finish(pipeline, house)
    assert len(partner.requests) == len(set(partner.requests)) == 10


def test_what_the_trial_mode_or_a_cause_held_is_given_back_too(pipeline: Pipeline, house: House) -> None:
    start_dry_run(house.connector, house.clock.now, None)
    backfill = ask_for(house)
    finish(pipeline, house)
    assert Push.objects.filter(state=PushState.HELD, cause="dry_run", client_code="C-ALICE").count() == 10
    assert cancel_backfill(backfill, house.clock.now, None) == 0  # it was finished
    assert Push.objects.counts() == {PushState.PRIOR: 132, PushState.HELD: 10}


def test_a_document_that_the_partner_may_have_is_not_given_back(pipeline: Pipeline, house: House) -> None:
    backfill = ask_for(house, per_minute=6)
    advance(house, 20)
    pipeline.see()
    doubtful, other = Push.objects.filter(state=PushState.WAITING).order_by("pk")
    Push.objects.filter(pk=doubtful.pk).update(doubtful=True)
    assert cancel_backfill(backfill, house.clock.now, None) == 9
    assert Push.objects.get(pk=doubtful.pk).state == PushState.WAITING
    back = Push.objects.get(pk=other.pk)
    assert (back.state, back.sha256, back.next_attempt_at) == (PushState.PRIOR, "", None)


def test_a_file_that_is_gone_is_withdrawn_and_the_backfill_ends(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    ask_for(house)
    (house.folder("Alice") / "juin 000.pdf").unlink()
    pipeline.run()
    finish(pipeline, house)
    assert Push.objects.counts() == {PushState.PRIOR: 132, PushState.PUBLISHED: 9, PushState.WITHDRAWN: 1}
    assert Backfill.objects.get().finished_at is not None


def test_the_same_bytes_as_a_document_that_went_are_held_and_not_sent_again(house: House, partner: FakePartner, tmp_path: Path) -> None:
    content = b"%PDF-1.4 twin\n%%EOF"
    house.drop("Alice", "ancien.pdf", content)
    pipeline = Pipeline(house, partner, tmp_path / "owners")
    house.drop("Alice", "nouveau.pdf", content)
    pipeline.run()
    ask_for(house, Criteria())
    finish(pipeline, house)
    assert Push.objects.get(name="ancien.pdf").cause == "duplicate"
    assert len(partner.received) == 1


def test_nothing_is_taken_up_while_the_connector_is_off(pipeline: Pipeline, house: House) -> None:
    ask_for(house)
    deactivate_connector(house.connector, house.clock.now, None)
    assert advance(house, 60) == 0


def test_client_path_name_and_date_narrow_the_choice(pipeline: Pipeline, house: House, tmp_path: Path) -> None:
    def found(**criteria: Any) -> int:
        return choose(house.connector, Criteria(**criteria)).count()

    assert (found(), found(client="alice"), found(client="bob"), found(name="JUIN 00"), found(path=house.path.pk), found(path=0)) == (
        142,
        142,
        0,
        10,
        142,
        0,
    )
    assert (found(since=date(2026, 6, 15)), found(until=date(2026, 6, 14)), found(since=date(2026, 6, 16))) == (10, 132, 0)
    assert modified_at(Push.objects.get(name="juin 000.pdf")) == YOUNG


def test_an_identity_without_a_date_has_none() -> None:
    assert modified_at(Push(identity="etag:ab")) is None


def test_the_dry_run_says_how_much_it_is_and_what_would_be_held(house: House, partner: FakePartner, tmp_path: Path) -> None:
    lay_down(house, 3, OLD)
    lay_down(house, 2, OLD, client="Charlie")
    Pipeline(house, partner, tmp_path / "owners")
    tally = count_chosen(house.connector, Criteria())
    assert (tally.count, tally.clients, tally.leaving, [(cause.code, count) for cause, count in tally.kept]) == (5, 2, 3, [("mapping", 2)])
    assert tally.size == sum(path.stat().st_size for name in ("Alice", "Charlie") for path in house.folder(name).iterdir())


def test_what_is_not_what_a_person_was_told_does_not_begin(pipeline: Pipeline, house: House) -> None:
    for criteria, told in ((JUNE, 9), (Criteria(name="rien"), 0)):
        with pytest.raises(CountChanged):
            start_backfill(house.connector, criteria, 60, told, house.clock.now, None)
    ask_for(house)
    with pytest.raises(CountChanged) as changed:
        start_backfill(house.connector, JUNE, 60, 10, house.clock.now, None)
    assert changed.value.count == 0
    assert Backfill.objects.count() == 1


def test_the_trail_says_who_asked_and_who_stopped(pipeline: Pipeline, house: House) -> None:
    backfill = ask_for(house)
    pause_backfill(backfill, house.clock.now, None)
    resume_backfill(backfill, house.clock.now, None)
    cancel_backfill(backfill, house.clock.now, None)
    kinds = list(Event.objects.filter(kind__startswith="backfill.").values_list("kind", flat=True))
    assert kinds == ["backfill.started", "backfill.paused", "backfill.resumed", "backfill.cancelled"]


def test_a_document_that_was_asked_for_says_so_and_tells_what_became_of_it(pipeline: Pipeline, house: House) -> None:
    around = Circumstances(house.store, house.clock.now, timedelta(seconds=2), lambda _: "")
    backfill = ask_for(house, per_minute=6)
    told = explain_push(Push.objects.filter(backfill=backfill)[0], around)
    assert "son rappel est demandé" in told.conclusion
    assert told.next.turn == ""
    pause_backfill(backfill, house.clock.now, None)
    told = explain_push(Push.objects.filter(backfill=backfill)[0], around)
    assert told.reasons[-1] == "Ce rappel est en pause."
    assert told.next.turn == "cabinet"
    resume_backfill(backfill, house.clock.now, None)
    advance(house, 10)
    taken = Push.objects.get(state=PushState.SETTLING)
    cancel_backfill(backfill, house.clock.now, None)
    taken.refresh_from_db()
    told = explain_push(taken, around)
    assert "avant l’activation" in told.conclusion
    assert [step.text for step in told.steps[1:]] == [TAKEN_UP, GIVEN_BACK]


def test_a_document_of_the_trial_mode_says_where_it_would_have_gone(pipeline: Pipeline, house: House) -> None:
    start_dry_run(house.connector, house.clock.now, None)
    house.drop("Bob", "neuf.pdf")
    pipeline.run()
    around = Circumstances(house.store, house.clock.now, timedelta(seconds=2), lambda _: "")
    told = explain_push(Push.objects.get(name="neuf.pdf"), around)
    assert told.reasons[-1].startswith("Il serait allé dans le dossier « C-BOB », puis dans « Dossier Bob/DOSSIER COMPTABLE/2026/")
    assert "Passez en mode réel" in told.next.action
