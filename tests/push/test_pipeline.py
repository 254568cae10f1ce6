"""A document's way through the ledger, on real files and a real database, with a partner that answers what a test lays ready."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from connectors.configure.activation import deactivate_connector
from connectors.configure.values import save_values
from connectors.deposits.local.store import LocalStore
from connectors.domain.outcomes import (
    ClientUnknown,
    CredentialsRefused,
    DocumentChanged,
    DocumentRefused,
    OutcomeUnknown,
    PartnerUnavailable,
    Receipt,
)
from connectors.domain.states import PushState
from connectors.models import Client, Connector, DepositFolder, DepositPath, Event, Push, PushAttempt
from connectors.models.release import release_by_hand, release_held
from connectors.providers.base import Abilities, DeliveryClass
from connectors.push.claim import claim_documents
from connectors.push.ownership import FileOwnership
from connectors.push.see import see_folder
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.deposits.base import Entry, Listing
    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def only_push() -> Push:
    return Push.objects.get()


def test_a_dropped_document_is_published_and_archived(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    dropped = house.drop("Alice", "Facture été n°12.pdf")
    content = dropped.read_bytes()
    pipeline.run()
    push = only_push()
    assert push.state == PushState.PUBLISHED
    archived = house.root / push.archive_path
    assert archived.read_bytes() == content
    assert archived.parent.relative_to(house.root / "Dossier Alice").parts[1] == "2026"
    assert not dropped.exists()
    document, body = partner.received[str(push.reference)]
    assert body == content
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert (document.client_code, document.classification.domaine, document.millesime) == ("C-ALICE", "ACHATS", "2026")


def test_its_story_is_written_step_by_step(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    kinds = list(Event.objects.filter(push=only_push()).values_list("kind", flat=True))
    assert kinds == ["push.settling", "push.waiting", "push.accepted", "push.published"]
    assert PushAttempt.objects.get().outcome == "receipt"


def test_what_was_there_before_activation_is_never_sent(house: House, partner: FakePartner, tmp_path: Path) -> None:
    old = house.drop("Alice", "avant.pdf")
    pipeline = Pipeline(house, partner, tmp_path / "owners")
    house.drop("Alice", "apres.pdf", b"%PDF-1.4 new\n%%EOF")
    pipeline.run()
    assert Push.objects.get(name="avant.pdf").state == PushState.PRIOR
    assert old.exists()
    assert len(partner.received) == 1


def test_an_old_file_moved_in_after_activation_is_sent(pipeline: Pipeline, house: House) -> None:
    os.utime(house.drop("Alice", "vieux.pdf"), (0, 0))
    pipeline.run()
    assert only_push().state == PushState.PUBLISHED


def test_a_file_that_is_still_being_written_waits(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "lent.pdf", b"%PDF-1.4 half")
    with path.open("ab") as writer:
        writer.write(b" more")
        writer.flush()
        pipeline.run()
        assert only_push().state == PushState.SETTLING
        writer.write(b"\n%%EOF")
    pipeline.run()
    pipeline.run()
    assert only_push().state == PushState.PUBLISHED
    assert next(iter(partner.received.values()))[1].endswith(b"%%EOF")


def test_a_truncated_pdf_is_held_after_a_while(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "tronque.pdf", b"%PDF-1.4 half")
    pipeline.run()
    house.clock.forward(minutes=3)
    pipeline.run()
    assert (only_push().state, only_push().cause) == (PushState.HELD, "incomplete")
    assert not partner.requests


@pytest.mark.parametrize(
    ("name", "content", "cause"), [("vide.pdf", b"", "empty"), ("x.exe", b"MZ", "extension"), ("gros.csv", b"0" * 1_000_001, "too_large")]
)
def test_what_the_partner_would_not_take_is_held_at_the_door(
    pipeline: Pipeline, house: House, name: str, content: bytes, cause: str
) -> None:
    house.drop("Alice", name, content)
    pipeline.run()
    assert (only_push().state, only_push().cause) == (PushState.HELD, cause)


def test_a_repaired_file_goes_by_itself(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "vide.pdf", b"")
    pipeline.run()
    path.write_bytes(b"%PDF-1.4 now\n%%EOF")
    pipeline.run()
    assert only_push().state == PushState.PUBLISHED


def test_a_client_without_a_code_is_held_until_it_has_one(pipeline: Pipeline, house: House) -> None:
    house.drop("Charlie", "c.pdf")
    pipeline.run()
    assert (only_push().state, only_push().cause) == (PushState.HELD, "mapping")
    save_values(house.connector, house.connector.mapping.attribute, {house.clients["Charlie"].pk: "C-CHARLIE"}, house.clock.now, None)
    pipeline.run()
    assert only_push().state == PushState.PUBLISHED


def test_two_clients_with_one_code_are_both_held(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    save_values(house.connector, house.connector.mapping.attribute, {house.clients["Bob"].pk: "c-alice"}, house.clock.now, None)
    house.drop("Alice", "a.pdf", b"%PDF a %%EOF")
    house.drop("Bob", "b.pdf", b"%PDF b %%EOF")
    pipeline.run()
    assert set(Push.objects.values_list("state", "cause")) == {("held", "mapping")}
    assert not partner.requests


def test_the_same_bytes_twice_are_held_until_a_person_decides(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    house.drop("Alice", "copie.pdf")
    pipeline.run()
    twin = Push.objects.get(name="copie.pdf")
    assert (twin.state, twin.cause) == (PushState.HELD, "duplicate")
    assert release_by_hand(twin, house.clock.now, None)
    pipeline.run()
    twin.refresh_from_db()
    assert twin.state == PushState.PUBLISHED


def test_the_same_name_with_other_bytes_gets_its_own_archive(pipeline: Pipeline, house: House) -> None:
    for number in range(3):
        house.drop("Alice", "facture.pdf", b"%%PDF-1.4 %d\n%%%%EOF" % number)
        pipeline.run()
    paths = sorted(Push.objects.values_list("archive_path", flat=True))
    assert [path.rpartition("/")[2] for path in paths] == ["facture (2).pdf", "facture (3).pdf", "facture.pdf"]
    assert len({(house.root / path).read_bytes() for path in paths}) == 3


def test_an_unavailable_partner_is_tried_again_with_the_same_reference(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers = [PartnerUnavailable("Le partenaire ne répond pas.")]
    pipeline.run()
    assert only_push().state == PushState.WAITING
    house.clock.forward(minutes=2)
    pipeline.send()
    assert only_push().state == PushState.PUBLISHED
    assert len(set(partner.requests)) == 1
    assert len(partner.requests) == 2


def test_the_moment_that_the_partner_names_is_kept(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    house.drop("Bob", "b.pdf", b"%PDF b %%EOF")
    partner.answers = [PartnerUnavailable("Trop vite.", retry_at=house.clock.now + timedelta(minutes=10))]
    pipeline.run()
    assert len(partner.requests) == 1
    house.clock.forward(minutes=8)
    pipeline.send()
    assert len(partner.requests) == 1
    house.clock.forward(minutes=10)
    pipeline.send()
    assert Push.objects.filter(state=PushState.PUBLISHED).count() == 2


def test_refused_credentials_hold_everything_until_they_are_repaired(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    for number in range(12):
        house.drop("Alice", f"{number}.pdf", b"%%PDF-1.4 %d %%%%EOF" % number)
    partner.answers = [CredentialsRefused("Identifiants refusés.")] * 8
    pipeline.run()
    assert set(Push.objects.values_list("state", "cause")) == {("held", "credentials")}
    house.drop("Bob", "later.pdf", b"%PDF-1.4 later %%EOF")
    pipeline.run()
    assert Push.objects.get(name="later.pdf").cause == "credentials"
    Connector.objects.update(credentials_refused="")
    partner.answers = []
    release_held(house.connector.pk, ["credentials"], house.clock.now)
    pipeline.send()
    assert set(Push.objects.values_list("state", flat=True)) == {PushState.PUBLISHED}


def test_an_unknown_client_holds_only_its_own_documents(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers = [ClientUnknown("Dossier inconnu.")]
    pipeline.run()
    house.drop("Bob", "b.pdf", b"%PDF b %%EOF")
    pipeline.run()
    assert Push.objects.get(name="a.pdf").cause == "client_unknown"
    assert Push.objects.get(name="b.pdf").state == PushState.PUBLISHED


def test_a_refused_document_stays_in_its_folder_with_the_reason(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers = [DocumentRefused("Document illisible.", code="ILLISIBLE", http_status=422)]
    pipeline.run()
    assert (only_push().state, only_push().explanation) == (PushState.REFUSED, "Document illisible.")
    assert path.exists()


def test_an_unknown_outcome_is_asked_after_the_settle_delay_and_not_sent_twice(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers = [(OutcomeUnknown("Réponse perdue."),)]
    pipeline.run()
    assert only_push().state == PushState.UNKNOWN
    house.clock.forward(seconds=20)
    pipeline.send()
    assert only_push().state == PushState.UNKNOWN
    house.clock.forward(seconds=30)
    pipeline.send()
    assert only_push().state == PushState.PUBLISHED
    assert len(partner.requests) == 1


def test_an_askable_partner_has_to_say_no_twice_before_a_document_is_sent_again(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    partner.delivery_class = DeliveryClass.ASKABLE
    house.drop("Alice", "a.pdf")
    partner.answers = [OutcomeUnknown("Réponse perdue.")]
    pipeline.run()
    for _ in range(2):
        assert len(partner.requests) == 1
        house.clock.forward(seconds=60)
        pipeline.send()
    assert only_push().state == PushState.PUBLISHED
    assert len(partner.requests) == 2


def test_a_partner_that_cannot_be_asked_leaves_the_decision_to_a_person(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    partner.delivery_class, partner.abilities = DeliveryClass.BLIND, Abilities()
    house.drop("Alice", "a.pdf")
    partner.answers = [OutcomeUnknown("Réponse perdue.")]
    pipeline.run()
    house.clock.forward(minutes=5)
    pipeline.send()
    assert (only_push().state, only_push().next_attempt_at) == (PushState.UNKNOWN, None)
    assert list(Push.objects.for_a_person()) == [only_push()]
    assert len(partner.requests) == 1


def test_what_a_dead_worker_left_is_asked_about(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    push = only_push()
    Push.objects.claim([push.pk], "dead-worker", house.clock.now, 1)
    PushAttempt.objects.create(push=push, number=1, owner="dead-worker", started_at=house.clock.now)
    pipeline.send()
    assert only_push().state == PushState.UNKNOWN
    house.clock.forward(minutes=1)
    pipeline.send()
    pipeline.send()
    assert only_push().state == PushState.PUBLISHED
    assert only_push().attempts == 2


def test_what_a_living_worker_holds_is_left_alone_however_long_it_sleeps(pipeline: Pipeline, house: House, tmp_path: Path) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    sleeper = FileOwnership(tmp_path / "owners")
    Push.objects.claim([only_push().pk], sleeper.name, house.clock.now, 1)
    house.clock.forward(hours=5)
    pipeline.send()
    assert only_push().state == PushState.SENDING


def test_a_file_that_changes_during_the_request_is_looked_at_again(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers = [DocumentChanged()]
    partner.before_reading = lambda: path.write_bytes(b"%PDF-1.4 other\n%%EOF")
    pipeline.run()
    assert only_push().state == PushState.SETTLING
    partner.before_reading = None
    pipeline.run()
    pipeline.run()
    assert only_push().state == PushState.PUBLISHED


def test_a_receipt_without_integration_is_followed_to_its_end(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers = [Receipt("R-1", integrated=False)]
    pipeline.run()
    assert (only_push().state, path.exists()) == (PushState.ACCEPTED, True)
    partner.received[str(only_push().reference)] = next(iter(partner.received.values()), None) or (None, b"")  # type: ignore[assignment]
    house.clock.forward(minutes=1)
    pipeline.send()
    assert only_push().state == PushState.PUBLISHED


def test_an_archive_that_fails_is_tried_again_and_nothing_is_sent_again(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    blocker = house.root / "Dossier Alice" / "DOSSIER COMPTABLE"
    blocker.write_text("a file where a folder belongs")
    pipeline.run()
    assert (only_push().state, only_push().cause) == (PushState.ACCEPTED, "archive")
    blocker.unlink()
    house.clock.forward(minutes=5)
    pipeline.send()
    assert only_push().state == PushState.PUBLISHED
    assert len(partner.requests) == 1


def test_a_file_taken_away_before_it_was_sent_is_withdrawn(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Charlie", "c.pdf")
    pipeline.run()
    path.unlink()
    pipeline.run()
    assert only_push().state == PushState.WITHDRAWN


def test_a_folder_that_vanishes_withdraws_nothing(pipeline: Pipeline, house: House) -> None:
    house.drop("Charlie", "c.pdf")
    pipeline.run()
    (house.root / "Dossier Charlie").rename(house.root / "elsewhere")
    pipeline.run()
    assert only_push().state == PushState.HELD
    assert "absent" in DepositFolder.objects.get(client=house.clients["Charlie"]).problem


def test_temporary_files_and_links_never_go_and_can_be_seen_with_their_reason(pipeline: Pipeline, house: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF secret %%EOF")
    for name in ("x.part", "~$facture.docx", "Thumbs.db", ".~lock.a.ods#"):
        house.drop("Alice", name)
    (house.folder("Alice") / "lien.pdf").symlink_to(secret)
    (house.folder("Alice") / "dossier").mkdir()
    pipeline.run()
    assert not Push.objects.exists()
    assert len(DepositFolder.objects.get(client=house.clients["Alice"]).skipped) == 6


def test_an_inactive_connector_sends_nothing(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    Connector.objects.update(active=False)
    pipeline.send()
    assert only_push().state == PushState.WAITING
    assert not partner.requests


def test_a_name_that_is_not_utf8_keeps_its_bytes(pipeline: Pipeline, house: House) -> None:
    name = os.fsdecode(b"re\xe7u.pdf")
    house.drop("Alice", name)
    pipeline.run()
    push = only_push()
    assert push.state == PushState.PUBLISHED
    assert bytes(push.name_bytes) == b"re\xe7u.pdf"
    assert push.name == "re‹E7›u.pdf"
    archived = os.listdir(house.root / "Dossier Alice/DOSSIER COMPTABLE/2026/PIECES COMPTABLES SCANNEES/Factures fournisseurs")
    assert archived == [name]


def test_a_watcher_that_read_the_folder_before_its_baseline_sends_what_came_after(pipeline: Pipeline, house: House) -> None:
    DepositFolder.objects.update(baselined_at=None)
    stale = DepositFolder.objects.select_related("client", "deposit_path").get(client=house.clients["Alice"])
    see_folder(DepositFolder.objects.select_related("client", "deposit_path").get(pk=stale.pk), house.store, house.clock.now)
    house.drop("Alice", "a.pdf")
    see_folder(stale, house.store, house.clock.now)
    assert only_push().state == PushState.SETTLING


def test_a_watcher_that_has_not_noticed_the_deactivation_takes_no_baseline(pipeline: Pipeline, house: House) -> None:
    stale = DepositFolder.objects.select_related("client", "deposit_path").get(client=house.clients["Alice"])
    deactivate_connector(house.connector, house.clock.now, None)
    house.drop("Alice", "a.pdf")
    see_folder(stale, house.store, house.clock.now)
    assert not Push.objects.exists()
    assert DepositFolder.objects.get(pk=stale.pk).baselined_at is None


class LateStore(LocalStore):
    """Lists a folder, and lets something happen before the ledger is read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.then: list[Callable[[], object]] = []

    def list(self, folder: str) -> Listing:
        listing = super().list(folder)
        while self.then:
            self.then.pop()()
        return listing


