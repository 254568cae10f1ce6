"""Choosing clients: what is remembered, what would happen, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from connectors.configure.client_effect import HELD, LEAVES, STAYS, documents_in, effect_of
from connectors.configure.client_links import links_of, watched_by_others
from connectors.configure.client_obstacles import counted, obstacles_of, troubled_folders
from connectors.configure.client_undo import UndoRefused, undo_clients, undoable_change
from connectors.configure.clients import change_clients, select_clients
from connectors.domain.states import PushState
from connectors.models import (
    Attribute,
    AttributeMapping,
    AttributeValue,
    ClientSelection,
    Connector,
    DepositFolder,
    DepositPath,
    Event,
    Push,
)
from connectors.models.rules import rules_of

if TYPE_CHECKING:
    from connectors.configure.client_effect import SelectionEffect
    from tests.conftest import House


def ids(house: House, *names: str) -> set[int]:
    return {house.clients[name].pk for name in names}


def document(house: House, client: str, state: PushState = PushState.WAITING, cause: str = "", name: str = "a.pdf") -> Push:
    push = Push(connector=house.connector, client=house.clients[client], deposit_path=house.path, folder=client, identity="1", state=state)
    push.cause, push.seen_at = cause, house.clock.now
    push.identity_at = push.changed_at = push.next_attempt_at = house.clock.now
    push.set_name(name.encode())
    push.save()
    return push


def another_active(house: House, *names: str) -> Connector:
    """It watches the same folder for these clients."""
    other = Connector.objects.create(provider="illinks", name="Illinks (2)", active=True)
    DepositPath.objects.create(connector=other, deposit=house.path.deposit.upper(), archive="A", domaine="A", type="B")
    for name in names:
        ClientSelection.objects.create(connector=other, client=house.clients[name], selected_at=house.clock.now)
    return other


def effect(house: House, *names: str) -> SelectionEffect:
    return effect_of(links_of(house.connector), ids(house, *names))


def last_event(house: House) -> Event:
    return Event.objects.filter(kind="settings.clients").latest("pk")


def test_a_choice_that_is_not_saved_is_judged_by_the_rules_of_production(house: House) -> None:
    selection = house.connector.selections.get(client=house.clients["Bob"])
    selection.confirmed_code, selection.paused_at = "c-bob", house.clock.now
    selection.save()
    house.connector.selections.filter(client=house.clients["Charlie"]).update(to_link=True)
    links = links_of(house.connector)
    assert links.rules_with(links.selected) == rules_of(house.connector)
    assert links.rules_with(ids(house, "Alice")).clients.keys() == ids(house, "Alice")


def test_what_is_let_go_and_what_is_held_is_told_before_anything_is_saved(house: House) -> None:
    house.connector.selections.filter(client=house.clients["Bob"]).delete()
    document(house, "Bob", PushState.HELD, "not_selected")
    document(house, "Alice")
    document(house, "Alice", PushState.SETTLING, name="b.pdf")
    document(house, "Charlie", PushState.HELD, "mapping")
    document(house, "Alice", PushState.HELD, "empty", name="c.pdf")
    found = effect(house, "Bob")
    assert (found.added, found.removed) == (ids(house, "Bob"), ids(house, "Alice", "Charlie"))
    assert found.documents == {LEAVES: 1, HELD: 2, STAYS: 1}
    assert found.waiting == 4
    shown = documents_in(links_of(house.connector), found, 10)
    assert [(item.push.client.name, item.push.name, item.fate, item.cause) for item in shown] == [
        ("Alice", "a.pdf", HELD, "not_selected"),
        ("Alice", "b.pdf", HELD, "not_selected"),
        ("Bob", "a.pdf", LEAVES, ""),
        ("Charlie", "a.pdf", STAYS, "not_selected"),
    ]
    assert len(documents_in(links_of(house.connector), found, 2)) == 2
    assert not Event.objects.filter(kind="settings.clients").exists()


def test_a_newcomer_with_the_value_of_somebody_else_is_told_as_a_clash(house: House) -> None:
    house.connector.selections.filter(client=house.clients["Charlie"]).delete()
    AttributeValue.objects.create(attribute=Attribute.objects.get(), client=house.clients["Charlie"], value="c-alice")
    document(house, "Alice")
    found = effect(house, "Alice", "Bob", "Charlie")
    assert found.clashing == ids(house, "Alice")
    assert found.unlinked == ids(house, "Charlie")
    assert found.documents == {HELD: 1}


def test_a_client_whose_folder_another_active_connector_watches_is_not_taken(house: House) -> None:
    another_active(house, "Bob")
    house.connector.selections.filter(client=house.clients["Bob"]).delete()
    assert watched_by_others(house.connector) == {house.clients["Bob"].pk: "Illinks (2)"}
    assert effect(house, "Alice", "Bob").refused == {house.clients["Bob"].pk: "Illinks (2)"}
    change = select_clients(house.connector, ids(house, "Alice", "Bob"), house.clock.now, None)
    assert (change.added, change.removed, set(change.refused)) == (0, 1, ids(house, "Bob"))
    house.connector.active = False
    assert not effect(house, "Alice", "Bob").refused


def test_a_connector_with_other_folders_takes_nothing_away(house: House) -> None:
    other = another_active(house, "Bob")
    other.deposit_paths.update(deposit="AUTRE")
    assert watched_by_others(house.connector) == {}


def test_each_reason_why_a_client_sends_nothing_has_its_name(house: House) -> None:
    chosen = ids(house, "Alice", "Bob", "Charlie")

    def reasons() -> dict[int, str]:
        return obstacles_of(links_of(house.connector), chosen, troubled_folders(house.connector), watched_by_others(house.connector))

    alice, bob, charlie = (house.clients[name].pk for name in ("Alice", "Bob", "Charlie"))
    assert reasons() == {charlie: "sans_valeur"}
    AttributeValue.objects.create(attribute=Attribute.objects.get(), client_id=charlie, value="C-BOB")
    assert reasons() == {bob: "en_double", charlie: "en_double"}
    house.connector.selections.filter(client_id=charlie).update(to_link=True)
    house.connector.selections.filter(client_id=alice).update(paused_at=house.clock.now)
    assert reasons() == {alice: "en_pause", charlie: "a_relier"}
    house.connector.selections.filter(client_id=alice).update(paused_at=None)
    DepositFolder.objects.create(deposit_path=house.path, client_id=alice, problem="Dossier absent.")
    another_active(house, "Bob")
    assert reasons() == {alice: "dossier", bob: "autre_connecteur", charlie: "a_relier"}
    assert counted(reasons()) == [
        ("a_relier", "À relier", 1),
        ("dossier", "Dossier à vérifier", 1),
        ("autre_connecteur", "Déjà surveillé ailleurs", 1),
    ]


def test_undo_gives_back_what_was_known_of_those_who_went(house: House) -> None:
    paused = house.clock.now - timedelta(days=2)
    house.connector.selections.filter(client=house.clients["Bob"]).update(paused_at=paused, confirmed_code="C-BOB", to_link=True)
    before = list(house.connector.selections.order_by("client").values("client", "to_link", "paused_at", "confirmed_code"))
    change_clients(house.connector, set(), ids(house, "Bob", "Charlie"), house.clock.now, None)
    event = undoable_change(house.connector, house.clock.now)
    assert event is not None
    assert event.text == "Clients : 2 retirés"
    change = undo_clients(house.connector, event.pk, house.clock.now, None)
    assert (change.added, change.removed) == (2, 0)
    assert list(house.connector.selections.order_by("client").values("client", "to_link", "paused_at", "confirmed_code")) == before
    assert last_event(house).text == "Changement annulé : 2 ajoutés"


def test_undo_takes_out_who_came(house: House) -> None:
    select_clients(house.connector, ids(house, "Alice"), house.clock.now, None)
    select_clients(house.connector, ids(house, "Bob"), house.clock.now, None)
    undo_clients(house.connector, last_event(house).pk, house.clock.now, None)
    assert set(house.connector.selections.values_list("client_id", flat=True)) == ids(house, "Alice")


def test_undo_is_refused_when_somebody_chose_since_or_an_hour_went_by(house: House) -> None:
    select_clients(house.connector, ids(house, "Alice"), house.clock.now, None)
    first = last_event(house).pk
    select_clients(house.connector, ids(house, "Alice", "Bob"), house.clock.now, None)
    with pytest.raises(UndoRefused, match="la sélection a changé depuis"):
        undo_clients(house.connector, first, house.clock.now, None)
    second = last_event(house).pk
    with pytest.raises(UndoRefused, match="une heure est passée"):
        undo_clients(house.connector, second, house.clock.forward(minutes=61), None)
    assert set(house.connector.selections.values_list("client_id", flat=True)) == ids(house, "Alice", "Bob")


def test_undo_is_refused_when_another_connector_has_taken_a_client_over(house: House) -> None:
    select_clients(house.connector, ids(house, "Alice"), house.clock.now, None)
    another_active(house, "Bob")
    with pytest.raises(UndoRefused, match="Illinks"):
        undo_clients(house.connector, last_event(house).pk, house.clock.now, None)


def test_who_does_not_exist_or_is_chosen_already_changes_nothing(house: House) -> None:
    assert not change_clients(house.connector, {999_999, *ids(house, "Alice")}, set(), timezone.now(), None)
    assert not Event.objects.filter(kind="settings.clients").exists()


def test_without_an_attribute_nobody_is_linked(house: House) -> None:
    AttributeMapping.objects.all().delete()
    assert effect(house, "Alice").after.clients[house.clients["Alice"].pk].code == ""
