"""Mode à blanc: everything but the request and the move, and then exactly that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.configure.dry_run import CountChanged, backlog, count_backlog, go_live, start_dry_run, would_go
from connectors.configure.first_documents import confirm_links, start_checking
from connectors.configure.pause import pause_client
from connectors.configure.values import save_values
from connectors.domain.states import PushState
from connectors.models import Push
from connectors.push.auditing.inspection import Inspection
from connectors.push.auditing.reconcile import reconcile
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    start_dry_run(house.connector, house.clock.now, None)
    return Pipeline(house, partner, tmp_path / "owners")


def drop_many(house: House, count: int) -> dict[Path, bytes]:
    contents = {f"facture {number:02d}.pdf": b"%%PDF-1.4 %d\n%%%%EOF" % number for number in range(count)}
    return {house.drop("Bob" if number % 3 else "Alice", name, content): content for number, (name, content) in enumerate(contents.items())}


def differences(house: House) -> list[str]:
    inspection = Inspection([house.connector], house.store, house.clock.now, lambda _: True, lambda _: None)
    return [found.kind for found in reconcile(inspection)]


def test_fifty_deposits_stay_where_they_are_and_going_live_sends_exactly_them_as_recorded(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    files = drop_many(house, 50)
    for _ in range(8):
        pipeline.run()
    assert partner.requests == []
    assert {path: path.read_bytes() for path in files} == files
    assert count_backlog(house.connector).leaving == backlog(house.connector).count() == 50
    recorded = {str(push.reference): push for push in backlog(house.connector)}
    assert differences(house) == []

    assert go_live(house.connector, 50, house.clock.now, None) == 50
    for _ in range(8):
        pipeline.send()
    assert partner.requests == [str(push.reference) for push in sorted(recorded.values(), key=lambda push: push.pk)]
    assert sorted(body for _, body in partner.received.values()) == sorted(files.values())
    for reference, (document, _) in partner.received.items():
        before, filed = recorded[reference], document.classification
        sent = (document.client_code, document.millesime, filed.domaine, filed.type, filed.sous_type or "", document.sha256)
        assert sent == (before.client_code, str(before.millesime), before.domaine, before.type, before.sous_type, before.sha256)
        after = Push.objects.get(reference=reference)
        assert (after.state, after.archive_folder) == (PushState.PUBLISHED, before.archive_folder)
        assert (house.root / after.archive_path).exists()
    assert differences(house) == []


def test_nothing_leaves_when_there_are_more_than_a_person_was_told(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    drop_many(house, 3)
    pipeline.run()
    house.drop("Alice", "late.pdf", b"%PDF-1.4 late\n%%EOF")
    pipeline.run()
    with pytest.raises(CountChanged) as changed:
        go_live(house.connector, 3, house.clock.now, None)
    assert changed.value.count == 4
    pipeline.send()
    assert partner.requests == []
    assert go_live(house.connector, 4, house.clock.now, None) == 4


def test_what_something_else_keeps_back_is_not_among_those_that_leave(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    house.drop("Bob", "b.pdf", b"%PDF-1.4 b\n%%EOF")
    pipeline.run()
    pause_client(house.connector, house.clients["Bob"].pk, house.clock.now, None)
    house.connector.refresh_from_db()
    tally = count_backlog(house.connector)
    assert (tally.count, tally.leaving, [(cause.code, count) for cause, count in tally.kept]) == (2, 1, [("paused", 1)])
    go_live(house.connector, 1, house.clock.now, None)
    pipeline.send()
    assert len(partner.received) == 1
    assert Push.objects.get(name="b.pdf").cause == "paused"


def test_a_change_of_the_settings_meanwhile_is_shown_and_sent(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert [(row.goes.code, row.changed) for row in would_go(house.connector, backlog(house.connector))] == [("C-ALICE", False)]
    save_values(house.connector, house.connector.mapping.attribute, {house.clients["Alice"].pk: "NEW"}, house.clock.now, None)
    assert [(row.goes.code, row.changed) for row in would_go(house.connector, backlog(house.connector))] == [("NEW", True)]
    go_live(house.connector, 1, house.clock.now, None)
    pipeline.send()
    assert next(iter(partner.received.values()))[0].client_code == "NEW"


def test_a_first_document_is_confirmed_before_it_joins_the_backlog(pipeline: Pipeline, house: House) -> None:
    start_checking(house.connector, house.clock.now, None)
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert Push.objects.get().cause == "first_document"
    confirm_links(house.connector, [house.clients["Alice"].pk], house.clock.now, None)
    pipeline.send()
    assert (Push.objects.get().cause, Push.objects.get().client_code) == ("dry_run", "C-ALICE")


def test_the_mode_begins_and_ends_once(house: House) -> None:
    assert start_dry_run(house.connector, house.clock.now, None)
    assert not start_dry_run(house.connector, house.clock.now, None)
    go_live(house.connector, 0, house.clock.now, None)
    house.connector.refresh_from_db()
    assert not house.connector.dry_run
    version = house.connector.settings_version
    assert go_live(house.connector, 0, house.clock.now, None) == 0
    house.connector.refresh_from_db()
    assert house.connector.settings_version == version
