"""What the provider makes of a partner that faults, over real HTTP against the simulator."""

from __future__ import annotations

import json
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from connectors.domain.outcomes import (
    ClientUnknown,
    CredentialsRefused,
    DocumentChanged,
    DocumentRefused,
    OutcomeUnknown,
    PartnerUnavailable,
    PushError,
)
from connectors.providers.base import NetworkRules
from connectors.providers.illinks.provider import IllinksProvider
from connectors.providers.illinks.simulator import start_simulator
from connectors.providers.illinks.simulator.archive import Archive
from connectors.providers.testing import BytesSource, MemoryTokens, make_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.domain.outcomes import Receipt


class House:
    """The simulator, and Illinks as we speak with it."""

    def __init__(self, state: Path) -> None:
        self.server = start_simulator(state)
        self.tokens = MemoryTokens()
        good = {"client_id": "demo-client", "client_secret": "demo-secret", "id_illibook": "ILB-0001", "ws_user": "ws-demo"}
        good |= {"id_correspondance": "COR-1", "uri": self.server.url}
        self.illinks = IllinksProvider(good, tokens=self.tokens, network=NetworkRules(allow_loopback=True))
        self.document = make_document(b"a" * 100_000)

    def fault(self, action: str, route: str = "upload", **more: Any) -> None:
        requests.post(f"{self.server.url}/_faults", json={"route": route, "action": action, **more}, timeout=5).raise_for_status()

    def push(self) -> Receipt:
        return self.illinks.push(self.document, BytesSource(b"a" * 100_000))

    def stored(self) -> int:
        return len(self.server.documents())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "state")
    yield house
    house.illinks.close()
    threading.Thread(target=house.server.stop).start()  # it takes a moment that no test needs


@pytest.mark.parametrize(
    ("rule", "error", "stored"),
    [
        *(({"action": "status", "status": status}, DocumentRefused, 0) for status in (400, 409, 413, 415, 422)),
        *(({"action": "status", "status": status}, PartnerUnavailable, 0) for status in (408, 425, 429, 500, 502, 503)),
        ({"action": "status", "status": 403}, CredentialsRefused, 0),
        ({"action": "status", "status": 404}, ClientUnknown, 0),
        ({"action": "redirect"}, PartnerUnavailable, 0),
        ({"action": "drop_before"}, PartnerUnavailable, 0),
        ({"action": "drop_in"}, PartnerUnavailable, 0),
        ({"action": "lose"}, OutcomeUnknown, 0),
        ({"action": "drop_after"}, OutcomeUnknown, 1),
        ({"action": "truncated"}, OutcomeUnknown, 1),
        ({"action": "wrong_body"}, OutcomeUnknown, 1),
    ],
    ids=lambda value: f"{value['action']} {value.get('status', '')}" if isinstance(value, dict) else None,
)
def test_each_fault_has_its_reading(house: House, rule: dict[str, Any], error: type[PushError], stored: int) -> None:
    house.document = make_document(b"a" * 8_000_000)
    house.fault(**rule, times=1)
    with pytest.raises(error) as raised:
        house.illinks.push(house.document, BytesSource(b"a" * 8_000_000))
    assert type(raised.value) is error
    assert raised.value.message
    assert house.stored() == stored
    assert (house.illinks.look_up(house.document.reference) is not None) == bool(stored)
    again = house.illinks.push(house.document, BytesSource(b"a" * 8_000_000))
    assert (again.repeated, house.stored()) == (bool(stored), 1)


@pytest.mark.parametrize("action", ["delay_headers", "delay_body"])
def test_a_slow_answer_is_waited_for(house: House, action: str) -> None:
    house.fault(action, seconds=0.3, times=1)
    started = time.monotonic()
    assert house.push().integrated
    assert time.monotonic() - started >= 0.3


def test_a_partner_may_be_slow_for_one_client_only(house: House) -> None:
    house.fault("delay_headers", seconds=5, client_code="C-BOB")
    started = time.monotonic()
    house.push()
    assert time.monotonic() - started < 3


def test_the_moment_that_the_partner_names_is_kept(house: House) -> None:
    house.fault("status", status=429, retry_after="90", times=1)
    with pytest.raises(PartnerUnavailable) as named:
        house.push()
    assert named.value.retry_at is not None
    assert timedelta(seconds=80) < named.value.retry_at - datetime.now(UTC) <= timedelta(seconds=90)


def test_a_token_that_expired_at_once_is_replaced_once(house: House) -> None:
    house.fault("expired_token", route="token", nth=1)
    assert house.push().remote_id
    assert (house.tokens.fetched, house.stored()) == (2, 1)


