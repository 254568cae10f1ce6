"""The verdict of a run sees every way in which a document can go wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connectors.management.chaos.evidence import Evidence, Row, Stored
from connectors.management.chaos.journal import Journal, Version, read_journal
from connectors.management.chaos.verdict import Verdict, judge

if TYPE_CHECKING:
    from pathlib import Path

DEPOSIT = "Alice/ZONE DE DEPOT/Factures de vente"
ARCHIVE = "Alice/DOSSIER COMPTABLE/2026/Factures de ventes"
VERSION = Version(1, "Alice", "C-ALICE", "ZONE DE DEPOT/Factures de vente", "f.pdf", "aa", 3, "renamed")
SENT = Evidence(
    dropped=[VERSION],
    stored=[Stored("r1", "C-ALICE", "aa", "aa")],
    stored_in_journal=["r1"],
    files={f"{ARCHIVE}/f.pdf": "aa"},
    rows=[Row("r1", "published", f"{ARCHIVE}/f.pdf", "aa")],
    answers=["PUBLIE"],
)
LYING = Evidence(dropped=[VERSION], stored=[], stored_in_journal=[], files={f"{DEPOSIT}/f.pdf": "aa"})


def counts(evidence: Evidence) -> tuple[int, int, int, int]:
    verdict = judge(evidence)
    return len(verdict.lost), len(verdict.received_twice), len(verdict.wrong_bytes), len(verdict.unexplained)


def row(state: str, **changes: object) -> Row:
    return replace(Row("r1", state, f"{DEPOSIT}/f.pdf", "aa"), **changes)


def test_a_document_that_was_sent_and_archived_is_good() -> None:
    verdict = judge(SENT)
    assert verdict.is_good
    assert (verdict.documents, verdict.published, verdict.answers) == (1, 1, {"PUBLIE": 1})


def test_a_document_that_is_nowhere_on_the_disk_is_lost() -> None:
    assert judge(replace(SENT, files={})).lost
    assert judge(replace(SENT, files={}, rows=[Row("r1", "published", "", "aa")])).lost


def test_a_document_that_says_published_and_is_not_at_the_partner_is_lost() -> None:
    assert len(judge(replace(SENT, stored=[], stored_in_journal=[])).lost) == 2  # the document, and its row


def test_a_document_without_a_row_and_not_at_the_partner_is_lost() -> None:
    assert counts(LYING) == (1, 0, 0, 1)


def test_a_reference_that_the_partner_kept_twice_was_received_twice() -> None:
    assert judge(replace(SENT, stored_in_journal=["r1", "r1"])).received_twice


def test_bytes_under_two_references_were_received_twice() -> None:
    second = Stored("r2", "C-ALICE", "aa", "aa")
    both = replace(SENT, stored=[*SENT.stored, second], rows=[*SENT.rows, Row("r2", "published", f"{ARCHIVE}/f.pdf", "aa")])
    assert judge(both).received_twice


@pytest.mark.parametrize(
    "stored",
    [Stored("r1", "C-ALICE", "half", "aa"), Stored("r1", "C-ALICE", "aa", "bb"), Stored("r1", "C-BOB", "aa", "aa")],
    ids=["bytes that nobody dropped", "another hash than we told", "another client's folder"],
)
def test_what_the_partner_has_wrongly_is_wrong(stored: Stored) -> None:
    assert judge(replace(SENT, stored=[stored])).wrong_bytes


def test_other_bytes_on_the_disk_are_wrong() -> None:
    assert judge(replace(SENT, files={f"{ARCHIVE}/f.pdf": "zz", f"{ARCHIVE}/f (2).pdf": "aa"})).wrong_bytes
    assert judge(replace(LYING, files={f"{DEPOSIT}/f.pdf": "zz"}, rows=[row("held", cause="partner")])).wrong_bytes


def test_a_document_that_waits_for_a_person_is_parked_under_its_cause() -> None:
    assert judge(replace(LYING, rows=[row("held", cause="partner")])) == Verdict(1, parked={"partner": 1})
    assert judge(replace(LYING, rows=[row("unknown", undecided=True, cause="undecided")])).parked == {"undecided": 1}


@pytest.mark.parametrize(
    "rows",
    [
        [row("waiting")],
        [row("settling")],
        [row("sending")],
        [row("accepted")],
        [row("unknown")],
        [row("prior")],
        [row("held")],
        [row("held", cause="duplicate")],
    ],
    ids=["waiting", "settling", "sending", "accepted", "unknown", "prior", "held without a cause", "a duplicate of what nobody has"],
)
def test_a_row_that_is_not_at_its_end_is_unexplained(rows: list[Row]) -> None:
    assert counts(replace(LYING, rows=rows)) == (0, 0, 0, 1)


def test_a_row_without_its_file_is_unexplained_unless_the_dropper_took_it_away() -> None:
    gone = row("refused", cause="refused", path=f"{DEPOSIT}/gone.pdf")
    there = row("held", cause="partner", reference="r2")
    assert counts(replace(LYING, rows=[gone, there])) == (0, 0, 0, 1)
    assert counts(replace(LYING, dropped=[replace(VERSION, moved=True)], rows=[gone, there])) == (0, 0, 0, 0)


def test_leftovers_twins_and_strangers_are_unexplained() -> None:
    hidden = {f"{ARCHIVE}/.pushdoc-r1": "aa"}
    assert judge(replace(SENT, files={**SENT.files, **hidden})).unexplained
    assert judge(replace(SENT, files={**SENT.files, f"{ARCHIVE}/f (2).pdf": "aa"})).unexplained
    assert judge(replace(SENT, rows=[])).unexplained


def test_a_version_that_the_dropper_took_back_may_be_anywhere_or_nowhere() -> None:
    replaced = replace(VERSION, fate="replaced")
    assert judge(Evidence([replaced], [], [], {})).is_good
    assert judge(replace(SENT, dropped=[replaced], files={}, rows=[Row("r1", "published", "", "aa")])).is_good


def test_the_last_line_of_a_version_counts(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "dropped.jsonl")
    for version in (replace(VERSION, name="\udce9.pdf"), replace(VERSION, number=2), replace(VERSION, name="\udce9.pdf", fate="replaced")):
        journal.note(version)
    assert [(item.number, item.name, item.fate) for item in read_journal(tmp_path / "dropped.jsonl")] == [
        (1, "\udce9.pdf", "replaced"),
        (2, "f.pdf", "kept"),
    ]
