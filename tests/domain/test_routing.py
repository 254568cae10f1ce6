"""Where a document goes, and what keeps it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.domain.paths import as_folder_name, clean_path
from connectors.domain.routing import LAST_RESORT, ClientFacts, ClientRule, PathRule, Rules, unique_codes

ALICE = ClientFacts(1, "Alice & fils", "Dossier Alice", 6, 30)
PURCHASES = PathRule(7, "DEPOT/Achats", "COMPTA/{millésime}/{code}/{année}-{mois}", "ACHATS", "FACTURE")
RULES = Rules({1: ClientRule("C-1"), 2: ClientRule("C-2")}, {7: PURCHASES})


def test_a_document_goes_where_all_variables_say() -> None:
    goes = RULES.destination(ALICE, PURCHASES, date(2026, 7, 1))
    assert (goes.code, goes.millesime, goes.domaine, goes.type, goes.sous_type) == ("C-1", 2027, "ACHATS", "FACTURE", "")
    assert goes.archive_folder == "Dossier Alice/COMPTA/2027/C-1/2026-07"


def test_an_archive_that_a_variable_makes_impossible_falls_back_on_a_folder_that_is_there() -> None:
    too_long = replace(PURCHASES, archive="/".join(["{client}"] * 9))
    goes = RULES.destination(replace(ALICE, name="a" * 90), too_long, date(2026, 1, 1))
    assert goes.archive_folder == f"Dossier Alice/{LAST_RESORT}"


@pytest.mark.parametrize(
    ("rules", "path", "cause"),
    [
        (RULES, 7, ""),
        (replace(RULES, credentials_refused=True), 7, "credentials"),
        (replace(RULES, clients={}), 7, "not_selected"),
        (replace(RULES, clients={1: ClientRule("C-1", to_link=True)}), 7, "to_link"),
        (replace(RULES, clients={1: ClientRule("")}), 7, "mapping"),
        (RULES, None, "path"),
        (RULES, 8, "path"),
        (replace(RULES, paths={7: replace(PURCHASES, paused=True)}), 7, "paused"),
        (replace(RULES, clients={1: ClientRule("C-1", paused=True)}, dry_run=True), 7, "paused"),
        (replace(RULES, clients={1: ClientRule("C-1", confirmed=False)}), 7, ""),
        (replace(RULES, clients={1: ClientRule("C-1", confirmed=False)}, checks_first_documents=True), 7, "first_document"),
        (replace(RULES, dry_run=True, checks_first_documents=True), 7, "dry_run"),
    ],
)
def test_the_first_cause_to_repair_is_named(rules: Rules, path: int | None, cause: str) -> None:
    assert rules.cause_for(1, path) == cause


def test_a_path_is_found_as_a_forgiving_disk_would_find_it() -> None:
    assert RULES.path_at("depot/achats") is PURCHASES
    assert RULES.path_at("DEPOT") is None


def test_a_clash_blocks_and_never_picks() -> None:
    assert unique_codes({1: "A", 2: " a ", 3: "B ", 4: ""}) == {3: "B"}


@given(st.text(max_size=300))
def test_any_name_becomes_one_folder_that_is_allowed(name: str) -> None:
    folder = as_folder_name(name)
    assert clean_path(folder) == folder
    assert "/" not in folder


def test_a_long_name_of_wide_characters_is_cut_between_two_of_them() -> None:
    folder = as_folder_name("税" * 90 + ". suite")
    assert set(folder) == {"税"}
    assert len(folder.encode()) <= 255
    assert clean_path(folder) == folder
