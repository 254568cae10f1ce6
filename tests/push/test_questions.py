"""Questions to the partner and what else is left to do: by one worker, by two at once, and after a thread that died."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from connectors.deposits.local.store import LocalStore
from connectors.domain.outcomes import CredentialsRefused, OutcomeUnknown, PartnerUnavailable, Receipt
from connectors.domain.states import PushState
from connectors.models import Connector, Push, PushAttempt
from connectors.providers.base import Abilities
from connectors.push.errands import ask_questions, finish_archives
from connectors.push.ownership import FileOwnership
from connectors.push.worker import Worker
from tests.conftest import FakePartner
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.deposits.base import Entry
    from connectors.domain.outcomes import RemoteDocument
    from tests.conftest import House

pytestmark = pytest.mark.django_db(transaction=True)

LOST = OutcomeUnknown("Réponse perdue.")
NOT_THERE = None


@dataclass
class AskedPartner(FakePartner):
    """Replies to a question what the test has laid ready, else what it knows."""

    replies: list[Exception | None] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    before_reply: list[Callable[[], object]] = field(default_factory=list)

    def look_up(self, reference: str) -> RemoteDocument | None:
        self.questions.append(reference)
        while self.before_reply:
            self.before_reply.pop()()
        if not self.replies:
            return super().look_up(reference)
        if reply := self.replies.pop(0):
            raise reply
        return None


class SharedStore(LocalStore):
    """Lets somebody else work just before the first file is archived."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.meanwhile: list[Callable[[], object]] = []

    def archive(self, entry: Entry, folder: str, archive_folder: str, *, reference: str, sha256: str) -> str:
        while self.meanwhile:
            self.meanwhile.pop()()
        return super().archive(entry, folder, archive_folder, reference=reference, sha256=sha256)


@pytest.fixture
def partner() -> AskedPartner:
    return AskedPartner()


