"""Claiming, when somebody else is quicker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from connectors.domain.states import PushState
from connectors.models import Push, PushAttempt
from connectors.push.claim import claim_documents
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House


class QuickHand:
    """Dismisses a document in the very moment between a worker's look at it and its claim."""

    def __init__(self, name: str) -> None:
        self.name, self.came = name, False

    def __call__(self, execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if not self.came and sql.startswith("UPDATE") and PushState.SENDING in (params or ()):
            self.came = True
            Push.objects.filter(name=self.name).update(state=PushState.DISMISSED, next_attempt_at=None)
        return execute(sql, params, *rest)


def test_a_document_that_a_person_dismissed_in_the_last_moment_is_not_sent(house: House, partner: FakePartner, tmp_path: Path) -> None:
    pipeline = Pipeline(house, partner, tmp_path / "locks")
    for name in ("a.pdf", "b.pdf"):
        house.drop("Alice", name, b"%PDF-1.4\n" + name.encode() + b"\n%%EOF\n")
    pipeline.see()
    hand = QuickHand("a.pdf")
    with connection.execute_wrapper(hand):
        claimed = claim_documents(house.connector.pk, "worker", house.clock.now, 1000, house.connector.settings_version)
    assert hand.came
    assert [one.push.name for one in claimed] == ["b.pdf"]
    assert Push.objects.get(name="a.pdf").state == PushState.DISMISSED
    assert list(PushAttempt.objects.values_list("push__name", flat=True)) == ["b.pdf"]