def test_two_refused_tokens_are_a_refusal_and_the_second_is_forgotten_too(house: House) -> None:
    house.fault("expired_token", times=2)
    with pytest.raises(CredentialsRefused):
        house.push()
    assert (house.tokens.fetched, house.tokens.value) == (2, "")


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"action": "refuse_token"}, CredentialsRefused),
        ({"action": "status", "status": 400, "code": "NO_OAUTH"}, PartnerUnavailable),
        ({"action": "status", "status": 403}, PartnerUnavailable),
        ({"action": "status", "status": 404}, PartnerUnavailable),
        ({"action": "status", "status": 503}, PartnerUnavailable),
        ({"action": "redirect"}, PartnerUnavailable),
        ({"action": "wrong_body"}, PartnerUnavailable),
        ({"action": "truncated"}, PartnerUnavailable),
        ({"action": "drop_before"}, PartnerUnavailable),
    ],
)
def test_a_fault_of_the_token_route_blames_the_credentials_only_when_it_says_so(
    house: House, rule: dict[str, Any], error: type[PushError]
) -> None:
    house.fault(**rule, route="token")
    with pytest.raises(error) as raised:
        house.push()
    assert type(raised.value) is error
    assert house.stored() == 0


@pytest.mark.parametrize(("action", "status"), [("accept_later", "published"), ("accept_then_reject", "rejected")])
def test_a_document_that_was_only_received_is_followed(house: House, action: str, status: str) -> None:
    house.fault(action, seconds=0.3, motif="Illisible", times=1)
    assert not house.push().integrated
    assert not house.push().integrated
    found = house.illinks.look_up(house.document.reference)
    assert found is not None
    assert found.status == "received"
    time.sleep(0.4)
    found = house.illinks.look_up(house.document.reference)
    assert found is not None
    assert (found.status, found.reason) == (status, "Illisible" if status == "rejected" else "")


@pytest.mark.parametrize("action", ["wrong_body", "truncated", "drop_before", "redirect"])
def test_a_look_up_that_cannot_be_read_is_no_no(house: House, action: str) -> None:
    house.push()
    house.fault(action, route="lookup", times=1)
    with pytest.raises(PartnerUnavailable):
        house.illinks.look_up(house.document.reference)


@pytest.mark.parametrize(("status", "field"), [(401, "ws_user"), (403, "ws_user"), (404, "uri"), (503, "")])
def test_missing_rights_are_named_on_their_field(house: House, status: int, field: str) -> None:
    house.fault("status", route="lookup", status=status, code="AUCUN" if status == 404 else "WS_USER_NON_AUTORISE")
    last = house.illinks.check()[-1]
    assert (last.name, last.passed, last.field) == ("droits", False, field)
    assert last.repair


def test_all_pages_of_the_dossiers_are_read(house: House) -> None:
    known = [{"codeClient": f"C{number:04}", "nom": f"Client {number}", "siren": ""} for number in range(250)]
    requests.post(f"{house.server.url}/_dossiers", json={"dossiers": known}, timeout=5)
    assert [dossier.code for dossier in house.illinks.list_dossiers()] == [item["codeClient"] for item in known]
    with pytest.raises(ClientUnknown):
        house.push()


def test_a_partner_without_a_classification_leaves_free_text(house: House) -> None:
    assert house.illinks.list_classification()[0].children
    house.fault("status", route="classification", status=404, code="ROUTE_INCONNUE")
    assert house.illinks.list_classification() == []


def test_a_file_that_changed_cuts_the_connection_and_nothing_is_stored(house: House) -> None:
    source = BytesSource(b"a" * 100_000)
    source.changed = True
    with pytest.raises(DocumentChanged):
        house.illinks.push(house.document, source)
    assert house.stored() == 0
    assert house.push().remote_id


def test_a_race_for_one_reference_stores_it_once(house: House) -> None:
    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(lambda _: house.push(), range(6)))
    assert len({receipt.remote_id for receipt in receipts}) == 1
    assert [receipt.repeated for receipt in receipts].count(False) == 1


def test_sixty_megabytes_are_sent_and_received_in_little_memory(house: House) -> None:
    content = bytes(60 * 2**20)
    document, source = make_document(content), BytesSource(content)
    del content
    house.illinks.list_dossiers()
    tracemalloc.start()
    receipt = house.illinks.push(document, source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert receipt.remote_id
    assert peak < 4 * 2**20


def test_what_was_received_survives_a_line_that_was_cut(house: House, tmp_path: Path) -> None:
    house.push()
    for name in ("documents.jsonl", "journal.jsonl"):
        with (tmp_path / "state" / name).open("ab") as file:
            file.write(b'{"reference": "0192')
    for _ in range(2):
        archive = Archive(tmp_path / "state")
        archive.note({"at": "later"})
        assert list(archive.documents) == [house.document.reference]
    assert [entry.get("status") for entry in archive.journal()] == [201, None, None]


@pytest.mark.parametrize(
    "rule", [{}, [], "x", {"route": "upload"}, {"route": "moon", "action": "lose"}, {"route": "upload", "action": "lose", "nht": 1}]
)
def test_a_rule_that_would_never_fire_is_refused(house: House, rule: object) -> None:
    answer = requests.post(f"{house.server.url}/_faults", data=json.dumps(rule), timeout=5)
    assert answer.status_code == (200 if rule == [] else 400)
    assert requests.post(f"{house.server.url}/_dossiers", data="nonsense", timeout=5).status_code == 400
