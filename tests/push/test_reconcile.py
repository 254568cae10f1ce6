"""Each kind of difference between the ledger, the disk and the partner: told, and mended only where that is safe."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connectors import tasks
from connectors.configure.activation import deactivate_connector
from connectors.configure.credentials import save_credentials
from connectors.deposits.base import DocumentMissing, StoreProblem
from connectors.deposits.local.store import LocalStore
from connectors.domain.outcomes import OutcomeUnknown, PartnerUnavailable, RemoteDocument
from connectors.domain.states import PushState
from connectors.models import Client, Connector, Credential, DepositFolder, DepositPath, Event, Push
from connectors.providers.base import Abilities
from connectors.providers.registry import provider_class
from connectors.push import files
from connectors.push.auditing.inspection import Inspection
from connectors.push.auditing.partner import partner_differences
from connectors.push.auditing.reconcile import reconcile
from tests.conftest import DEPOSIT
from tests.partner import IndependentPartner
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from connectors.push.auditing.differences import Difference
    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)

IN_ALICE = f"Dossier Alice/{DEPOSIT}"
LIVING = {"living"}


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def inspection_of(house: House, **options: Any) -> Inspection:
    values: dict[str, Any] = {"store": house.store, "is_alive": LIVING.__contains__, "wait": lambda _: None} | options
    return Inspection([house.connector], now=house.clock.now, **values)


def check(house: House, **options: Any) -> list[Difference]:
    return list(reconcile(inspection_of(house, **options)))


def kinds(house: House, **options: Any) -> list[str]:
    return [difference.kind for difference in check(house, **options)]


def published(pipeline: Pipeline, house: House, name: str = "a.pdf") -> tuple[Push, Path]:
    house.drop("Alice", name, f"%PDF-1.4 {name}\n%%EOF".encode("utf-8", "surrogateescape"))
    pipeline.run()
    push = Push.objects.latest("pk")
    return push, house.root / push.archive_path


def test_a_day_of_work_agrees_with_itself(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    for name in ("a.pdf", "b.pdf", "vide.pdf"):
        house.drop("Alice", name, b"" if name == "vide.pdf" else f"%PDF-1.4 {name}\n%%EOF".encode())
    pipeline.run()
    house.drop("Charlie", "c.pdf")
    pipeline.see()
    house.drop("Bob", "lent.pdf", b"%PDF-1.4 half")
    pipeline.watcher.look(set())
    inspection = inspection_of(house, hashes=True)
    assert list(reconcile(inspection)) == []
    assert list(partner_differences(house.connector, partner, inspection)) == []
    counted = inspection.counted
    assert counted.states == {
        f"Illinks ({house.connector.pk})": {PushState.PUBLISHED: 2, PushState.HELD: 1, PushState.WAITING: 1, PushState.SETTLING: 1}
    }
    assert (counted.deposited, counted.archived, counted.unarchived, counted.asked) == (3, 2, 0, 2)


def test_reading_changes_nothing(pipeline: Pipeline, house: House) -> None:
    _, archive = published(pipeline, house)
    archive.unlink()
    house.drop("Alice", "neuf.pdf")
    before = [list(Push.objects.values().order_by("pk")), Event.objects.count(), list(DepositFolder.objects.values().order_by("pk"))]
    assert kinds(house) == ["unseen", "archive_missing"]
    assert before == [
        list(Push.objects.values().order_by("pk")),
        Event.objects.count(),
        list(DepositFolder.objects.values().order_by("pk")),
    ]


def test_a_file_without_a_row_is_told_and_can_be_seen(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "neuf.pdf")
    found = check(house)
    assert [(difference.kind, difference.where) for difference in found] == [("unseen", f"{IN_ALICE}/neuf.pdf")]
    assert "n’est pas au registre" in found[0].meaning
    assert "surveillance" in found[0].action
    assert not found[0].repaired
    mended = check(house, repair=True)
    assert mended[0].repaired == "Inscrit au registre."
    assert Push.objects.get().state == PushState.SETTLING
    assert check(house) == []


def test_a_row_whose_file_is_gone_is_told_and_becomes_withdrawn(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    path.unlink()
    assert kinds(house) == ["gone"]
    assert check(house, repair=True)[0].repaired == "Noté comme « Retiré »."
    assert Push.objects.get().state == PushState.WITHDRAWN
    assert check(house) == []


def test_a_row_whose_file_became_another_one_is_told_and_read_again(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    path.write_bytes(b"%PDF-1.4 another\n%%EOF")
    assert kinds(house) == ["changed"]
    assert "relu depuis le début" in check(house, repair=True)[0].repaired
    assert Push.objects.get().state == PushState.SETTLING
    assert check(house) == []


def test_a_share_with_another_device_number_has_the_same_files(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    push = Push.objects.get()
    Push.objects.update(identity=f"99999:{push.identity.partition(':')[2]}")
    assert check(house) == []


@pytest.mark.parametrize("state", [PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED])
def test_a_file_that_may_be_at_the_partner_is_never_called_withdrawn(pipeline: Pipeline, house: House, state: PushState) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    Push.objects.update(state=state, owner="living")
    path.unlink()
    assert [(found.kind, found.repaired) for found in check(house, repair=True)] == [("gone_unsure", "")]
    assert Push.objects.get().state == state


def test_what_the_watcher_sees_between_two_looks_is_no_difference(pipeline: Pipeline, house: House) -> None:
    taken = house.drop("Alice", "a.pdf")
    pipeline.see()
    taken.unlink()
    house.drop("Alice", "b.pdf", b"%PDF-1.4 b\n%%EOF")
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        house.drop("Alice", "c.pdf", b"%PDF-1.4 c\n%%EOF")
        pipeline.see()
        house.drop("Alice", "d.pdf", b"%PDF-1.4 d\n%%EOF")

    assert check(house, wait=wait) == []
    assert waited == [5.0]
    assert check(house, wait=waited.append)[0].where == f"{IN_ALICE}/d.pdf"
    pipeline.see()
    assert check(house, wait=waited.append) == []
    assert waited == [5.0, 5.0], "where all agrees, nothing is waited for"


class OneLook(LocalStore):
    """A folder in which something happens as soon as it was listed."""

    then: Any = staticmethod(lambda: None)

    def list(self, folder: str) -> Any:
        listing = super().list(folder)
        self.then()
        self.then = lambda: None
        return listing


def test_a_folder_that_cannot_be_read_is_one_difference(pipeline: Pipeline, house: House) -> None:
    for name in ("a.pdf", "b.pdf"):
        house.drop("Alice", name)
    pipeline.see()
    aside = house.folder("Alice").rename(house.root / "ailleurs")
    for repair in (False, True):
        found = check(house, repair=repair)
        assert [(difference.kind, difference.where, difference.repaired) for difference in found] == [("folder", IN_ALICE, "")]
        assert "absent" in found[0].detail
    aside.rename(house.folder("Alice"))
    DepositFolder.objects.filter(client=house.clients["Alice"]).update(problem="Partage démonté.")
    assert [difference.detail for difference in check(house)] == ["Partage démonté."]
    assert Push.objects.filter(state=PushState.WAITING).count() == 1


def test_an_empty_folder_in_the_place_of_another_one_withdraws_nothing(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    mounted = house.folder("Alice").rename(house.root / "monté ailleurs")
    house.folder("Alice").mkdir()
    for repair in (False, True, True):
        found = check(house, repair=repair)
        assert [(difference.kind, difference.where, difference.repaired) for difference in found] == [("folder", IN_ALICE, "")]
        assert "partage non monté" in found[0].detail
    assert Push.objects.get().state == PushState.WAITING
    house.folder("Alice").rmdir()
    mounted.rename(house.folder("Alice"))
    assert [difference.repaired for difference in check(house, repair=True)] == ["Réglé."]
    assert check(house) == []


def test_a_document_whose_folder_is_not_watched_any_more_is_looked_for_too(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    kept = house.drop("Alice", "b.pdf", b"%PDF-1.4 b\n%%EOF")
    pipeline.see()
    deactivate_connector(house.connector, house.clock.now, None)
    house.connector.refresh_from_db()
    assert check(house) == []
    path.unlink()
    assert [(found.kind, found.repaired) for found in check(house, repair=True)] == [("gone", "")]
    kept.parent.rename(house.root / "ailleurs")
    assert kinds(house) == ["folder", "folder"]


class Vanishing(LocalStore):
    """The row moves on while its file is looked for."""

    def describe(self, folder: str, name: str) -> Any:
        Push.objects.update(state=PushState.WITHDRAWN)
        raise DocumentMissing("Le fichier n’est plus là.")


def test_an_unwatched_document_that_moved_on_meanwhile_is_no_difference(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    DepositFolder.objects.all().delete()
    assert check(house, store=Vanishing(house.root)) == []


def test_a_lost_archive_is_told(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    archive.rename(house.root / "emporté.pdf")
    found = check(house)
    assert [(difference.kind, difference.where) for difference in found] == [("archive_missing", push.archive_path)]
    assert found[0].reference == str(push.reference)
    archive.parent.rename(house.root / "tout emporté")
    found = check(house)
    assert [difference.kind for difference in found] == ["archive_missing"]
    assert "est absent" in found[0].detail


def test_an_archive_under_another_name_is_found_by_its_bytes(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    other, _ = published(pipeline, house, "b.pdf")
    archive.with_name("même taille.pdf").write_bytes(b"x" * push.size)
    renamed = archive.rename(archive.with_name("renommé.pdf"))
    assert "« renommé.pdf »" in check(house)[0].detail
    found = check(house, repair=True)
    assert [(difference.kind, difference.repaired) for difference in found] == [("archive_missing", "Chemin d’archive corrigé.")]
    push.refresh_from_db()
    assert house.root / push.archive_path == renamed
    assert "« renommé.pdf »" in Event.objects.get(push=push, kind="archive.renamed").text
    assert check(house, hashes=True) == []
    Push.objects.filter(pk=other.pk).update(archive_path=f"{push.archive_folder}/perdu.pdf", sha256=push.sha256, size=push.size)
    assert check(house, repair=True)[0].repaired == "", "the file belongs to another document"


class Elsewhere(LocalStore):
    """Somebody corrects the archive path while a candidate is read."""

    def open(self, folder: str, name: str) -> Any:
        Push.objects.update(archive_path=f"{folder}/corrigé à la main.pdf")
        return super().open(folder, name)


def test_an_archive_path_that_changes_meanwhile_is_left_alone(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    archive.rename(archive.with_name("renommé.pdf"))
    assert [(found.kind, found.repaired) for found in check(house, repair=True, store=Elsewhere(house.root))] == [("archive_missing", "")]
    assert not Event.objects.filter(kind="archive.renamed").exists()
    push.refresh_from_db()
    assert push.archive_path.endswith("corrigé à la main.pdf")


def test_a_name_that_is_no_utf_8_is_found_in_the_archive(pipeline: Pipeline, house: House) -> None:
    push, _ = published(pipeline, house, os.fsdecode(b"ao\xfbt.pdf"))
    archive = os.path.join(os.fsencode(house.root / push.archive_folder), b"ao\xfbt.pdf")
    assert os.path.exists(archive)
    assert check(house, hashes=True) == []
    os.rename(archive, os.path.join(os.fsencode(house.root), b"away"))
    assert kinds(house) == ["archive_missing"]


def test_an_archive_of_another_size_other_bytes_or_that_cannot_be_read_is_told(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    content = archive.read_bytes()
    archive.write_bytes(content + b"x")
    found = check(house)
    assert (found[0].kind, found[0].detail) == ("archive_size", f"{push.size + 1} octets au lieu de {push.size}.")
    archive.write_bytes(b"x" + content[1:])
    assert check(house) == []
    assert kinds(house, hashes=True) == ["archive_changed"]
    assert kinds(house, hashes=True, store=Broken(house.root)) == ["archive_unreadable"]


class Broken(LocalStore):
    """A disk whose files cannot be opened."""

    def open(self, folder: str, name: str) -> Any:
        raise StoreProblem("Le fichier ne peut pas être lu : Input/output error.")


def test_a_document_that_was_published_without_an_archive_is_counted_and_no_difference(pipeline: Pipeline, house: House) -> None:
    published(pipeline, house)
    Push.objects.update(archive_path="")
    inspection = inspection_of(house)
    assert list(reconcile(inspection)) == []
    assert inspection.counted.unarchived == 1


def accepted(house: House, pipeline: Pipeline, *, late: bool = True) -> Push:
    """Its receipt is stored; nobody has archived it."""
    house.drop("Alice", "a.pdf")
    pipeline.see()
    due = house.clock.now - timedelta(minutes=10 if late else 0)
    folder = "Dossier Alice/DOSSIER COMPTABLE/2026"
    house.store.make_folder(folder)
    Push.objects.update(state=PushState.ACCEPTED, next_attempt_at=due, accepted_at=due, archive_folder=folder)
    return Push.objects.get()


def test_an_archive_that_stopped_after_hiding_the_file_is_finished(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline)
    os.rename(house.folder("Alice") / "a.pdf", house.root / push.archive_folder / f".pushdoc-{push.reference}")
    assert kinds(house) == ["gone_unsure", "archive_unfinished"]
    assert [difference.repaired for difference in check(house, repair=True)] == ["", "Archivage terminé."]
    push.refresh_from_db()
    assert push.state == PushState.PUBLISHED
    assert (house.root / push.archive_path).is_file()
    assert check(house, hashes=True) == []


def test_an_archive_that_is_done_is_written_down(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline)
    os.rename(house.folder("Alice") / "a.pdf", house.root / push.archive_folder / "a.pdf")
    assert kinds(house) == ["gone_unsure", "archive_unfinished"]
    assert check(house, repair=True)[1].repaired == "Archivage terminé."
    assert check(house) == []


def test_an_archive_that_may_be_under_way_is_left_alone(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline, late=False)
    os.rename(house.folder("Alice") / "a.pdf", house.root / push.archive_folder / f".pushdoc-{push.reference}")
    assert kinds(house, repair=True) == ["gone_unsure"]
    assert Push.objects.get().state == PushState.ACCEPTED


def test_an_archive_that_somebody_takes_up_meanwhile_is_his(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline)
    hidden = house.root / push.archive_folder / f".pushdoc-{push.reference}"
    os.rename(house.folder("Alice") / "a.pdf", hidden)
    Push.objects.update(integrated=False)
    assert [difference.repaired for difference in check(house, repair=True)] == ["", ""]
    assert hidden.exists()


def test_an_archive_that_fails_again_says_that_nothing_was_mended(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline)
    os.rename(house.folder("Alice") / "a.pdf", house.root / push.archive_folder / f".pushdoc-{push.reference}")

    class Full(LocalStore):
        def archive(self, *_args: Any, **_options: Any) -> str:
            raise StoreProblem("Disque plein.")

    assert [difference.repaired for difference in check(house, repair=True, store=Full(house.root))] == ["", ""]
    assert Push.objects.get().cause == "archive"


def test_an_accepted_document_in_its_deposit_folder_is_no_difference(pipeline: Pipeline, house: House) -> None:
    accepted(house, pipeline)
    assert check(house) == []


def test_an_accepted_document_whose_folders_cannot_be_read_is_not_called_done(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline)
    (house.root / push.archive_folder).rmdir()
    (house.folder("Alice") / "a.pdf").unlink()
    assert kinds(house) == ["gone_unsure"]
    house.folder("Alice").rmdir()
    assert kinds(house) == ["folder"]


def test_hidden_files_that_nobody_waits_for_are_told_and_never_deleted(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    left = [
        archive.with_name(f".pushdoc-{push.reference}.copy"),
        archive.with_name(".pushdoc-n’importe quoi"),
        house.folder("Alice") / ".pushdoc-00000000-0000-0000-0000-000000000000",
    ]
    for path in left:
        path.write_bytes(b"half")
    archive.with_name(".autre").write_bytes(b"not ours")
    found = check(house, repair=True)
    assert [difference.kind for difference in found] == ["leftover"] * 3
    assert {difference.where for difference in found} == {str(path.relative_to(house.root)) for path in left}
    assert {difference.detail for difference in found} == {"a.pdf : Publié", "Aucun document n’a cette référence."}
    assert all(path.exists() for path in left)
    Push.objects.update(state=PushState.UNKNOWN)
    assert "a.pdf : Issue incertaine" in {difference.detail for difference in check(house)}


def test_a_hidden_file_that_has_just_got_its_name_is_no_leftover(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    hidden = archive.with_name(f".pushdoc-{push.reference}")
    hidden.write_bytes(b"x")
    store = OneLook(house.root)
    DepositFolder.objects.all().delete()
    store.then = hidden.unlink
    assert check(house, store=store) == []


def test_an_archive_folder_that_cannot_be_listed_is_told(pipeline: Pipeline, house: House) -> None:
    _, archive = published(pipeline, house)
    elsewhere = archive.parent.rename(house.root / "vrai")
    archive.parent.symlink_to(elsewhere)
    assert kinds(house) == ["archive_unreadable", "folder"]


def test_a_state_that_does_not_exist_does_not_add_up(pipeline: Pipeline, house: House) -> None:
    published(pipeline, house)
    published(pipeline, house, "b.pdf")
    Push.objects.filter(name="b.pdf").update(state="lost")
    found = check(house, repair=True)
    assert [difference.kind for difference in found] == ["count", "gone_unsure"]
    assert (found[0].where, found[0].detail) == ("Illinks / Alice", "2 vus, 1 dans un état connu.")
    assert found[1].detail == "lost"


def test_a_document_without_a_story_is_told(pipeline: Pipeline, house: House) -> None:
    published(pipeline, house)
    push = Push.objects.get()
    twin = Push.objects.get(pk=push.pk)
    twin.pk, twin._state.adding = None, True
    twin.reference = "00000000-0000-0000-0000-000000000001"
    twin.save()
    assert [(difference.kind, difference.reference) for difference in check(house)] == [("untold", str(twin.reference))]


def test_a_document_whose_worker_is_dead_is_told(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    house.drop("Alice", "b.pdf", b"%PDF-1.4 b\n%%EOF")
    pipeline.see()
    Push.objects.update(state=PushState.SENDING, owner="living")
    assert check(house) == []
    Push.objects.update(owner="dead")
    asked: list[str] = []
    found = check(house, is_alive=lambda owner: asked.append(owner) is not None)
    assert [(difference.kind, difference.detail) for difference in found] == [("stale_owner", "dead")] * 2
    assert asked == ["dead"], "each owner is asked about once"
    assert check(house, is_alive=lambda _: Push.objects.update(state=PushState.WAITING) == 0) == []


def ask(house: House, partner: FakePartner) -> list[Difference]:
    return list(partner_differences(house.connector, partner, inspection_of(house)))


def test_a_document_that_the_partner_does_not_have_is_told(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    push, _ = published(pipeline, house)
    partner.received.clear()
    found = ask(house, partner)
    assert [(difference.kind, difference.reference) for difference in found] == [("partner_missing", str(push.reference))]


def test_other_bytes_or_a_rejection_at_the_partner_are_told(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    push, _ = published(pipeline, house)
    answers = [RemoteDocument("R", str(push.reference), "published", "0" * 64), RemoteDocument("R", "", "rejected", reason="Illisible.")]
    partner.look_up = lambda _: answers.pop(0)  # type: ignore[method-assign]
    assert [(difference.kind, difference.detail[:8]) for difference in ask(house, partner)] == [("partner_bytes", "00000000")]
    assert [(difference.kind, difference.detail) for difference in ask(house, partner)] == [("partner_rejected", "Illisible.")]


def test_an_unknown_outcome_is_a_difference_only_when_the_partner_has_it(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers = [(OutcomeUnknown("Coupé."),)]
    pipeline.run()
    assert Push.objects.get().state == PushState.UNKNOWN
    assert [difference.kind for difference in ask(house, partner)] == ["partner_has_it"]
    partner.received.clear()
    assert ask(house, partner) == []


def test_a_document_that_moved_during_the_question_is_no_difference(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    published(pipeline, house)
    partner.look_up = lambda _: Push.objects.update(state=PushState.WITHDRAWN) and None  # type: ignore[method-assign,func-returns-value]
    assert ask(house, partner) == []


def test_a_partner_that_is_away_is_asked_once_and_told(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    published(pipeline, house)
    published(pipeline, house, "b.pdf")
    asked = []

    def away(reference: str) -> None:
        asked.append(reference)
        raise PartnerUnavailable("Maintenance.")

    partner.look_up = away  # type: ignore[method-assign,assignment]
    assert [(difference.kind, difference.detail) for difference in ask(house, partner)] == [("partner_silent", "Maintenance.")]
    assert len(asked) == 1


def test_a_partner_that_named_a_moment_is_not_asked_before(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    published(pipeline, house)
    partner.received.clear()
    house.connector.paused_until = house.clock.now + timedelta(minutes=1)
    assert [(found.kind, found.detail) for found in ask(house, partner)] == [
        ("partner_silent", "Le connecteur est en pause jusqu’au 24/11/2026 à 09:01:06.")
    ]
    house.clock.forward(minutes=1)
    assert [found.kind for found in ask(house, partner)] == ["partner_missing"]


def test_a_partner_that_cannot_be_asked_is_not_asked(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    published(pipeline, house)
    partner.abilities = Abilities(look_up=False)
    partner.received.clear()
    assert ask(house, partner) == []


def test_questions_take_half_of_what_the_partner_allows(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    published(pipeline, house)
    published(pipeline, house, "b.pdf")
    waited: list[float] = []
    list(partner_differences(house.connector, partner, inspection_of(house, wait=waited.append)))
    assert waited == [2 / partner.limits.requests_per_second] * 2


def test_the_ledger_is_read_in_pieces(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK", 2)
    for number in range(5):
        push = Push(connector=house.connector, client=house.clients["Alice"], folder="x", identity="1:1:1:1", state=PushState.HELD)
        push.seen_at = push.identity_at = push.changed_at = house.clock.now
        push.set_name(f"{number}.pdf".encode())
        push.save()
    assert [len(chunk) for chunk in files.in_chunks(Push.objects.all())] == [2, 2, 1]


@pytest.fixture
def server(house: House, settings: SettingsWrapper, tmp_path: Path) -> Iterator[IndependentPartner]:
    """A partner over real HTTP, and the connector's credentials for it."""
    settings.DOSSIERS_DIR, settings.OWNERS_DIR, settings.ALLOW_LOOPBACK = house.root, tmp_path / "locks", True
    partner = IndependentPartner()
    typed = {"client_id": "id", "client_secret": "s3cret", "uri": partner.url}
    fields = provider_class("illinks").credential_fields
    save_credentials(house.connector, fields, {field.name: typed.get(field.name, "x") for field in fields}, (), timezone.now(), None)
    tasks._worker.cache_clear()
    yield partner
    tasks._worker.cache_clear()
    partner.stop()


