"""Choosing the attribute, saving its values in one transaction, linking new clients, and taking it all back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from connectors.configure.attribute import choose_attribute, facts_of, recommended
from connectors.configure.changed_rules import with_attribute, with_values
from connectors.configure.link_preview import preview_links
from connectors.configure.value_undo import UndoRefused, last_change, undo_change
from connectors.configure.values import ValuesRefused, save_values, values_of
from connectors.domain.states import PushState
from connectors.models import Attribute, AttributeMapping, AttributeValue, Push
from connectors.models.rules import rules_of
from tests.web.settings_cast import Cast, meet_the_cast

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.models import Event


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    cast = meet_the_cast(tmp_path)
    cast.complete()
    return cast


def save(cast: Cast, *link: str, seen: dict[str, str] | None = None, **values: str) -> int:
    typed = {cast.clients[name].pk: value for name, value in values.items()}
    ids = [cast.clients[name].pk for name in link]
    known = {cast.clients[name].pk: value for name, value in (seen or {}).items()}
    return save_values(cast.connector, cast.attribute, typed, timezone.now(), None, seen=known, link=ids)


def stored(cast: Cast) -> dict[str, str]:
    names = {client.pk: name for name, client in cast.clients.items()}
    return {names[pk]: value for pk, value in values_of(cast.connector, cast.attribute).items()}


def undo(cast: Cast, event: Event | None = None) -> None:
    event = event or last_change(cast.connector, timezone.now())
    assert event
    undo_change(cast.connector, event.pk, timezone.now(), None)


def arrive_by_itself(cast: Cast, name: str) -> None:
    cast.connector.selections.filter(client=cast.clients[name]).update(to_link=True)


def is_to_link(cast: Cast, name: str) -> bool:
    return cast.connector.selections.get(client=cast.clients[name]).to_link


def held_document(cast: Cast, name: str) -> Push:
    push = Push(connector=cast.connector, client=cast.clients[name], folder=f"Dossier {name}/DEPOT", state=PushState.HELD, cause="mapping")
    push.seen_at = push.identity_at = push.changed_at = timezone.now()
    push.set_name(f"facture {Push.objects.count()}.pdf".encode())
    push.save()
    return push


def test_facts_count_values_and_do_not_see_case_as_a_difference(cast: Cast) -> None:
    save(cast, Charlie="c-alice")
    (fact,) = facts_of(cast.connector)
    assert (fact.clients, fact.filled, fact.distinct, fact.doubled, fact.fill_rate) == (3, 3, 2, 1, 100)
    assert fact.samples == ("C-ALICE", "C-BOB", "c-alice")


def test_an_attribute_that_only_later_clients_have_shows_a_value_too(cast: Cast) -> None:
    rare = Attribute.objects.create(data_model=cast.attribute.data_model, name="Rare")
    facts = {fact.attribute.name: fact for fact in facts_of(cast.connector)}
    assert (facts["Rare"].filled, facts["Rare"].samples, facts["Rare"].fill_rate) == (0, (), 0)
    AttributeValue.objects.create(attribute=rare, client=cast.clients["Charlie"], value="R")
    assert {fact.attribute.name: fact.samples for fact in facts_of(cast.connector)}["Rare"] == ("R",)


def test_the_attribute_that_tells_most_clients_apart_is_recommended(cast: Cast) -> None:
    form = Attribute.objects.create(data_model=cast.attribute.data_model, name="Forme juridique")
    for client in cast.clients.values():
        AttributeValue.objects.create(attribute=form, client=client, value="SARL")
    assert recommended(facts_of(cast.connector)) == cast.attribute
    twin = Attribute.objects.create(data_model=cast.attribute.data_model, name="Jumeau")
    for name in ("Alice", "Bob"):
        AttributeValue.objects.create(attribute=twin, client=cast.clients[name], value=name)
    assert recommended(facts_of(cast.connector)) is None
    assert recommended([]) is None


def test_an_attribute_that_tells_few_clients_apart_is_not_recommended(cast: Cast) -> None:
    AttributeValue.objects.filter(client=cast.clients["Bob"]).delete()
    assert recommended(facts_of(cast.connector)) is None


def test_a_change_of_attribute_says_how_many_clients_and_documents_it_concerns(cast: Cast) -> None:
    other = Attribute.objects.create(data_model=cast.attribute.data_model, name="Autre")
    for name, value in (("Alice", "C-ALICE"), ("Charlie", "X")):
        AttributeValue.objects.create(attribute=other, client=cast.clients[name], value=value)
    for name in ("Alice", "Bob", "Charlie", "Charlie"):
        held_document(cast, name)
    rules = rules_of(cast.connector)
    preview = preview_links(cast.connector, rules, with_attribute(cast.connector, rules, other.pk))
    assert (preview.before, preview.after) == (2, 2)
    assert (preview.gained, preview.lost, preview.moved) == ({cast.clients["Charlie"].pk}, {cast.clients["Bob"].pk}, set())
    assert preview.documents == 3


def test_new_values_that_move_a_client_have_to_be_confirmed_where_that_is_asked(cast: Cast) -> None:
    cast.connector.checks_first_documents = True
    cast.connector.save()
    rules = rules_of(cast.connector)
    preview = preview_links(cast.connector, rules, with_values(cast.connector, rules, {cast.clients["Alice"].pk: "NEU"}))
    assert (preview.moved, preview.to_confirm) == ({cast.clients["Alice"].pk}, 1)


def test_one_refused_value_keeps_all_from_being_saved(cast: Cast) -> None:
    with pytest.raises(ValuesRefused) as refused:
        save(cast, Alice="NEU", Bob="a\u200bb")
    assert set(refused.value.problems) == {cast.clients["Bob"].pk}
    assert stored(cast)["Alice"] == "C-ALICE"


def test_what_somebody_else_has_changed_in_between_is_not_written_over(cast: Cast) -> None:
    save(cast, Alice="ELSE")
    with pytest.raises(ValuesRefused) as refused:
        save(cast, Alice="MINE", seen={"Alice": "C-ALICE"})
    assert "maintenant « ELSE »" in refused.value.problems[cast.clients["Alice"].pk]
    assert save(cast, Alice="ELSE", seen={"Alice": "C-ALICE"}) == 0


def test_a_new_client_is_linked_when_its_value_is_its_own(cast: Cast) -> None:
    arrive_by_itself(cast, "Charlie")
    assert save(cast, "Charlie", Charlie="C-3") == 1
    assert not is_to_link(cast, "Charlie")
    event = last_change(cast.connector, timezone.now())
    assert event
    assert event.detail["linked"] == [cast.clients["Charlie"].pk]
    assert "1 valeur modifiée, 1 nouveau client relié" in event.text


@pytest.mark.parametrize(("value", "why"), [("", "Valeur absente"), ("c-bob", "Valeur en double")])
def test_a_new_client_without_a_value_of_its_own_stays_to_be_linked(cast: Cast, value: str, why: str) -> None:
    arrive_by_itself(cast, "Charlie")
    with pytest.raises(ValuesRefused) as refused:
        save(cast, "Charlie", Charlie=value, Alice="NEU")
    assert why in refused.value.problems[cast.clients["Charlie"].pk]
    assert is_to_link(cast, "Charlie")
    assert stored(cast) == {"Alice": "C-ALICE", "Bob": "C-BOB", "Charlie": ""}


def test_two_new_clients_with_one_value_are_both_kept_back(cast: Cast) -> None:
    for name in ("Bob", "Charlie"):
        arrive_by_itself(cast, name)
    with pytest.raises(ValuesRefused) as refused:
        save(cast, "Bob", "Charlie", Bob="X", Charlie="x")
    assert set(refused.value.problems) == {cast.clients["Bob"].pk, cast.clients["Charlie"].pk}


def test_ticking_a_client_that_is_linked_already_is_no_change(cast: Cast) -> None:
    version = cast.connector.settings_version
    assert save(cast, "Alice") == 0
    cast.connector.refresh_from_db()
    assert cast.connector.settings_version == version


def test_a_link_lets_go_what_was_held_for_it(cast: Cast) -> None:
    push = held_document(cast, "Charlie")
    save(cast, Charlie="C-3")
    push.refresh_from_db()
    assert push.state == PushState.WAITING


def test_values_and_links_are_taken_back_and_given_again(cast: Cast) -> None:
    arrive_by_itself(cast, "Charlie")
    before = stored(cast)
    save(cast, "Charlie", Charlie="C-3", Alice="", Bob="B")
    after = stored(cast)
    undo(cast)
    assert stored(cast) == before
    assert is_to_link(cast, "Charlie")
    undo(cast)
    assert stored(cast) == after


def test_an_undo_is_refused_when_a_value_has_changed_since(cast: Cast) -> None:
    save(cast, Alice="A", Bob="B")
    event = last_change(cast.connector, timezone.now())
    save(cast, Bob="BB")
    with pytest.raises(UndoRefused, match="a changé depuis"):
        undo(cast, event)
    assert stored(cast)["Alice"] == "A"


def test_an_undo_is_refused_when_a_client_is_no_longer_chosen(cast: Cast) -> None:
    save(cast, Alice="A", Bob="B")
    cast.connector.selections.filter(client=cast.clients["Bob"]).delete()
    with pytest.raises(UndoRefused, match="choix des clients"):
        undo(cast)
    assert stored(cast)["Alice"] == "A"


def test_another_attribute_is_taken_back_but_not_the_first_one(cast: Cast) -> None:
    assert last_change(cast.connector, timezone.now()) is None
    other = Attribute.objects.create(data_model=cast.attribute.data_model, name="Autre")
    choose_attribute(cast.connector, other, timezone.now(), None)
    event = last_change(cast.connector, timezone.now())
    undo(cast)
    assert AttributeMapping.objects.get().attribute == cast.attribute
    with pytest.raises(UndoRefused, match="L’attribut choisi a changé depuis"):
        undo(cast, event)


def test_values_of_an_attribute_that_links_no_longer_are_not_taken_back(cast: Cast) -> None:
    save(cast, Alice="A")
    event = last_change(cast.connector, timezone.now())
    choose_attribute(cast.connector, Attribute.objects.create(data_model=cast.attribute.data_model, name="Autre"), timezone.now(), None)
    with pytest.raises(UndoRefused):
        undo(cast, event)


def test_an_attribute_that_is_gone_cannot_come_back(cast: Cast) -> None:
    choose_attribute(cast.connector, Attribute.objects.create(data_model=cast.attribute.data_model, name="Autre"), timezone.now(), None)
    cast.attribute.delete()
    with pytest.raises(UndoRefused, match="n’existe plus"):
        undo(cast)


def test_a_line_of_another_connector_or_of_nothing_is_not_taken_back(cast: Cast) -> None:
    for pk in (0, 10**17, cast.connector.events.filter(kind="settings.clients").first().pk):  # type: ignore[union-attr]
        with pytest.raises(UndoRefused, match="ne peut pas être annulé"):
            undo_change(cast.connector, pk, timezone.now(), None)


def test_a_change_of_yesterday_is_no_longer_offered_to_be_taken_back(cast: Cast) -> None:
    save(cast, Alice="A")
    assert last_change(cast.connector, timezone.now() + timedelta(hours=2)) is None
