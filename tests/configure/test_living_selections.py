"""Saved filters that live: who comes in, who does not, and who stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.configure.client_file import read_client_file
from connectors.configure.client_filters import ANY, NOBODY, NONE, WITH, WITHOUT, Criteria, described, matching
from connectors.configure.client_undo import undo_clients
from connectors.configure.clients import select_clients
from connectors.configure.import_clients import apply_import
from connectors.configure.living_selections import (
    MOST,
    LivingRefused,
    delete_living,
    follow_all,
    follow_living,
    rename_living,
    save_living,
    states_of,
    strays_of,
)
from connectors.models import Attribute, AttributeValue, Client, ClientGroup, ClientSelection, Connector, DepositPath, Event
from connectors.models.rules import rules_of
from connectors.tasks import sweep

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper

    from connectors.models import LivingSelection
    from tests.conftest import House


@pytest.fixture
def crafts(house: House) -> LivingSelection:
    """Alice and Bob are craftsmen; Bob is not chosen."""
    group = ClientGroup.objects.create(name="Artisans")
    Client.objects.filter(name__in=("Alice", "Bob")).update(group=group)
    house.connector.selections.exclude(client=house.clients["Alice"]).delete()
    return save_living(house.connector, "Les artisans", Criteria(group=group.pk), house.clock.now, None)


def newcomer(crafts: LivingSelection, name: str = "Dora") -> Client:
    return Client.objects.create(name=name, folder=name, group_id=crafts.criteria["group"])


def chosen(house: House) -> set[str]:
    return {row.client.name for row in house.connector.selections.select_related("client")}


def test_a_new_client_who_matches_comes_in_to_be_linked_and_cannot_push(house: House, crafts: LivingSelection) -> None:
    dora = newcomer(crafts)
    AttributeValue.objects.create(attribute=Attribute.objects.get(), client=dora, value="C-DORA")
    assert follow_living(house.connector, house.clock.now) == 1
    assert house.connector.selections.get(client=dora).to_link
    assert rules_of(house.connector).cause_for(dora.pk, house.path.pk) == "to_link"
    event = Event.objects.latest("pk")
    assert event.text == "Sélection vivante « Les artisans » : 1 client est arrivé, à relier"
    assert (event.detail["added"], event.detail["living"], event.actor) == ([dora.pk], "Les artisans", None)
    assert follow_living(house.connector, house.clock.now) == 0


def test_a_client_who_changes_so_that_he_matches_comes_in(house: House, crafts: LivingSelection) -> None:
    Client.objects.filter(name="Charlie").update(group_id=crafts.criteria["group"])
    assert follow_all(house.clock.now) == [house.connector]
    assert chosen(house) == {"Alice", "Charlie"}


def test_who_matched_before_and_was_not_chosen_stays_out(house: House, crafts: LivingSelection) -> None:
    assert follow_living(house.connector, house.clock.now) == 0
    [state] = states_of(house.connector)
    assert (state.matching, state.chosen, state.left_out) == (2, 1, 1)


def test_whom_a_person_takes_out_does_not_come_back_until_a_person_chooses_him(house: House, crafts: LivingSelection) -> None:
    dora = newcomer(crafts)
    follow_living(house.connector, house.clock.now)
    select_clients(house.connector, {house.clients["Alice"].pk}, house.clock.now, None)
    assert follow_living(house.connector, house.clock.now) == 0
    select_clients(house.connector, {house.clients["Alice"].pk, dora.pk}, house.clock.now, None)
    assert not house.connector.selections.get(client=dora).to_link
    crafts.refresh_from_db()
    assert dora.pk not in crafts.left_out


def test_an_arrival_can_be_undone_for_good(house: House, crafts: LivingSelection) -> None:
    newcomer(crafts)
    follow_living(house.connector, house.clock.now)
    undo_clients(house.connector, Event.objects.latest("pk").pk, house.clock.now, None)
    assert follow_living(house.connector, house.clock.now) == 0
    assert chosen(house) == {"Alice"}


def test_who_matches_no_more_stays_and_is_named(house: House, crafts: LivingSelection) -> None:
    dora = newcomer(crafts)
    follow_living(house.connector, house.clock.now)
    select_clients(house.connector, {house.clients[name].pk for name in ("Alice", "Charlie")} | {dora.pk}, house.clock.now, None)
    everybody = set(house.connector.selections.values_list("client_id", flat=True))
    assert strays_of(house.connector, everybody) == set()
    Client.objects.update(group=None)
    assert strays_of(house.connector, everybody) == {house.clients["Alice"].pk, dora.pk}
    assert chosen(house) == {"Alice", "Charlie", "Dora"}
    delete_living(crafts, house.clock.now, None)
    assert strays_of(house.connector, everybody) == set()


def test_a_client_of_another_active_connector_stays_away(house: House, crafts: LivingSelection) -> None:
    dora = newcomer(crafts)
    other = Connector.objects.create(provider="illinks", name="Illinks (2)", active=True)
    DepositPath.objects.create(connector=other, deposit=house.path.deposit, archive="A", domaine="A", type="B")
    ClientSelection.objects.create(connector=other, client=dora, selected_at=house.clock.now)
    assert follow_living(house.connector, house.clock.now) == 0


def test_an_import_lets_newcomers_in(house: House, crafts: LivingSelection) -> None:
    file = read_client_file("c.csv", b"Nom;Groupe\nDora;Artisans\nElsa;Commerces\n")
    assert apply_import(file, house.clock.now, None).connectors == [house.connector]
    assert chosen(house) == {"Alice", "Dora"}


def test_the_sweep_lets_newcomers_in_and_has_their_folders_watched(
    house: House, crafts: LivingSelection, settings: SettingsWrapper
) -> None:
    settings.DOSSIERS_DIR = house.root
    dora = newcomer(crafts)
    sweep()
    assert house.connector.selections.get(client=dora).to_link
    assert dora.deposit_folders.get().baselined_at
    assert (house.root / "Dora").is_dir()


def test_a_name_stands_once_and_a_connector_has_only_so_many(house: House, crafts: LivingSelection) -> None:
    with pytest.raises(LivingRefused, match="déjà ce nom"):
        save_living(house.connector, "les ARTISANS", Criteria(text="a"), house.clock.now, None)
    for number in range(MOST - 1):
        save_living(house.connector, f"Sélection {number}", Criteria(text="a"), house.clock.now, None)
    with pytest.raises(LivingRefused, match="au plus"):
        save_living(house.connector, "Encore une", Criteria(text="a"), house.clock.now, None)
    with pytest.raises(LivingRefused, match="déjà ce nom"):
        rename_living(crafts, "sélection 1", house.clock.now, None)
    rename_living(crafts, "LES artisans", house.clock.now, None)
    assert Event.objects.latest("pk").text == "Sélection vivante « LES artisans » renommée (avant : « Les artisans »)"


def test_a_quiet_look_costs_the_same_however_many_clients_there_are(
    house: House, crafts: LivingSelection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        newcomer(crafts, f"Client {number}")
    follow_all(house.clock.now)
    with django_assert_num_queries(7):  # savepoint or transaction, connector, selections, attribute, newcomers
        assert follow_all(house.clock.now) == []
    crafts.delete()
    with django_assert_num_queries(1):
        assert follow_all(house.clock.now) == []


@pytest.mark.parametrize(
    ("criteria", "names", "sentence"),
    [
        (Criteria(text="été 7328"), {"Eté"}, "Recherche : été 7328"),
        (Criteria(closing_month=6), {"Eté"}, "Clôture en juin"),
        (Criteria(responsible="Camille R."), {"Eté"}, "Responsable : Camille R."),
        (Criteria(responsible=NOBODY), {"Alice", "Bob", "Charlie"}, "Sans responsable"),
        (Criteria(siret=WITH), {"Eté"}, "Avec un SIRET"),
        (Criteria(siret=WITHOUT), {"Alice", "Bob", "Charlie"}, "Sans SIRET"),
        (Criteria(value=WITH), {"Alice", "Bob"}, "Avec une valeur pour l’attribut choisi"),
        (Criteria(value=WITHOUT), {"Charlie", "Eté"}, "Sans valeur pour l’attribut choisi"),
        (Criteria(value=ANY), {"Alice", "Bob", "Eté"}, "Avec une valeur, dans n’importe quel attribut"),
        (Criteria(value=NONE), {"Charlie"}, "Sans aucune valeur"),
        (Criteria(group=999_999), set(), "Groupe : supprimé"),
        (Criteria(), {"Alice", "Bob", "Charlie", "Eté"}, ""),
    ],
)
def test_each_criterion_finds_its_clients_and_has_its_sentence(house: House, criteria: Criteria, names: set[str], sentence: str) -> None:
    ete = Client.objects.create(
        name="Eté", folder="E", siren="732829320", siret="73282932000074", responsible="Camille R.", closing_month=6, closing_day=30
    )
    linking = Attribute.objects.get()
    other = Attribute.objects.create(data_model=linking.data_model, name="Ville")
    AttributeValue.objects.create(attribute=other, client=ete, value="Tours")
    AttributeValue.objects.create(attribute=linking, client=ete, value="")
    assert {client.name for client in Client.objects.filter(matching(criteria, linking.pk))} == names
    assert described(criteria, {}) == ([sentence] if sentence else [])
    assert Criteria.stored(criteria.as_stored()) == criteria
    assert bool(criteria) == bool(sentence)
