"""What a run is made of: the partner's contract for each class, the faults' shares, documents that look like documents, names that exist."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from connectors.domain.names import is_temporary
from connectors.management.chaos.contents import KINDS, LONG_NAME, draw_name, draw_size, make_content
from connectors.management.chaos.dropper import Dropper
from connectors.management.chaos.firm import CLIENTS
from connectors.management.chaos.journal import KEPT, Journal, read_journal
from connectors.management.chaos.partner_faults import UPLOAD, fault_rules
from connectors.management.chaos.short_contract import write_short_contract
from connectors.management.demo.documents import make_client_folders
from connectors.providers.illinks.contract import load_contract
from connectors.providers.illinks.simulator.faults import Faults
from pushdoc_admin.stack.postgres import find_binaries

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("delivery", ["A", "B", "C"])
def test_the_contract_of_a_run_has_the_delivery_class_and_short_deadlines(tmp_path: Path, delivery: str) -> None:
    write_short_contract(tmp_path / "contract.toml", delivery)
    contract = load_contract(tmp_path / "contract.toml")
    assert contract.delivery_class.value == delivery
    assert contract.limits.deadline(0) == timedelta(seconds=3)
    assert contract.limits.longest_processing == timedelta(seconds=1)
    assert contract.limits.requests_per_second == 500


def test_a_partner_of_class_a_may_be_one_that_cannot_be_asked(tmp_path: Path) -> None:
    write_short_contract(tmp_path / "contract.toml", "A", look_up=False)
    contract = load_contract(tmp_path / "contract.toml")
    assert (contract.delivery_class.value, contract.abilities.look_up) == ("A", False)


def test_the_shares_of_the_faults_add_up_and_the_simulator_knows_them_all() -> None:
    assert sum(share for share, _ in UPLOAD) == pytest.approx(1)
    Faults().add(fault_rules(0.1, seed=1))
    assert fault_rules(0, seed=1) == []


@pytest.mark.parametrize("kind", KINDS)
def test_documents_begin_and_end_as_their_kind_does(kind: str) -> None:
    begins = {"pdf": b"%PDF-1.4", "jpg": b"\xff\xd8\xff", "csv": b"Date;", "xml": b"<?xml"}
    ends = {"pdf": b"%%EOF\n", "jpg": b"\xff\xd9", "csv": b"\r\n", "xml": b"</facture>\n"}
    random = Random(1)
    contents = [make_content(random, kind, draw_size(random)) for _ in range(20)]
    assert all(content.startswith(begins[kind]) and content.endswith(ends[kind]) for content in contents)
    assert len({hashlib.sha256(content).digest() for content in contents}) == 20


def test_names_are_of_their_own_and_never_temporary() -> None:
    random = Random(1)
    names = [draw_name(random, number, "pdf") for number in range(300)]
    assert len(set(names)) == 300
    assert not any(map(is_temporary, names))
    assert max(len(os.fsencode(name)) for name in names) in range(LONG_NAME - 2, LONG_NAME + 1)


def test_what_is_dropped_lies_there_as_the_journal_says(tmp_path: Path) -> None:
    make_client_folders(tmp_path / "dossiers")
    dropper = Dropper(tmp_path / "dossiers", 16, 5, Journal(tmp_path / "dropped.jsonl"))
    dropper.window = 16  # nobody takes anything away here
    dropper.start()
    while not dropper.is_finished():
        time.sleep(0.05)
    dropper.stop()
    versions = read_journal(tmp_path / "dropped.jsonl")
    assert (len(versions), dropper.failures) == (16, [])
    for version in versions:
        path = tmp_path / "dossiers" / version.folder / version.name
        lies_there = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == version.sha256
        assert lies_there is (version.fate == KEPT)  # what replaced another one may have been carried away since
    assert {version.code for version in versions} <= {client.code for client in CLIENTS}
    assert sum(1 for path in (tmp_path / "dossiers").rglob("*") if path.is_file()) == sum(version.fate == KEPT for version in versions)


def test_a_postgresql_is_found() -> None:
    assert (find_binaries() / "postgres").is_file()