def test_a_file_that_was_archived_after_the_folder_was_listed_is_not_seen_again(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    store = LateStore(house.root)
    store.then = [pipeline.send]
    watched = DepositFolder.objects.select_related("client", "deposit_path").get(client=house.clients["Alice"])
    see_folder(watched, store, house.clock.now)
    assert only_push().state == PushState.PUBLISHED


def test_a_file_that_somebody_else_saw_after_the_folder_was_listed_is_not_withdrawn(pipeline: Pipeline, house: House) -> None:
    watched = DepositFolder.objects.select_related("client", "deposit_path")
    alice = watched.get(client=house.clients["Alice"])

    def drop_and_see() -> None:
        house.drop("Alice", "a.pdf")
        see_folder(watched.get(pk=alice.pk), house.store, house.clock.now)

    store = LateStore(house.root)
    store.then = [drop_and_see]
    see_folder(alice, store, house.clock.now)
    assert only_push().state == PushState.SETTLING


def test_a_file_whose_folder_goes_away_after_it_was_listed_is_written_down_all_the_same(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    watched = DepositFolder.objects.select_related("client", "deposit_path").get(client=house.clients["Alice"])
    store = LateStore(house.root)
    store.then = [lambda: house.folder("Alice").rename(house.root / "unmounted")]
    see_folder(watched, store, house.clock.now)
    assert only_push().state == PushState.SETTLING


class SlowStore(LocalStore):
    """Lets something happen while the ledger is compared, when the rows were read and none is written yet."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.meanwhile: list[Callable[[], object]] = []

    def describe(self, folder: str, name: str) -> Entry:
        while self.meanwhile:
            self.meanwhile.pop()()
        return super().describe(folder, name)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time: two of them cannot meet")
def test_two_watchers_that_write_the_same_file_down_at_once_write_one_row(pipeline: Pipeline, house: House) -> None:
    part = Client.objects.create(name="Alice (dépôt)", folder="Dossier Alice/ZONE DE DEPOT")
    path = DepositPath.objects.create(connector=house.connector, deposit="Factures Fournisseurs", archive="ARCHIVE", domaine="A", type="F")
    same = DepositFolder.objects.create(client=part, deposit_path=path, baselined_at=house.clock.now)
    alice = DepositFolder.objects.select_related("client", "deposit_path").get(client=house.clients["Alice"])
    assert same.folder == alice.folder
    house.drop("Alice", "a.pdf")
    changed: list[int] = []

    def see_elsewhere() -> None:
        changed.append(see_folder(same, house.store, house.clock.now))
        connection.close()

    def in_another_thread() -> None:
        other = Thread(target=see_elsewhere)
        other.start()
        other.join()

    store = SlowStore(house.root)
    store.meanwhile = [in_another_thread]
    changed.append(see_folder(alice, store, house.clock.now))
    assert changed == [1, 0]
    assert (only_push().state, only_push().client) == (PushState.SETTLING, part)


def test_a_document_that_killed_a_worker_goes_alone(pipeline: Pipeline, house: House) -> None:
    for number in range(4):
        house.drop("Alice", f"{number}.pdf", b"%%PDF-1.4 %d\n%%%%EOF" % number)
    pipeline.see()
    suspect = Push.objects.earliest("next_attempt_at", "pk")
    Push.objects.filter(pk=suspect.pk).update(deaths=1)
    connector = Connector.objects.get()
    arguments = (connector.pk, "me", house.clock.now, 1000.0, connector.settings_version)
    assert [item.push.pk for item in claim_documents(*arguments)] == [suspect.pk]
    assert claim_documents(*arguments) == []
    Push.objects.filter(pk=suspect.pk).update(state=PushState.PUBLISHED)
    assert len(claim_documents(*arguments)) == 3


@pytest.mark.parametrize("fate", ["moved", "replaced"])
def test_what_the_partner_may_have_is_left_to_a_person_when_its_file_is_gone(
    pipeline: Pipeline, house: House, partner: FakePartner, fate: str
) -> None:
    partner.abilities = Abilities()  # takes a reference twice, and cannot be asked
    path = house.drop("Alice", "a.pdf")
    partner.answers = [(OutcomeUnknown("Réponse perdue."),), PartnerUnavailable("Indisponible.")]
    pipeline.run()
    house.clock.forward(minutes=2)
    pipeline.send()
    first = only_push()
    assert (first.state, first.doubtful, len(partner.requests)) == (PushState.WAITING, True, 2)
    if fate == "moved":
        path.rename(path.with_name("b.pdf"))
    else:
        path.write_bytes(b"%PDF-1.4 other\n%%EOF")
    for _ in range(4):
        house.clock.forward(minutes=2)
        pipeline.run()
    first.refresh_from_db()
    assert (first.state, first.cause, len(partner.requests)) == (PushState.UNKNOWN, "undecided", 2)
    assert len(partner.received) == 1
    if fate == "moved":
        assert Push.objects.get(name="b.pdf").cause == "duplicate"


def test_a_document_that_changes_while_it_is_sent_again_is_left_to_a_person(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    partner.abilities = Abilities()
    path = house.drop("Alice", "a.pdf")
    partner.answers = [(OutcomeUnknown("Réponse perdue."),), DocumentChanged()]
    pipeline.run()
    partner.before_reading = lambda: path.write_bytes(b"%PDF-1.4 other\n%%EOF")
    house.clock.forward(minutes=2)
    pipeline.send()
    assert (only_push().state, only_push().cause) == (PushState.UNKNOWN, "undecided")
