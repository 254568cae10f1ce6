"""What a change of settings would do to the last documents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.configure.attribute import choose_attribute
from connectors.configure.changed_rules import with_attribute, with_values
from connectors.configure.client_links import links_of
from connectors.configure.clients import select_clients
from connectors.configure.first_documents import confirm_links
from connectors.configure.impact import EXAMPLES, impact_of
from connectors.configure.values import save_values
from connectors.domain.routing import PathRule
from connectors.domain.states import PushState
from connectors.models import Attribute, AttributeValue, Push
from connectors.models.rules import rules_of
from tests.conftest import ARCHIVE, DEPOSIT, House

if TYPE_CHECKING:
    from typing import Any

    from connectors.configure.impact import Impact
    from connectors.domain.routing import Rules


def document(house: House, client: str, number: int = 1, **values: Any) -> Push:
    moment = values.pop("seen_at", house.clock.now)
    folder = values.pop("folder", f"{house.clients[client].folder}/{DEPOSIT}")
    push = Push(
        connector=house.connector, client=house.clients[client], folder=folder, state=values.pop("state", PushState.PUBLISHED),
        identity="1:1:1:1", seen_at=moment, identity_at=moment, changed_at=moment, deposit_path=house.path, **values,
    )  # fmt: skip
    push.set_name(f"facture {number:04d}.pdf".encode())
    push.save()
    return push


def kinds(impact: Impact) -> dict[str, int]:
    return {group.kind: group.count for group in impact.groups}


def refiled(rules: Rules, **changed: Any) -> Rules:
    return replace(rules, paths={pk: replace(path, **changed) for pk, path in rules.paths.items()})


def test_the_same_rules_change_nothing(house: House) -> None:
    document(house, "Alice")
    impact = impact_of(house.connector, rules_of(house.connector), rules_of(house.connector))
    assert (impact.replayed, impact.changed, impact.waiting, impact.groups) == (1, 0, 0, ())
    assert not impact


def test_another_type_and_another_archive_are_two_differences_of_one_document(house: House) -> None:
    push = document(house, "Alice", state=PushState.WAITING)
    document(house, "Bob")
    before = rules_of(house.connector)
    impact = impact_of(house.connector, before, refiled(before, type="AVOIR", archive="ARCHIVE/{année}"))
    assert (impact.changed, impact.waiting, kinds(impact)) == (2, 1, {"filing": 2, "archive": 2})
    example = impact.groups[0].examples[1]
    assert (example.reference, example.client, example.before, example.after) == (
        push.reference,
        "Alice",
        "ACHATS › FACTURE",
        "ACHATS › AVOIR",
    )
    assert impact.groups[1].examples[1].after == "Dossier Alice/ARCHIVE/2026"


def test_a_removed_path_holds_its_documents_and_a_new_one_takes_its_folder_over(house: House) -> None:
    document(house, "Alice")
    before = rules_of(house.connector)
    gone = impact_of(house.connector, before, replace(before, paths={}))
    assert kinds(gone) == {"hold": 1}
    assert "Seraient retenus : Le chemin de dépôt" in gone.groups[0].title
    again = PathRule(-1, DEPOSIT.upper(), ARCHIVE, "ACHATS", "FACTURE")
    assert not impact_of(house.connector, before, replace(before, paths={-1: again}))
    assert kinds(impact_of(house.connector, replace(before, paths={}), before)) == {"release": 1}


def test_a_client_that_is_left_out_is_held_and_only_that_is_said(house: House) -> None:
    document(house, "Alice")
    before = rules_of(house.connector)
    after = refiled(links_of(house.connector).rules_with({house.clients["Bob"].pk}), type="AVOIR")
    assert kinds(impact_of(house.connector, before, after)) == {"hold": 1}


def test_another_value_sends_to_another_folder_of_the_partner(house: House) -> None:
    document(house, "Alice")
    before = rules_of(house.connector)
    after = with_values(house.connector, before, {house.clients["Alice"].pk: "C-99"})
    impact = impact_of(house.connector, before, after)
    assert kinds(impact) == {"code": 1}
    assert (impact.groups[0].examples[0].before, impact.groups[0].examples[0].after) == ("C-ALICE", "C-99")


def test_two_clients_with_one_value_are_both_held(house: House) -> None:
    document(house, "Alice")
    document(house, "Bob")
    before = rules_of(house.connector)
    impact = impact_of(house.connector, before, with_values(house.connector, before, {house.clients["Alice"].pk: "c-bob"}))
    assert kinds(impact) == {"hold": 2}


def test_refused_credentials_hide_no_difference(house: House) -> None:
    document(house, "Alice")
    house.connector.credentials_refused = "Refusé."
    before = rules_of(house.connector)
    assert kinds(impact_of(house.connector, before, links_of(house.connector).rules_with(set()))) == {"hold": 1}


def test_a_client_whose_folder_was_renamed_is_found_by_its_path(house: House) -> None:
    document(house, "Alice", folder=f"Ancien dossier/{DEPOSIT}")
    before = rules_of(house.connector)
    assert kinds(impact_of(house.connector, before, refiled(before, domaine="RH"))) == {"filing": 1}
    Push.objects.update(deposit_path=None)
    assert not impact_of(house.connector, before, refiled(before, domaine="RH"))


def test_a_preview_says_what_saving_then_does(house: House) -> None:
    connector, now, (alice, bob, charlie) = house.connector, house.clock.now, (client.pk for client in house.clients.values())
    confirm_links(connector, [alice, bob], now, None)
    other = Attribute.objects.create(data_model=Attribute.objects.get().data_model, name="SIRET")
    AttributeValue.objects.create(attribute=other, client_id=charlie, value="S-1")

    preview = with_values(connector, rules_of(connector), {alice: "A-2", charlie: "C-BOB"})
    save_values(connector, connector.mapping.attribute, {alice: "A-2", charlie: "C-BOB"}, now, None)
    assert preview == rules_of(connector)
    assert not preview.clients[alice].confirmed

    preview = links_of(connector).rules_with({alice, bob})
    select_clients(connector, {alice, bob}, now, None)
    assert preview == rules_of(connector)
    assert preview.clients[bob].confirmed

    preview = with_attribute(connector, rules_of(connector), other.pk)
    choose_attribute(connector, other, now, None)
    connector.refresh_from_db()
    assert preview == rules_of(connector)


def test_a_client_that_came_by_itself_is_linked_only_when_somebody_links_it(house: House) -> None:
    connector, alice = house.connector, house.clients["Alice"].pk
    connector.selections.filter(client=alice).update(to_link=True)
    before = rules_of(connector)
    assert with_values(connector, before, {alice: "A-2"}).cause_for_client(alice) == "to_link"
    assert with_values(connector, before, {alice: "A-2"}, linked={alice}).cause_for_client(alice) == ""


def test_without_an_attribute_nobody_is_linked(house: House) -> None:
    house.connector.mapping.delete()
    rules = links_of(house.connector).rules_with({house.clients["Alice"].pk})
    assert rules.cause_for_client(house.clients["Alice"].pk) == "mapping"


def test_only_the_last_documents_are_replayed_and_a_few_of_them_are_shown(house: House) -> None:
    for number in range(12):
        document(house, "Alice", number, seen_at=house.clock.forward(minutes=1))
    before = rules_of(house.connector)
    impact = impact_of(house.connector, before, refiled(before, type="AVOIR"), most=10)
    assert (impact.replayed, impact.changed, impact.groups[0].more) == (10, 10, 10 - EXAMPLES)
    assert impact.groups[0].examples[0].name == "facture 0011.pdf"


@pytest.mark.parametrize("count", [1, 40])
def test_it_asks_the_database_once(house: House, count: int) -> None:
    for number in range(count):
        document(house, ("Alice", "Bob", "Charlie")[number % 3], number)
    before = rules_of(house.connector)
    with CaptureQueriesContext(connection) as queries:
        impact_of(house.connector, before, refiled(before, type="AVOIR"))
    assert len(queries) == 1