def run(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    try:
        call_command("reconcile", *options)
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_the_command_asks_the_real_partner(
    pipeline: Pipeline, house: House, server: IndependentPartner, capsys: pytest.CaptureFixture[str]
) -> None:
    push, archive = published(pipeline, house)
    server.documents[str(push.reference)] = ({"sha256": push.sha256}, b"", "a.pdf")
    code, printed = run(capsys)
    assert (code, "Aucun écart." in printed, "demandés au partenaire : 1" in printed) == (0, True, True)
    assert f"Illinks ({house.connector.pk}) : 1 vu(s) = 1 publié" in printed
    server.documents.clear()
    assert run(capsys)[0] == 2
    assert run(capsys, "--no-partner")[0] == 0
    archive.rename(archive.with_name("b.pdf"))
    code, printed = run(capsys, "--no-partner")
    assert (code, f"ÉCART : {push.archive_path}" in printed, "  À faire : " in printed) == (2, True, True)
    code, printed = run(capsys, "--no-partner", "--repair")
    assert (code, "  Réparé : Chemin d’archive corrigé." in printed, "1 écart(s), dont 1 réparé(s)." in printed) == (2, True, True)
    assert run(capsys, "--no-partner", "--hash")[0] == 0


def test_the_command_prints_json(pipeline: Pipeline, house: House, server: IndependentPartner, capsys: pytest.CaptureFixture[str]) -> None:
    push, _ = published(pipeline, house)
    code, printed = run(capsys, "--json", f"--connector={house.connector.pk}")
    told = json.loads(printed)
    assert code == 2
    assert [(item["kind"], item["reference"], item["repaired"]) for item in told["differences"]] == [
        ("partner_missing", str(push.reference), "")
    ]
    assert told["states"] == {f"Illinks ({house.connector.pk})": {"published": 1}}
    assert (told["archived"], told["asked"], told["repaired"]) == (1, 1, 0)


def test_a_worker_that_is_gone_is_found_by_its_lock(
    pipeline: Pipeline, house: House, server: IndependentPartner, capsys: pytest.CaptureFixture[str]
) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    Push.objects.update(state=PushState.SENDING, owner="nobody-1-00000000")
    code, printed = run(capsys, "--no-partner")
    assert (code, "n’existe plus" in printed) == (2, True)


def test_credentials_that_cannot_be_read_are_told(
    pipeline: Pipeline, house: House, server: IndependentPartner, capsys: pytest.CaptureFixture[str]
) -> None:
    published(pipeline, house)
    Credential.objects.filter(field="client_secret").update(sealed=b"garbage")
    code, printed = run(capsys)
    assert (code, "n’a pas pu être interrogé" in printed) == (2, True)


def test_a_connector_without_documents_is_not_asked_about_and_an_unknown_one_is_an_error(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    Connector.objects.create(provider="illinks", name="Vide")
    Client.objects.create(name="Dave", folder="Dossier Dave")
    DepositPath.objects.all().delete()
    code, printed = run(capsys)
    assert (code, "Vide" in printed, "0 vu(s) = 0" in printed) == (0, True, True)
    with pytest.raises(CommandError, match="Aucun connecteur n’a le numéro 999"):
        run(capsys, "--connector=999")
