"""An attempt's answer: what each one leads to, that it is written down once, and how long it waits for a database that is away."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection

from connectors.domain.outcomes import DocumentChanged, PartnerUnavailable, PushError, Receipt
from connectors.domain.states import PushState
from connectors.models import Connector, Event, Push, PushAttempt
from connectors.push.claim import claim_documents
from connectors.push.durable import store_answer
from connectors.push.send import _record
from tests.conftest import FakePartner
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.domain.document import DocumentSource, OutgoingDocument
    from tests.conftest import House

pytestmark = pytest.mark.django_db(transaction=True)


class CarefulPartner(FakePartner):
    """Asks, as a real provider does, whether the end of the body may leave."""

    def push(self, document: OutgoingDocument, source: DocumentSource) -> Receipt:
        self.requests.append(document.reference)
        if self.before_reading:
            self.before_reading()
        if not source.may_end():
            raise DocumentChanged
        self.requests.pop()
        return super().push(document, source)


@pytest.fixture
def partner() -> CarefulPartner:
    return CarefulPartner()


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def only_push() -> Push:
    return Push.objects.get()


def claimed_push(pipeline: Pipeline, house: House) -> Push:
    """The only document, claimed by the pipeline's worker."""
    house.drop("Alice", "a.pdf")
    pipeline.see()
    connector = Connector.objects.get()
    (claimed,) = claim_documents(connector.pk, pipeline.worker.ownership.name, house.clock.now, 1000.0, connector.settings_version)
    return claimed.push


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Receipt("R-1"), PushState.ACCEPTED),
        (PartnerUnavailable("Le partenaire ne répond pas."), PushState.WAITING),
        (DocumentChanged(), PushState.SETTLING),
    ],
    ids=["receipt", "error", "unsent"],
)
def test_an_answer_that_was_stored_before_the_database_fell_silent_is_not_stored_again(
    pipeline: Pipeline, house: House, partner: FakePartner, answer: Receipt | Exception, state: PushState
) -> None:
    push, silences = claimed_push(pipeline, house), [OperationalError("the connection was lost at the commit")]

    def write() -> None:
        speaking: Any = partner
        _record(push, answer, speaking, pipeline.worker)
        house.clock.forward(seconds=30)
        if silences:
            raise silences.pop()

    store_answer(push, pipeline.worker, write)
    attempt, moved = PushAttempt.objects.get(), Event.objects.filter(kind=f"push.{state}").latest("pk")
    assert only_push().state == state
    assert attempt.ended_at == moved.at == house.clock.now - timedelta(minutes=1)
    assert Connector.objects.get().failures == (state == PushState.WAITING)


@pytest.mark.parametrize(("asked_to_end", "patience", "parting"), [(False, 0.5, 60), (True, 60, 0.3)])
def test_an_answer_waits_for_the_database_for_a_while_and_less_long_in_a_process_that_has_to_end(
    pipeline: Pipeline,
    house: House,
    asked_to_end: bool,  # noqa: FBT001 - a parameter of the test
    patience: float,
    parting: float,
) -> None:
    push = claimed_push(pipeline, house)
    if asked_to_end:
        pipeline.worker.stopping.set()

    def write() -> None:
        raise OperationalError("the database is away")

    started = time.monotonic()
    with pytest.raises(OperationalError):
        store_answer(push, pipeline.worker, write, patience=patience, parting=parting)
    assert min(patience, parting) <= time.monotonic() - started < 30
    assert only_push().state == PushState.SENDING


def losing_the_answer_to(word: str) -> Callable[..., Any]:
    """The database does it, and the connection is lost before it can say so: once, at the first row that is changed to this state."""
    left = [OperationalError("the connection was lost")]

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's own signature
        done = run(sql, params, many, context)
        if left and sql.startswith("UPDATE") and word in (params or ()):
            raise left.pop()
        return done

    return execute


