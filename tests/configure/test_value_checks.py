"""What looks wrong in a value, and why a client is not linked."""

from __future__ import annotations

import pytest

from connectors.configure.value_checks import common_length, identifier_kind, skeleton, warnings_in
from connectors.configure.value_problems import ABSENT, DOUBLE, NEW, link_problems, name_some
from connectors.configure.values import refusal_of

NAMES = {1: "Alice", 2: "Bob", 3: "Charlie", 4: "Dora", 5: "Émile", 6: "Fanny"}
SIREN, SIRET = "732829320", "73282932000074"


def warn(*values: str, name: str = "Code client") -> dict[int, str]:
    return warnings_in(dict(enumerate(values, start=1)), name, NAMES)


def test_values_that_nobody_takes_for_one_another_are_quiet() -> None:
    assert warn("C001", "C002", "X-17", "", "Île de Ré") == {}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("CO12", "C012", "des signes se confondent"),
        ("AI7", "Al7", "des signes se confondent"),
        ("A1", "AI", "des signes se confondent"),
        ("C-12", "C–12", "des signes se confondent"),
        ("00123", "123", "seuls les zéros du début diffèrent"),
        ("AB 12", "AB12", "seules les espaces diffèrent"),
        ("AB\u00a012", "AB 12", "seules les espaces diffèrent"),
    ],
)
def test_look_alikes_are_told_on_both_sides_with_the_other_client(one: str, other: str, why: str) -> None:
    warnings = warn(one, other)
    assert f"Bob (« {other} »)" in warnings[1]
    assert f"Alice (« {one} »)" in warnings[2]
    assert all(why in warning for warning in warnings.values())


def test_equal_values_are_a_clash_and_no_likeness() -> None:
    assert warn("abc", "ABC") == {}
    assert {problem.kind for problem in link_problems({1: "abc", 2: "ABC"}).values()} == {DOUBLE}


def test_a_clash_says_with_whom_and_that_only_the_case_differs() -> None:
    problems = link_problems({1: "abc", 2: "ABC", 3: "x", 4: "x", 5: "x"}, (), NAMES)
    assert problems[1].text == "Valeur en double avec Bob (seules les majuscules diffèrent) : aucun des clients concernés ne sera envoyé."
    assert problems[3].text == "Valeur en double avec Dora et Émile : aucun des clients concernés ne sera envoyé."


def test_a_new_client_keeps_nobody_back_but_itself() -> None:
    problems = link_problems({1: "A", 2: "a", 3: "C", 4: ""}, {2, 3, 4}, NAMES)
    assert {pk: problem.kind for pk, problem in problems.items()} == {2: DOUBLE, 3: NEW, 4: ABSENT}


def test_many_names_are_counted() -> None:
    assert name_some(["A", "B", "C", "D"]) == "A, B et 2 autres"
    assert name_some(["A", "B", "C"]) == "A, B et 1 autre"
    assert name_some(["A"]) == "A"


def test_an_attribute_is_a_siren_by_its_name_or_by_its_values() -> None:
    assert identifier_kind("N° SIREN", []) == "siren"
    assert identifier_kind("SIRET du siège", []) == "siret"
    assert identifier_kind("S.I.R.E.N.", []) == "siren"
    assert identifier_kind("Code", [SIREN] * 5) == "siren"
    assert identifier_kind("Code", [SIRET] * 5) == "siret"
    assert identifier_kind("Code", [SIREN] * 4) == ""
    assert identifier_kind("Code", ["123456789"] * 5) == ""
    assert identifier_kind("Code", []) == ""


def test_a_wrong_siren_says_what_is_wrong() -> None:
    warnings = warn("552100554", "73282932O", "732829321", name="SIREN")
    assert set(warnings) == {2, 3}
    assert "la lettre « O »" in warnings[2]
    assert "clé de contrôle" in warnings[3]
    assert warn(SIRET, "73282932000075", name="SIRET").keys() == {2}
    assert warn("732 829 320", name="SIREN") == {}


def test_a_lost_zero_is_seen_when_the_others_have_it() -> None:
    values = ["00001", "00002", "00003", "00004", "00005", "00006", "70"]
    assert warn(*values)[7] == "Les autres valeurs ont 5 chiffres : un zéro a peut-être été perdu au début (00070 ?)."
    assert common_length(["12345"] * 6) == 0
    assert common_length(["00001", "2"]) == 0
    assert common_length(["00001", "002", "3", "0004", "000005"]) == 0


def test_odd_spaces_are_told() -> None:
    assert "insécable" in warn("A\u00a01")[1]
    assert "deux espaces" in warn("A  1")[1]


def test_what_the_partner_does_not_know_is_marked_only_when_its_list_is_there() -> None:
    warnings = warnings_in({1: "C1", 2: "c2", 3: ""}, "Code", NAMES, frozenset({"c2"}))
    assert warnings == {1: "Le partenaire ne connaît pas ce dossier."}


@pytest.mark.parametrize("value", ["a\u200bb", "a\u202eb", "a\0", "\ufeffa", "a\u2028b", "\u3164", "a\u00adb", "x" * 201])
def test_invisible_characters_and_too_long_values_are_refused(value: str) -> None:
    assert refusal_of(value)


def test_a_value_of_zeros_is_itself() -> None:
    assert skeleton("000") == "000"
    assert skeleton("O0") == skeleton("00")
