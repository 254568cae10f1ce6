"""« C’est le bon dossier »: the first documents of a link wait for a person, and then they flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.configure.attribute import choose_attribute
from connectors.configure.first_documents import (
    confirm_links,
    doubts_about,
    links_to_confirm,
    start_checking,
    stop_checking,
    waiting_links,
)
from connectors.configure.values import save_values
from connectors.domain.states import PushState
from connectors.models import Client, Event, Push
from connectors.models.release import release_by_hand
from connectors.providers.base import Dossier
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    start_checking(house.connector, house.clock.now, None)
    return Pipeline(house, partner, tmp_path / "owners")


def standing(*names: str) -> list[tuple[str, str]]:
    return [(push.state, push.cause) for push in Push.objects.filter(name__in=names).order_by("name")]


def give_code(house: House, client: str, code: str) -> None:
    save_values(house.connector, house.connector.mapping.attribute, {house.clients[client].pk: code}, house.clock.now, None)


def test_a_client_s_first_documents_wait_until_the_folder_is_confirmed_and_then_it_flows(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    house.drop("Alice", "a.pdf")
    house.drop("Alice", "b.pdf", b"%PDF-1.4 b\n%%EOF")
    house.drop("Bob", "c.pdf")
    pipeline.run()
    assert standing("a.pdf", "b.pdf", "c.pdf") == [(PushState.HELD, "first_document")] * 3
    assert partner.requests == []
    assert confirm_links(house.connector, [house.clients["Alice"].pk], house.clock.now, None) == 1
    pipeline.send()
    assert standing("a.pdf", "b.pdf") == [(PushState.PUBLISHED, "")] * 2
    assert standing("c.pdf") == [(PushState.HELD, "first_document")]
    house.drop("Alice", "d.pdf", b"%PDF-1.4 d\n%%EOF")
    pipeline.run()
    assert standing("d.pdf") == [(PushState.PUBLISHED, "")]
    assert len(partner.received) == 3


def test_who_confirms_one_client_leaves_the_others_asleep(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    house.drop("Bob", "c.pdf")
    pipeline.run()
    bob = Push.objects.get(name="c.pdf")
    confirm_links(house.connector, [house.clients["Alice"].pk], house.clock.now, None)
    assert [event.kind for event in Event.objects.filter(push=bob)] == ["push.settling", "push.waiting", "push.held"]


def test_each_client_that_waits_is_one_line_with_its_oldest_document(pipeline: Pipeline, house: House) -> None:
    house.drop("Bob", "first.pdf")
    pipeline.run()
    house.drop("Alice", "a.pdf")
    house.drop("Bob", "second.pdf", b"%PDF-1.4 b\n%%EOF")
    pipeline.run()
    lines = waiting_links(house.connector, list(links_to_confirm(house.connector)))
    assert [(line.client.name, line.code, line.first.name, line.count) for line in lines] == [
        ("Bob", "C-BOB", "first.pdf", 2),
        ("Alice", "C-ALICE", "a.pdf", 1),
    ]


def test_a_link_that_changed_since_it_was_looked_at_is_not_confirmed(pipeline: Pipeline, house: House) -> None:
    alice = house.clients["Alice"].pk
    house.drop("Alice", "a.pdf")
    pipeline.run()
    give_code(house, "Alice", "ANOTHER")
    assert confirm_links(house.connector, [alice], house.clock.now, None, {alice: "C-ALICE"}) == 0
    pipeline.send()
    assert standing("a.pdf") == [(PushState.HELD, "first_document")]
    assert confirm_links(house.connector, [alice], house.clock.now, None, {alice: "ANOTHER"}) == 1


def test_a_changed_link_waits_anew_and_goes_when_the_confirmed_one_is_back(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    confirm_links(house.connector, [house.clients["Alice"].pk], house.clock.now, None)
    give_code(house, "Alice", "ANOTHER")
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert standing("a.pdf") == [(PushState.HELD, "first_document")]
    give_code(house, "Alice", "C-ALICE")
    pipeline.send()
    assert standing("a.pdf") == [(PushState.PUBLISHED, "")]
    assert next(iter(partner.received.values()))[0].client_code == "C-ALICE"


def test_a_client_without_a_link_cannot_be_confirmed(pipeline: Pipeline, house: House) -> None:
    before = house.connector.settings_version
    assert confirm_links(house.connector, [house.clients["Charlie"].pk, 999], house.clock.now, None) == 0
    house.connector.refresh_from_db()
    assert house.connector.settings_version == before


def test_a_link_under_which_a_document_was_published_needs_no_yes_when_the_check_begins(
    house: House, partner: FakePartner, tmp_path: Path
) -> None:
    pipeline = Pipeline(house, partner, tmp_path / "owners")
    house.drop("Alice", "before.pdf")
    pipeline.run()
    assert start_checking(house.connector, house.clock.now, None)
    assert not start_checking(house.connector, house.clock.now, None)
    house.drop("Alice", "after.pdf", b"%PDF-1.4 2\n%%EOF")
    house.drop("Bob", "new.pdf")
    pipeline.run()
    assert standing("after.pdf", "new.pdf") == [(PushState.PUBLISHED, ""), (PushState.HELD, "first_document")]


def test_without_the_check_what_waited_goes(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert stop_checking(house.connector, house.clock.now, None) == 1
    assert stop_checking(house.connector, house.clock.now, None) == 0
    pipeline.send()
    assert standing("a.pdf") == [(PushState.PUBLISHED, "")]


def test_nobody_can_force_it_by_hand(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert not release_by_hand(Push.objects.get(), house.clock.now, None)
    assert standing("a.pdf") == [(PushState.HELD, "first_document")]


def test_another_attribute_without_values_confirms_nobody(pipeline: Pipeline, house: House) -> None:
    attribute = house.connector.mapping.attribute
    other = attribute.data_model.attributes.create(name="Autre")
    choose_attribute(house.connector, other, house.clock.now, None)
    assert confirm_links(house.connector, [client.pk for client in house.clients.values()], house.clock.now, None) == 0


@pytest.mark.parametrize(
    ("dossier", "doubts"),
    [
        (Dossier("A", "BOULANGERIE LEFEVRE", "732829320"), 0),
        (Dossier("A", "Lefèvre SARL", ""), 0),
        (Dossier("A", "Boulangerie Lefèvre", "732 829 320 00074"), 0),
        (Dossier("A", "Garage du Pont", "732829320"), 1),
        (Dossier("A", "Boulangerie Lefèvre", "552100554"), 1),
        (Dossier("A", "Garage du Pont", "552100554"), 2),
        (Dossier("A", "", ""), 0),
    ],
)
def test_what_speaks_against_a_dossier_is_told(dossier: Dossier, doubts: int) -> None:
    client = Client(name="SARL Boulangerie Lefèvre", siren="732829320")
    assert len(doubts_about(client, dossier)) == doubts