def test_a_document_whose_publication_was_stored_in_silence_is_not_archived_again(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    with connection.execute_wrapper(losing_the_answer_to(PushState.PUBLISHED)):
        pipeline.send()
    assert (only_push().state, len(partner.requests)) == (PushState.PUBLISHED, 1)
    archived = house.root / only_push().archive_path
    assert [path.name for path in archived.parent.iterdir()] == ["a.pdf"]


def test_a_receipt_with_the_id_of_another_document_is_none(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    partner.answers = [Receipt("R-1"), Receipt("R-1")]
    for name in ("a.pdf", "b.pdf"):
        house.drop("Alice", name, f"%PDF-1.4 {name}\n%%EOF".encode())
        pipeline.run()
    assert Push.objects.get(name="a.pdf").state == PushState.PUBLISHED
    second = Push.objects.get(name="b.pdf")
    assert (second.state, second.remote_id) == (PushState.UNKNOWN, "")
    assert second.explanation == "Le partenaire a répondu avec l’identifiant d’un autre document."


def test_a_partner_that_is_away_for_a_week_leaves_the_document_to_a_person(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers = [PartnerUnavailable("Le partenaire ne répond pas.")] * 2
    pipeline.run()
    assert only_push().state == PushState.WAITING
    house.clock.forward(days=8)
    pipeline.send()
    assert (only_push().state, only_push().cause, only_push().next_attempt_at) == (PushState.HELD, "partner", None)
    assert only_push().explanation.endswith("Le partenaire ne répond pas.")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (ValueError("a mistake of ours"), "L’envoi s’est interrompu de façon imprévue."),
        (PushError("Une réponse que personne n’attendait."), "Une réponse que personne n’attendait."),
    ],
)
def test_what_nobody_foresaw_is_doubt_and_asked_about(
    pipeline: Pipeline, house: House, partner: FakePartner, answer: Exception, text: str
) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers = [(answer,)]
    pipeline.run()
    assert (only_push().state, only_push().explanation) == (PushState.UNKNOWN, text)
    house.clock.forward(minutes=10)
    pipeline.send()
    assert (only_push().state, len(partner.requests)) == (PushState.PUBLISHED, 1)


def test_a_database_that_is_away_when_the_token_is_asked_for_costs_an_attempt_and_no_doubt(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    house.drop("Alice", "a.pdf")
    partner.answers = [OperationalError("the database is away")]
    pipeline.run()
    tries = list(PushAttempt.objects.values_list("outcome", "message"))
    assert tries == [("unsent", "La base de données n’a pas répondu : rien n’est parti."), ("receipt", "")]
    assert (only_push().state, only_push().doubtful) == (PushState.PUBLISHED, False)


def test_a_document_whose_folder_is_away_waits_for_it(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.see()
    away = house.folder("Alice").rename(house.root / "unmounted")
    pipeline.send()
    push = only_push()
    assert (push.state, push.next_attempt_at) == (PushState.WAITING, house.clock.now + timedelta(seconds=30))
    assert push.explanation.endswith("est absent.")
    away.rename(house.folder("Alice"))
    house.clock.forward(seconds=31)
    pipeline.send()
    assert (only_push().state, len(partner.requests)) == (PushState.PUBLISHED, 1)


def test_the_end_of_a_document_does_not_leave_when_its_time_is_over(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    usual = partner.limits
    partner.limits = replace(usual, deadline=lambda _: timedelta(0))
    partner.before_reading = pipeline.worker.stopping.set  # one attempt
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert (only_push().state, only_push().explanation) == (PushState.WAITING, "L’envoi a trop duré : sa fin n’est pas partie.")
    assert (partner.received, len(partner.requests)) == ({}, 1)
    partner.limits, partner.before_reading = usual, None
    pipeline.worker.stopping.clear()
    pipeline.send()
    assert (only_push().state, len(partner.requests)) == (PushState.PUBLISHED, 2)
