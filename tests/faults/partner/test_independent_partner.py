"""Hundreds of documents to a partner that shares no code with us and fails one time in five, in every way it can."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from connectors.domain.states import PushState
from connectors.models import Push
from tests.faults.rehearsal import Rehearsal, is_parked, states
from tests.partner import IndependentPartner, Temper

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import House

pytestmark = pytest.mark.django_db(transaction=True)

LANES = 4
MOST_ROUNDS = 60
DONE = {PushState.PUBLISHED, PushState.REFUSED}


def work_until_done(rehearsal: Rehearsal, partner: IndependentPartner) -> None:
    """Workers drain at once; time passes for the ledger only while the partner has nothing in its hands."""
    for _ in range(MOST_ROUNDS):
        rehearsal.drain(LANES)
        partner.wait_until_idle()
        rehearsal.send()
        if all(push.state in DONE or is_parked(push) for push in Push.objects.all()):
            return
        partner.wait_until_idle()
        rehearsal.house.clock.forward(minutes=5)
        if "settling" in states():  # cut on our side: looked at again, as the watcher does
            rehearsal.see()


@pytest.mark.parametrize(("delivery", "documents"), [("A", 300), ("B", 300), ("C", 120)])
def test_nothing_is_lost_and_nothing_arrives_twice(house: House, tmp_path: Path, delivery: str, documents: int) -> None:
    partner = IndependentPartner(delivery=delivery, temper=Temper(0.2, seed=20), uses_of_a_token=90, hang_seconds=1)
    rehearsal = Rehearsal(house, tmp_path, partner.url, delivery, deadline=0.8, processing=0.5)
    dropped = {f"{number}.pdf": rehearsal.drop(f"{number}.pdf", "Alice" if number % 2 else "Bob") for number in range(documents)}
    rehearsal.see()
    work_until_done(rehearsal, partner)
    threading.Thread(target=partner.stop).start()  # it takes a moment that no test needs

    pushes = list(Push.objects.all())
    assert partner.mistakes == []
    assert Counter(partner.stored.values()).keys() == {1}  # nothing twice
    rejected = {reference for reference, left in partner.pending.items() if left[1] == "REJETE"}
    parked = [push for push in pushes if is_parked(push)]
    for push in pushes:
        reference, content = str(push.reference), dropped.pop(push.name)
        if push.state == PushState.PUBLISHED:
            assert partner.documents[reference][1] == content
            assert (house.root / push.archive_path).read_bytes() == content
        else:  # a person sees why, and the file is where it was
            assert (push.state == PushState.REFUSED and reference in rejected) or push in parked
            assert (house.root / push.folder / push.name).read_bytes() == content
    assert dropped == {}  # nothing lost
    assert bool(parked) == (delivery == "C")
    assert len({arrival.fault for arrival in partner.journal if arrival.route == "upload"}) >= 9
