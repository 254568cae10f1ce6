"""The draft of the values: kept from page to page, pasted, imported, checked, saved as a whole and taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.models import Attribute, AttributeMapping, AttributeValue, Client, ClientSelection
from connectors.web.value_grid import ROWS_ON_A_PAGE
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from django.http import HttpResponse


@pytest.fixture(autouse=True)
def _complete(cast: Cast) -> None:
    cast.complete()


def post(cast: Cast, route: str = "attribute", **sent: str) -> str:
    answer = cast.browser.post(cast.url(route), {"attribute": str(cast.attribute.pk), **sent}, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def typed(cast: Cast, **values: str) -> dict[str, str]:
    return {f"value-{cast.clients[name].pk}": value for name, value in values.items()}


def value(cast: Cast, name: str) -> str:
    row = AttributeValue.objects.filter(attribute=cast.attribute, client=cast.clients[name]).first()
    return row.value if row else ""


def send_file(cast: Cast, content: bytes, name: str = "valeurs.csv") -> str:
    answer = cast.browser.post(cast.url("attribute_file"), {"file": SimpleUploadedFile(name, content)}, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def export(cast: Cast, form: str) -> HttpResponse:
    return cast.browser.get(f"{cast.url('attribute')}values.{form}")


def test_what_is_typed_is_kept_by_every_button_and_saved_by_one(cast: Cast) -> None:
    for action in ("page:2", "filter:en_double", "search", "check"):
        post(cast, action=action, **typed(cast, Charlie=f"C-{action}"))
        assert value(cast, "Charlie") == ""
        assert f'value="C-{action}"' in cast.page("attribute")
    page = post(cast, action="save")
    assert "1 valeur enregistrée." in page
    assert value(cast, "Charlie") == "C-check"


def test_a_value_that_is_typed_back_is_no_change(cast: Cast) -> None:
    post(cast, action="search", **typed(cast, Alice="X"))
    assert "1 changement à enregistrer" in messages_of(cast.page("attribute"))
    post(cast, action="search", **typed(cast, Alice="C-ALICE"))
    assert "à enregistrer" not in cast.page("attribute")
    assert "Aucun changement n’attend d’être validé." in messages_of(cast.page_after("attribute_check"))


def test_the_draft_can_be_given_up(cast: Cast) -> None:
    post(cast, action="search", **typed(cast, Alice="X"))
    assert "Saisie abandonnée" in post(cast, action="discard", **typed(cast, Alice="X"))
    assert 'value="C-ALICE"' in cast.page("attribute")


def test_the_check_shows_before_and_after_and_saves_nothing(cast: Cast) -> None:
    page = post(cast, action="check", **typed(cast, Alice="", Charlie="C-BOB"))
    assert "Avant de valider" in page
    assert "2 → 0" in page
    assert "<del>C-ALICE</del>" in page
    assert "<ins>C-BOB</ins>" in page
    assert "Valeur en double avec Bob" in page
    assert "2 clients ne seraient plus reliés" in page
    assert value(cast, "Charlie") == ""
    assert "2 valeurs enregistrées." in post(cast, action="save")
    assert value(cast, "Charlie") == "C-BOB"


def test_pages_of_a_hundred_are_filtered_and_searched_on_the_server(cast: Cast) -> None:
    clients = [Client(name=f"Société {number:03}", folder=f"S{number:03}") for number in range(ROWS_ON_A_PAGE)]
    for client in clients:
        client.save()
    now = cast.connector.selections.first()
    assert now
    ClientSelection.objects.bulk_create(
        ClientSelection(connector=cast.connector, client=client, selected_at=now.selected_at) for client in clients
    )
    page = post(cast, action="page:2", **typed(cast, Charlie="C-3"))
    assert "Page 2 sur 2" in page
    assert "Alice" not in page
    assert 'value="C-3"' in cast.page("attribute", q="charlie")
    assert "Société 007" in cast.page("attribute", q="societe 007", filtre="a_relier")
    assert "Aucun client ne correspond" in cast.page("attribute", q="introuvable")
    assert 'value="C-BOB"' in cast.page("attribute", q="c-bob")


def test_a_check_costs_the_same_whatever_was_typed(cast: Cast) -> None:
    counts = []
    for sent in (typed(cast, Charlie="C-3"), typed(cast, Alice="A", Bob="B", Charlie="C")):
        post(cast, action="search", **sent)
        with CaptureQueriesContext(connection) as queries:
            cast.page("attribute_check")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 30


def test_doubles_and_suspects_can_be_shown_alone(cast: Cast) -> None:
    post(cast, **typed(cast, Alice="C0B", Bob="COB", Charlie="cob"))
    doubles = cast.page("attribute", filtre="en_double")
    assert f"value-{cast.clients['Alice'].pk}" not in doubles
    assert doubles.count("Valeur en double") == 2
    suspects = messages_of(cast.page("attribute", filtre="suspects"))
    assert "Ressemble à la valeur de Bob (« COB ») et Charlie (« cob »)" in suspects
    assert f"warning-{cast.clients['Alice'].pk}" in suspects


def test_a_change_is_taken_back_from_the_page(cast: Cast) -> None:
    page = post(cast, **typed(cast, Charlie="C-3"))
    event = re.search(r'name="event" value="(\d+)"', page)
    assert event
    assert "Le changement est annulé." in post(cast, "undo_values", event=event[1])
    assert value(cast, "Charlie") == ""
    assert "Une de ces valeurs" in post(cast, "undo_values", event=event[1])
    for nonsense in ("", "x", "9" * 30, "-1", "٣"):
        assert "ne peut pas être annulé" in post(cast, "undo_values", event=nonsense)


def test_what_changed_in_between_is_shown_on_its_cell(cast: Cast) -> None:
    post(cast, action="search", **typed(cast, Alice="MINE"))
    AttributeValue.objects.filter(client=cast.clients["Alice"]).update(value="ELSE")
    page = post(cast, action="save")
    assert "Rien n’a été enregistré" in page
    assert "maintenant « ELSE »" in page
    assert value(cast, "Alice") == "ELSE"


def test_the_draft_of_another_attribute_is_not_taken_for_this_one(cast: Cast) -> None:
    post(cast, action="search", **typed(cast, Charlie="C-3"))
    other = Attribute.objects.create(data_model=cast.attribute.data_model, name="Autre")
    AttributeMapping.objects.update(attribute=other)
    assert "C-3" not in cast.page("attribute")


def test_new_clients_are_linked_by_their_box_and_all_at_once(cast: Cast) -> None:
    cast.connector.selections.update(to_link=True)
    page = cast.page("attribute", filtre="a_relier")
    assert page.count("Nouveau client, à relier") == 2
    alice = cast.clients["Alice"].pk
    post(cast, **typed(cast, Alice="C-ALICE", Bob="C-BOB"), **{f"link-{alice}": "1"})
    assert set(cast.connector.selections.filter(to_link=False).values_list("client_id", flat=True)) == {alice}
    page = post(cast, action="link_new", **typed(cast, Bob="C-BOB", Charlie=""))
    assert "Nouveau client à relier" in page
    assert cast.connector.selections.filter(to_link=True).count() == 2
    post(cast, action="save")
    assert cast.connector.selections.get(to_link=True).client == cast.clients["Charlie"]


def test_a_box_that_is_unticked_again_links_nobody(cast: Cast) -> None:
    cast.connector.selections.update(to_link=True)
    alice = cast.clients["Alice"].pk
    post(cast, action="search", **typed(cast, Alice="C-ALICE"), **{f"link-{alice}": "1"})
    post(cast, **typed(cast, Alice="C-ALICE"))
    assert cast.connector.selections.filter(to_link=True).count() == 3


def test_a_new_client_that_clashes_is_told_and_stays(cast: Cast) -> None:
    cast.connector.selections.filter(client=cast.clients["Charlie"]).update(to_link=True)
    page = post(cast, **typed(cast, Charlie="c-bob"), **{f"link-{cast.clients['Charlie'].pk}": "1"})
    assert "Ce client ne peut pas être relié." in page
    assert cast.connector.selections.get(to_link=True).client == cast.clients["Charlie"]


def test_two_pasted_columns_are_matched_previewed_and_saved(cast: Cast) -> None:
    page = post(cast, action="paste", pasted="charlie\t00042\nAlice\tC-ALICE\nZoé\tZ")
    assert "<ins>00042</ins>" in page
    assert "1 cellule n’est pas reprise" in page
    assert "Aucun client choisi n’a ce nom" in page
    post(cast, action="save")
    assert value(cast, "Charlie") == "00042"


def test_a_paste_that_says_nothing_keeps_its_text_and_says_why(cast: Cast) -> None:
    page = post(cast, action="paste", pasted="une seule colonne", **typed(cast, Charlie="C-3"))
    assert 'aria-describedby="pasted-help pasted-error"' in page
    assert "une seule colonne</textarea>" in page
    assert 'value="C-3"' in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_that_comes_back_changes_nothing_and_one_that_was_edited_does(cast: Cast, form: str) -> None:
    post(cast, **typed(cast, Alice="=1+1", Bob="00042", Charlie="'=x"))
    file = export(cast, form)
    assert file["Content-Disposition"] == f'attachment; filename="valeurs-illinks-code-client.{form}"'
    assert "Aucun changement n’attend d’être validé." in send_file(cast, file.content, f"v.{form}")
    if form == "csv":
        page = send_file(cast, file.content.replace(b"00042", b"00043"))
        assert "<del>00042</del>" in page
        assert "<ins>00043</ins>" in page


def test_a_file_that_cannot_be_read_says_so_on_its_field(cast: Cast) -> None:
    assert "Choisissez un fichier." in messages_of(cast.browser.post(cast.url("attribute_file")).content.decode())
    assert "Ce format n’est pas reconnu" in send_file(cast, b"x", "v.pdf")
    assert "Il faut deux colonnes" in send_file(cast, b"a;b;c\n")


def test_an_export_of_another_kind_does_not_exist(cast: Cast) -> None:
    assert export(cast, "exe").status_code == 404


def test_without_an_attribute_every_page_leads_to_the_choice(cast: Cast) -> None:
    AttributeMapping.objects.all().delete()
    for route in ("attribute_check", "attribute_file", "attribute_dossiers"):
        assert "Choisir un attribut" in cast.page_after(route)
    assert export(cast, "csv").status_code == 404


def test_another_attribute_is_previewed_before_it_is_chosen(cast: Cast) -> None:
    other = Attribute.objects.create(data_model=cast.attribute.data_model, name="Autre code")
    AttributeValue.objects.create(attribute=other, client=cast.clients["Charlie"], value="X")
    page = messages_of(
        cast.browser.post(cast.url("attribute"), {"action": "choose", "attribute": str(other.pk)}, follow=True).content.decode()
    )
    assert "Changer d’attribut ?" in page
    assert "2 → 1" in page
    assert "Ne seraient plus reliés" in page
    assert AttributeMapping.objects.get().attribute == cast.attribute
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    sent = {"action": "choose", "attribute": str(other.pk), "version": str(int(version[1]) - 1)}
    assert "Changer d’attribut ?" in cast.browser.post(cast.url("attribute"), sent, follow=True).content.decode()
    page = post(cast, action="choose", attribute=str(other.pk), version=version[1])
    assert AttributeMapping.objects.get().attribute == other
    assert "maintenant reliés par" in page
    assert "Annuler ce changement" in page


def test_the_best_attribute_is_recommended_and_ready_to_be_chosen(cast: Cast) -> None:
    AttributeMapping.objects.all().delete()
    page = messages_of(cast.page("attribute"))
    assert "Recommandé" in page
    assert re.search(r'id="attribute-\d+" aria-describedby="facts-\d+" checked', page)
    assert "Chaque valeur n’appartient qu’à un client." in page
