"""At the door: what holds a document is a cause with its sentence, told once, and gone by itself when it was repaired."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from connectors.deposits.base import StoreProblem
from connectors.deposits.local.store import LocalStore
from connectors.domain.causes import CAUSES, DOOR_CAUSES, OVERRULED_CAUSES, PATIENT_CAUSES
from connectors.domain.states import PushState
from connectors.models import DepositFolder, Event, Push
from connectors.models.release import release_by_hand
from connectors.push.rounds import MOST_BYTES, Round
from connectors.push.settle import Door, look_at, record_finding
from connectors.push.watch import is_time
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)

DOOR = Door(timedelta(seconds=2), 10_000_000, frozenset({"pdf", "jpg", "csv"}))
ENCRYPTED = b"%PDF-1.4\ntrailer << /Encrypt 2 0 R >>\nstartxref\n9\n%%EOF"


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def test_each_cause_at_the_door_says_whose_turn_it_is() -> None:
    assert CAUSES.keys() >= DOOR_CAUSES
    assert OVERRULED_CAUSES | PATIENT_CAUSES <= DOOR_CAUSES
    assert all(len(code) <= 20 and CAUSES[code].action.endswith(".") for code in DOOR_CAUSES)


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [("a.jpg", b"%PDF-1.4 %%EOF", "wrong_format"), ("a.pdf", ENCRYPTED, "encrypted"), ("a.pdf", b"%PDF-1.4 half", "incomplete")],
)
def test_a_document_that_a_person_sends_anyway_goes(pipeline: Pipeline, house: House, name: str, content: bytes, cause: str) -> None:
    house.drop("Alice", name, content)
    pipeline.see()
    house.clock.forward(minutes=3)
    for _ in range(4):
        pipeline.run()
    push = Push.objects.get()
    assert (push.state, push.cause, push.explanation) == (PushState.HELD, cause, CAUSES[cause].sentence)
    assert Event.objects.filter(kind="push.held").count() == 1
    release_by_hand(push, house.clock.now, None, "Le partenaire le lit.")
    pipeline.run()
    assert Push.objects.get().state == PushState.PUBLISHED


def test_a_person_cannot_send_what_the_partner_cannot_take(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.exe", b"MZ")
    pipeline.run()
    release_by_hand(Push.objects.get(), house.clock.now, None)
    pipeline.run()
    assert Push.objects.get().cause == "extension"


def test_a_file_that_became_another_one_since_it_was_seen_rests_again(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.watcher.look(set())
    push = Push.objects.get()
    house.drop("Alice", "a.pdf", b"%PDF-1.4 other %%EOF")
    now = house.clock.forward(seconds=10)
    finding = look_at(push, house.store, DOOR, now)
    assert finding is not None
    assert (finding.state, finding.changes["identity_at"], finding.changes["released"]) == (PushState.SETTLING, now, False)
    assert record_finding(push, finding, now)


def test_a_share_that_was_mounted_again_since_only_changes_the_identity(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.watcher.look(set())
    push = Push.objects.get()
    now_identity, push.identity = push.identity, f"9{push.identity}"
    finding = look_at(push, house.store, DOOR, house.clock.forward(seconds=10))
    assert finding is not None
    assert finding.changes == {"identity": now_identity}


def test_a_missing_file_or_folder_is_left_to_the_scan(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.watcher.look(set())
    push = Push.objects.get()
    path.unlink()
    assert look_at(push, house.store, DOOR, house.clock.forward(seconds=10)) is None
    path.parent.rmdir()
    assert look_at(push, house.store, DOOR, house.clock.now) is None


def test_a_file_that_changes_while_it_is_read_is_looked_at_again(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.csv", b"a;b")
    pipeline.watcher.look(set())

    class Touching(LocalStore):
        def open(self, folder: str, name: str):  # noqa: ANN202 - as the store's
            opened = super().open(folder, name)

            class Late:
                def __enter__(self) -> object:
                    document = opened.__enter__()
                    os.utime(path, (1, 1))
                    return document

                def __exit__(self, *error: object) -> None:
                    opened.__exit__(*error)  # type: ignore[arg-type]

            return Late()

    assert look_at(Push.objects.get(), Touching(house.root), DOOR, house.clock.forward(seconds=10)) is None


def test_a_large_file_has_a_look_of_its_own_and_none_is_forgotten(pipeline: Pipeline, house: House) -> None:
    for number in range(4):
        house.drop("Alice", f"{number}.csv", b"%d;" % number * 3)
    pipeline.watcher.look(set())
    Push.objects.filter(name__in=["0.csv", "2.csv"]).update(size=MOST_BYTES)
    house.clock.forward(seconds=10)
    turns, rows = Round(), Push.objects.filter(state=PushState.SETTLING)
    ready = [[push.name for push in turns.settle(rows, house.store, DOOR, house.clock)] for _ in range(3)]
    assert ready == [["0.csv"], ["1.csv", "2.csv"], ["3.csv"]]
    assert turns.after == 0


def test_a_hundred_findings_and_more_are_recorded_in_pieces(pipeline: Pipeline, house: House) -> None:
    for number in range(130):
        house.drop("Alice", f"{number}.csv", b"%d;" % number)
    pipeline.watcher.look(set())
    house.clock.forward(seconds=10)
    assert len(Round().settle(Push.objects.all(), house.store, DOOR, house.clock)) == 130


def test_a_moment_beyond_what_was_ever_planned_has_come(house: House) -> None:
    every = timedelta(minutes=1)
    now = house.clock.now
    assert [is_time(planned, now, every) for planned in (None, now, now + every, now + timedelta(days=365))] == [True, True, False, True]


def test_the_command_accepts_a_replaced_folder_and_names_what_it_does_not_know(
    pipeline: Pipeline, house: House, settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DOSSIERS_DIR = house.root  # type: ignore[attr-defined]
    folder = DepositFolder.objects.select_related("client", "deposit_path").get(client__name="Alice")
    DepositFolder.objects.filter(pk=folder.pk).update(place="1:1", problem="x")
    call_command("accept_folder", f"{folder.folder}/")
    assert "Accepté" in capsys.readouterr().out
    folder.refresh_from_db()
    assert (folder.place, folder.problem) == (house.store.place(folder.folder), "")
    with pytest.raises(CommandError, match="aucun connecteur"):
        call_command("accept_folder", "nowhere")
    house.folder("Alice").rmdir()
    with pytest.raises(CommandError, match="absent"):
        call_command("accept_folder", folder.folder)


def test_a_document_whose_folder_cannot_be_asked_is_not_taken_for_archived(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    push = Push.objects.get()
    push.move(PushState.ACCEPTED, house.clock.now, archive_folder="Dossier Alice/ARCHIVE", next_attempt_at=house.clock.now)
    (house.folder("Alice") / "a.pdf").unlink()

    class Vanishing(LocalStore):
        def place(self, folder: str) -> str:
            raise StoreProblem("Le partage ne répond pas.")

    pipeline.worker.store = Vanishing(house.root)
    pipeline.send()
    assert (Push.objects.get().state, Push.objects.get().cause) == (PushState.ACCEPTED, "archive")
    pipeline.worker.store = house.store
    house.clock.forward(minutes=5)
    pipeline.send()
    assert (Push.objects.get().state, Push.objects.get().archive_path) == (PushState.PUBLISHED, "")