@pytest.fixture
def pipeline(house: House, partner: AskedPartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


@pytest.fixture
def colleague(house: House, tmp_path: Path) -> Worker:
    """A second worker on the same documents."""
    return Worker(FileOwnership(tmp_path / "owners"), house.store, house.clock)


def only_push() -> Push:
    return Push.objects.get()


def drop_two(house: House) -> None:
    for name in ("a.pdf", "b.pdf"):
        house.drop("Alice", name, f"%PDF-1.4 {name}\n%%EOF".encode())


def states() -> list[str]:
    return list(Push.objects.order_by("pk").values_list("state", flat=True))


def test_credentials_that_are_refused_to_a_question_stop_the_connector_and_lose_no_document(
    pipeline: Pipeline, house: House, partner: AskedPartner
) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers, partner.replies = [LOST], [CredentialsRefused("Le partenaire refuse l’accès.")]
    pipeline.run()
    for _ in range(3):
        house.clock.forward(minutes=10)
        pipeline.send()
    assert (only_push().state, len(partner.questions)) == (PushState.UNKNOWN, 1)
    assert Connector.objects.get().credentials_refused == "Le partenaire refuse l’accès."
    Connector.objects.update(credentials_refused="")
    pipeline.send()
    assert only_push().state == PushState.PUBLISHED


def test_an_answer_that_says_nothing_about_partner_or_credentials_stops_nobody_else_and_is_asked_for_again(
    pipeline: Pipeline, house: House, partner: AskedPartner
) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers, partner.replies = [(LOST,)], [OutcomeUnknown("Réponse illisible.")]
    pipeline.run()
    before = Connector.objects.get().failures
    house.clock.forward(minutes=10)
    pipeline.send()
    connector = Connector.objects.get()
    assert (connector.failures, connector.paused_until, connector.credentials_refused) == (before, None, "")
    assert (only_push().state, len(partner.questions)) == (PushState.UNKNOWN, 1)
    house.clock.forward(hours=1)
    pipeline.send()
    assert (only_push().state, len(partner.requests)) == (PushState.PUBLISHED, 1)


def test_a_partner_that_answers_no_question_for_a_week_leaves_the_document_to_a_person(
    pipeline: Pipeline, house: House, partner: AskedPartner
) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers, partner.replies = [LOST], [PartnerUnavailable("Le partenaire ne répond pas.")] * 2
    pipeline.run()
    house.clock.forward(minutes=10)
    pipeline.send()
    assert (only_push().state, only_push().cause) == (PushState.UNKNOWN, "")
    assert only_push().explanation == "En attente d’une réponse du partenaire : Le partenaire ne répond pas."
    house.clock.forward(days=8)
    pipeline.send()
    assert (only_push().state, only_push().cause, only_push().next_attempt_at) == (PushState.UNKNOWN, "undecided", None)
    assert list(Push.objects.for_a_person()) == [only_push()]


def test_a_receipt_that_the_partner_cannot_find_yet_is_asked_about_again_and_not_sent_again(
    pipeline: Pipeline, house: House, partner: AskedPartner
) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers, partner.replies = [Receipt("R-1", integrated=False)], [NOT_THERE]
    pipeline.run()
    house.clock.forward(minutes=10)
    pipeline.send()
    assert (only_push().state, path.exists(), len(partner.questions)) == (PushState.ACCEPTED, True, 1)
    house.clock.forward(minutes=10)
    pipeline.send()
    assert (only_push().state, path.exists(), len(partner.requests)) == (PushState.PUBLISHED, False, 1)


def test_a_document_with_which_three_workers_have_died_is_kept_for_a_person(
    pipeline: Pipeline, house: House, partner: AskedPartner
) -> None:
    partner.abilities = Abilities()  # takes a reference twice, and cannot be asked
    house.drop("Alice", "a.pdf")
    pipeline.see()
    Push.objects.update(deaths=2)
    Push.objects.claim([only_push().pk], "dead-worker", house.clock.now, 1)
    PushAttempt.objects.create(push=only_push(), number=1, owner="dead-worker", started_at=house.clock.now)
    pipeline.send()
    house.clock.forward(minutes=10)
    pipeline.send()
    push = only_push()
    assert (push.state, push.cause, push.deaths, push.doubtful) == (PushState.HELD, "poison", 3, True)
    assert partner.requests == []


def accepted_but_not_archived(pipeline: Pipeline, house: House) -> None:
    """The partner has both; their archive could not be made, and can now."""
    drop_two(house)
    blocker = house.root / "Dossier Alice" / "DOSSIER COMPTABLE"
    blocker.write_text("a file where a folder belongs")
    pipeline.run()
    assert states() == [PushState.ACCEPTED] * 2
    blocker.unlink()
    house.clock.forward(minutes=10)


def test_a_worker_that_was_asked_to_end_begins_no_further_archive(pipeline: Pipeline, house: House) -> None:
    accepted_but_not_archived(pipeline, house)
    pipeline.worker.stopping.set()
    assert finish_archives(house.connector.pk, pipeline.worker) == 0
    assert states() == [PushState.ACCEPTED] * 2
    pipeline.worker.stopping.clear()
    assert finish_archives(house.connector.pk, pipeline.worker) == 2
    assert states() == [PushState.PUBLISHED] * 2


def test_two_workers_that_finish_archives_at_once_share_them(pipeline: Pipeline, house: House, colleague: Worker) -> None:
    accepted_but_not_archived(pipeline, house)
    shares: list[int] = []
    pipeline.worker.store = store = SharedStore(house.root)
    store.meanwhile = [lambda: shares.append(finish_archives(house.connector.pk, colleague))]
    shares.append(finish_archives(house.connector.pk, pipeline.worker))
    assert shares == [1, 1]
    assert states() == [PushState.PUBLISHED] * 2


def test_two_workers_that_ask_at_once_ask_each_question_once(
    pipeline: Pipeline, house: House, partner: AskedPartner, colleague: Worker
) -> None:
    drop_two(house)
    partner.answers = [(LOST,), (LOST,)]
    pipeline.run()
    house.clock.forward(minutes=10)
    shares: list[int] = []

    def ask(worker: Worker) -> None:
        speaking: Any = partner
        shares.append(ask_questions(house.connector.pk, speaking, worker, house.connector.settings_version))

    partner.before_reply = [lambda: ask(colleague)]
    ask(pipeline.worker)
    assert shares == [1, 1]
    assert len(set(partner.questions)) == len(partner.questions) == 2
    assert states() == [PushState.PUBLISHED] * 2


def test_what_a_dead_thread_of_this_process_left_is_asked_about_when_it_was_begun_and_sent_when_it_was_not(
    pipeline: Pipeline, house: House, partner: AskedPartner
) -> None:
    drop_two(house)
    pipeline.see()

    def die() -> None:
        partner.before_reading = None
        raise SystemExit

    partner.before_reading = die
    with pytest.raises(SystemExit):
        pipeline.send()
    pipeline.send()
    assert states() == [PushState.SENDING] * 2  # so soon, another thread may still be about to write its answer
    house.clock.forward(minutes=2)
    pipeline.send()
    assert states() == [PushState.UNKNOWN, PushState.PUBLISHED]
    house.clock.forward(minutes=2)
    pipeline.send()
    assert states() == [PushState.PUBLISHED] * 2
    begun, waiting = (str(push.reference) for push in Push.objects.order_by("pk"))
    assert (partner.requests, partner.questions) == ([begun, waiting, begun], [begun])
