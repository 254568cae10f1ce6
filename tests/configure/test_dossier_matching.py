"""The partner's dossiers beside the firm's clients: what is certain, what is only likely, and what nobody decides but a person."""

from __future__ import annotations

from connectors.configure.dossier_matching import Matching, bare_name, match_dossiers
from connectors.configure.values import ChosenClient
from connectors.providers.base import Dossier

SIREN, OTHER = "732829320", "552100554"


def client(pk: int, name: str, siren: str = "") -> ChosenClient:
    return ChosenClient(pk, name, f"Dossier {name}", siren, "", name.casefold(), to_link=False)


def match(clients: list[ChosenClient], dossiers: list[Dossier], **values: str) -> Matching:
    return match_dossiers(clients, {int(pk.lstrip("c")): value for pk, value in values.items()}, dossiers)


def test_a_value_that_the_partner_knows_is_linked_whatever_the_case() -> None:
    found = match([client(1, "Alice")], [Dossier("C1", "Autre nom")], c1="c1")
    assert [(one.name, dossier.code) for one, dossier in found.linked] == [("Alice", "C1")]
    assert (found.proposals, found.doubts, found.clients, found.dossiers) == ([], [], [], [])


def test_a_linked_dossier_of_another_company_is_told() -> None:
    found = match([client(1, "Alice", SIREN)], [Dossier("C1", "Alice", OTHER)], c1="C1")
    assert len(found.contradicted) == 1
    assert not found.linked


def test_a_siren_that_both_have_once_is_certain() -> None:
    found = match([client(1, "Alice", SIREN)], [Dossier("C1", "Tout autre", "732 829 320")])
    (proposal,) = found.certain
    assert (proposal.dossier.code, proposal.reason) == ("C1", "SIREN")


def test_the_same_name_is_certain_and_one_without_its_legal_form_is_looked_at() -> None:
    found = match([client(1, "Garage Poiré"), client(2, "SARL Lefèvre")], [Dossier("C1", "GARAGE POIRE"), Dossier("C2", "Lefèvre")])
    assert {proposal.client.name: proposal.certain for proposal in found.proposals} == {"Garage Poiré": True, "SARL Lefèvre": False}


def test_a_likeness_of_codes_is_never_certain() -> None:
    found = match([client(1, "Alice")], [Dossier("00123", "Autre")], c1="123")
    (proposal,) = found.proposals
    assert not proposal.certain


def test_two_dossiers_or_two_clients_are_never_chosen_between() -> None:
    two = [Dossier("C1", "Alice"), Dossier("C2", "alice")]
    found = match([client(1, "Alice")], two)
    assert not found.proposals
    assert [dossier.code for dossier in found.doubts[0].dossiers] == ["C1", "C2"]
    found = match([client(1, "Alice", SIREN), client(2, "Bob", SIREN)], [Dossier("C1", "Zoé", SIREN)])
    assert not found.proposals
    assert {doubt.doubt for doubt in found.doubts} == {"Plusieurs de vos clients ont le même SIREN que ce dossier."}
    assert len(found.doubts) == 2


def test_a_code_that_the_partner_has_twice_is_a_doubt() -> None:
    found = match([client(1, "Alice")], [Dossier("C1", "A"), Dossier("c1", "B")], c1="C1")
    assert "plusieurs dossiers" in found.doubts[0].doubt
    assert len(found.doubts[0].dossiers) == 2


def test_of_two_clients_with_one_value_none_has_the_dossier_but_one_may_have_another() -> None:
    found = match([client(1, "Alice"), client(2, "Bob")], [Dossier("C1", "Alice"), Dossier("B1", "Bob")], c1="C1", c2="c1")
    assert [(proposal.client.name, proposal.dossier.code) for proposal in found.proposals] == [("Bob", "B1")]
    assert [(doubt.client.name, doubt.dossiers) for doubt in found.doubts] == [("Alice", ())]
    assert "tous sauf un" in found.doubts[0].doubt


def test_the_same_name_with_another_siren_is_no_proposal() -> None:
    found = match([client(1, "Alice", SIREN)], [Dossier("C1", "Alice", OTHER)])
    assert not found.proposals
    assert (len(found.clients), len(found.dossiers)) == (1, 1)


def test_a_dossier_that_somebody_has_is_offered_to_nobody_else() -> None:
    found = match([client(1, "Alice"), client(2, "Alice SARL")], [Dossier("C1", "Alice")], c1="C1")
    assert [one.name for one in found.clients] == ["Alice SARL"]
    assert not found.dossiers


def test_both_sides_show_who_is_alone() -> None:
    found = match([client(1, "Alice")], [Dossier("C1", "Zoé"), Dossier("", "Sans code")])
    assert [one.name for one in found.clients] == ["Alice"]
    assert [dossier.code for dossier in found.dossiers] == ["C1"]


def test_legal_forms_accents_and_points_do_not_make_a_name() -> None:
    assert bare_name("S.A.R.L. Étude Noé") == bare_name("etude noe") == "etude noe"
    assert bare_name("SAS") == "sas"


def test_a_name_that_another_company_has_too_is_looked_at_before_it_is_taken() -> None:
    found = match([client(1, "Alice", SIREN)], [Dossier("C1", "Alice"), Dossier("C2", "Alice", OTHER)])
    assert [(proposal.dossier.code, proposal.certain) for proposal in found.proposals] == [("C1", False)]
