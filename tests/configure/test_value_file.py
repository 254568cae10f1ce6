"""Values to and from files and the clipboard: nothing is lost on the way, and every wrong cell is named."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.configure.client_table import ClientFileError
from connectors.configure.formula_cells import guard_cell, unguard_cell
from connectors.configure.value_export import export_values
from connectors.configure.value_file import read_pasted_values, read_value_file
from connectors.configure.values import ChosenClient, clean_value, refusal_of
from connectors.models import Attribute, DataModel

if TYPE_CHECKING:
    from connectors.configure.value_file import FoundValues

ATTRIBUTE = Attribute(data_model=DataModel(name="Fiche client"), name="Code client")
ALICE = ChosenClient(1, "Alice & Fils", "Dossier Alice", "732829320", "73282932000074", "", to_link=False)
BOB = ChosenClient(2, "Bob", "Dossier Bob", "552100554", "", "", to_link=False)
NOE = ChosenClient(3, "Étude Noé", "Bob 2", "", "", "", to_link=False)
CLIENTS = {client.pk: client for client in (ALICE, BOB, NOE)}


def paste(text: str, **stored: str) -> FoundValues:
    return read_pasted_values(text, ATTRIBUTE, CLIENTS, {int(pk[1:]): value for pk, value in stored.items()})


def messages(found: FoundValues) -> list[tuple[int, str]]:
    return [(cell.line, cell.message) for cell in found.wrong]


def test_a_client_is_found_by_name_folder_siren_or_siret_and_without_accents() -> None:
    assert paste("Alice & Fils\tA1\nDossier Bob\tB1\netude noe\tN1").values == {1: "A1", 2: "B1", 3: "N1"}
    assert paste("732 829 320;A1\n").values == {1: "A1"}
    assert paste("73282932000074;A1").values == {1: "A1"}


def test_titles_say_which_column_is_what_in_any_order() -> None:
    assert paste("Ville\tCode client\tNom\nLyon\t0042\tBob").values == {2: "0042"}
    assert paste("SIREN\tFiche client / Code client\n552100554\tB1").values == {2: "B1"}
    assert paste("Nom;Valeur\nBob;B1").values == {2: "B1"}
    assert paste("Nom;Autre titre\nBob;B1").values == {2: "B1"}


def test_the_value_column_may_be_called_like_what_names_a_client() -> None:
    siren = Attribute(data_model=DataModel(name="Fiche client"), name="SIREN")
    found = read_pasted_values("Client\tSIREN\tSIREN\nBob\t552100554\t552100554", siren, CLIENTS, {})
    assert found.values == {2: "552100554"}


@pytest.mark.parametrize("text", ["", "   \n", "Bob", "a;b;c", "Nom;Ville;Pays\nBob;Lyon;France", '"' + "x" * 200_000, "a;b\n" * 20_001])
def test_what_cannot_be_understood_as_a_whole_is_refused(text: str) -> None:
    with pytest.raises(ClientFileError):
        paste(text)


def test_an_empty_cell_leaves_the_value_and_is_counted() -> None:
    found = paste("Bob;\nAlice & Fils;A1", c2="B1")
    assert (found.values, found.blank, found.wrong) == ({1: "A1"}, 1, [])


def test_every_wrong_cell_is_named_and_the_others_are_taken() -> None:
    found = paste("Bob;B1\nZoé;Z1\nAlice & Fils;a\u200bb\nÉtude Noé;#N/A")
    assert found.values == {2: "B1"}
    assert [line for line, _ in messages(found)] == [2, 3, 4]
    assert "Aucun client choisi" in found.wrong[0].message
    assert "invisible" in found.wrong[1].message
    assert "affiche une erreur" in found.wrong[2].message


def test_a_client_with_two_values_gets_neither() -> None:
    found = paste("Bob;B1\nDossier Bob;B2\nAlice & Fils;A1\nAlice & Fils;A1")
    assert found.values == {1: "A1"}
    assert [line for line, _ in messages(found)] == [1, 2]
    assert "à la ligne 2" in found.wrong[0].message


def test_a_name_that_is_another_clients_folder_is_never_guessed() -> None:
    clients = {**CLIENTS, 4: ChosenClient(4, "Bob 2", "Dossier Quatre", "", "", "", to_link=False)}
    found = read_pasted_values("Bob 2;X", ATTRIBUTE, clients, {})
    assert found.values == {}
    assert "Plusieurs clients" in found.wrong[0].message


def test_a_row_whose_cells_name_two_clients_is_wrong() -> None:
    found = paste("Nom;SIREN;Code client\nBob;732829320;X")
    assert found.values == {}
    assert "désignent des clients différents" in found.wrong[0].message


def test_lost_zeros_and_rounded_numbers_are_seen() -> None:
    found = paste("Bob;123\nAlice & Fils;7,32829E+13\nÉtude Noé;124", c2="00123", c3="00125")
    assert found.values == {3: "124"}
    assert "zéros du début sont perdus" in found.wrong[0].message
    assert "notation scientifique" in found.wrong[1].message


def test_a_workbook_keeps_zeros_and_computes_nothing() -> None:
    values = {1: "00042", 2: "=HYPERLINK(1)", 3: "+33"}
    content = export_values("xlsx", CLIENTS.values(), values, "Code client")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == ["Client", "Dossier", "SIREN", "SIRET", "Code client"]
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    assert read_value_file("v.xlsx", content, ATTRIBUTE, CLIENTS, {}).values == values


def test_a_number_in_a_workbook_is_read_as_it_looks() -> None:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in (["Nom", "Code client"], ["Bob", 42], ["Alice & Fils", 732829320.0]):
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    assert read_value_file("v.xlsx", content.getvalue(), ATTRIBUTE, CLIENTS, {}).values == {1: "732829320", 2: "42"}


def test_a_csv_file_is_what_a_french_spreadsheet_reads_and_runs_nothing() -> None:
    content = export_values("csv", CLIENTS.values(), {1: "=1+1", 2: "00042"}, "Code client")
    assert content.startswith(b"\xef\xbb\xbfClient;Dossier;SIREN;SIRET;Code client\r\n")
    assert b";'=1+1" in content
    assert "Étude Noé".encode() in content


TEXTS = st.text(max_size=40).map(clean_value).filter(lambda text: not refusal_of(text))
ODD = st.sampled_from(["=1+1", "'=1+1", "''@x", "'abc", "-5", "+33 6", '"', 'a";b', "a;b", "00042", "1e5 x", "a'b", "\u00a0x\u00a0y"])


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS | ODD, min_size=3, max_size=3))
def test_a_csv_file_that_comes_back_unchanged_changes_nothing(texts: list[str]) -> None:
    values = dict(enumerate((clean_value(text) for text in texts), start=1))
    found = read_value_file("v.csv", export_values("csv", CLIENTS.values(), values, "Code client"), ATTRIBUTE, CLIENTS, values)
    told = {cell.value for cell in found.wrong}
    assert all(found.values.get(pk, "") == value or value in told for pk, value in values.items())
    assert all("tableur" in cell.message for cell in found.wrong)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=12) | ODD)
def test_the_mark_against_formulas_is_taken_off_exactly(text: str) -> None:
    assert unguard_cell(guard_cell(text)) == text
    assert guard_cell(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
