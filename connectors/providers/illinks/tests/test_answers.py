"""What may follow from an answer: never a second copy, never a receipt for what cannot have arrived, never text that breaks a page."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.domain.outcomes import CredentialsRefused, OutcomeUnknown, PartnerUnavailable, PushError
from connectors.providers.addresses import validate_uri
from connectors.providers.base import NetworkRules
from connectors.providers.illinks.answers import plain, read_refusal, read_upload
from connectors.providers.illinks.checks import NOT_ASKABLE, REPAIRS
from connectors.providers.illinks.contract import OWN, AnswerRule, Contract, load_contract
from connectors.providers.illinks.look_ups import fetch_classification, fetch_dossiers, find_document
from connectors.providers.illinks.provider import IllinksProvider
from connectors.providers.illinks.token import fetch_token
from connectors.providers.testing import BytesSource, MemoryTokens, make_document
from connectors.providers.transport import Answer
from tests.raw_server import RawServer, giving_tokens, read_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connectors.providers.base import Token

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
A = load_contract(OWN)
B = replace(A, receipts=tuple(rule for rule in A.receipts if rule.receipt != "repeated"))
C = replace(B, look_up={**B.look_up, "document": ""})
DOCUMENT = make_document(b"a")


def reading(contract: Contract, status: int, *, handed_over: bool = True, content: Any = None, **headers: str) -> str:
    said = Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(content or {}).encode())
    try:
        return type(read_upload(said, contract, NOW, DOCUMENT, handed_over=handed_over)).__name__
    except PushError as error:
        return type(error).__name__


@pytest.mark.parametrize("status", [500, 502, 503, 504, 302, 303])
def test_a_server_error_after_the_whole_document_is_no_no(status: int) -> None:
    assert [reading(contract, status) for contract in (A, B, C)] == ["PartnerUnavailable", "OutcomeUnknown", "OutcomeUnknown"]
    assert {reading(contract, status, handed_over=False) for contract in (A, B, C)} == {"PartnerUnavailable"}


def test_a_partner_that_names_a_moment_asks_for_another_try() -> None:
    assert reading(C, 503, Retry_After="60") == "PartnerUnavailable"
    assert reading(C, 500, Retry_After="60") == "OutcomeUnknown"


@pytest.mark.parametrize("status", [408, 425, 429, 404, 301, 307, 308])
def test_an_answer_that_says_that_nothing_was_taken_is_believed(status: int) -> None:
    assert {reading(contract, status) for contract in (A, B, C)} == {"PartnerUnavailable"}


def test_a_firms_own_row_may_vouch_that_a_server_error_keeps_nothing() -> None:
    row = AnswerRule(frozenset({500}), "", "unavailable", "Le partenaire est en maintenance.", "")
    assert reading(replace(C, answers=(*C.answers, row)), 500) == "PartnerUnavailable"


def test_a_yes_before_the_document_has_left_is_no_receipt() -> None:
    yes = {"id": "D1", "statut": "PUBLIE"}
    assert (reading(A, 201, content=yes), reading(A, 201, content=yes, handed_over=False)) == ("Receipt", "OutcomeUnknown")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"reference": DOCUMENT.reference.upper(), "sha256": DOCUMENT.sha256.upper()}, "Receipt"),
        ({"reference": None, "sha256": ["x"]}, "Receipt"),
        ({"reference": "another"}, "OutcomeUnknown"),
        ({"sha256": "0" * 64}, "OutcomeUnknown"),
    ],
)
def test_an_answer_may_repeat_what_was_sent_but_not_contradict_it(more: dict[str, Any], expected: str) -> None:
    assert reading(A, 201, content={"id": "D1", "statut": "PUBLIE", **more}) == expected


def test_a_partners_own_reference_is_its_id_where_the_contract_says_so() -> None:
    contract = replace(A, upload={**A.upload, "remote_id": "reference"})
    assert reading(contract, 201, content={"reference": "theirs", "statut": "PUBLIE"}) == "Receipt"


@pytest.mark.parametrize("remote_id", [None, "", "  ", "\ud800", "\x00", True, ["x"], {}, 1.5])
def test_a_yes_without_an_id_is_unreadable(remote_id: Any) -> None:
    assert reading(A, 201, content={"id": remote_id, "statut": "PUBLIE"}) == "OutcomeUnknown"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Pièce\u00a0n°1\nillisible", "Pièce n°1 illisible"),
        ("\ud83d\x00\u202egnp.exe", "gnp.exe"),
        (12, "12"),
        (True, ""),
        (None, ""),
        ([1], ""),
    ],
)
def test_what_a_partner_wrote_becomes_one_plain_line(said: Any, written: str) -> None:
    assert plain(said) == written
    assert plain("x" * 600) == "x" * 500


def test_a_code_that_is_no_text_breaks_nothing() -> None:
    deep = json.dumps({"code": "\ud800X\x00", "message": {"a": [1]}}).encode()
    error = read_refusal(Answer(422, {}, deep), A, NOW)
    assert (error.code, error.message) == ("X", "Le partenaire refuse ce document.")


class Asked:
    """Answers each question with the next of these."""

    def __init__(self, *answers: Any) -> None:
        self.contract, self.answers = A, list(answers)
        self.params: list[Mapping[str, str]] = []

    def get(self, path: str, params: Mapping[str, str]) -> Answer:
        self.params.append(params)
        return Answer(200, {}, json.dumps(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]).encode())


@pytest.mark.parametrize("status", [["PUBLIE"], {}, None, 1, "publié"])
def test_a_status_that_nobody_knows_is_neither_a_yes_nor_a_no(status: Any) -> None:
    with pytest.raises(PartnerUnavailable):
        find_document(Asked({"documents": [{"id": "D1", "reference": "r", "statut": status}]}), "r")


def test_a_rejected_document_is_found_with_its_reason_in_plain_text() -> None:
    item = {"id": 7, "reference": "R", "statut": "REJETE", "sha256": "AB", "motif": "Illisible\x00"}
    found = find_document(Asked({"documents": [None, item]}), "r")
    assert found is not None
    assert (found.remote_id, found.status, found.sha256, found.reason) == ("7", "rejected", "ab", "Illisible")
    assert find_document(Asked({"documents": []}), "r") is None


@pytest.mark.parametrize(("following", "pages"), [(1, 1), ("2", 2), (None, 1), (0, 1), ("", 1), ([2], 1)])
def test_pages_that_go_in_a_circle_end(following: Any, pages: int) -> None:
    asked = Asked({"dossiers": [{"codeClient": "C1", "nom": "Un"}], "suivante": following})
    assert len(fetch_dossiers(asked)) == pages == len(asked.params)


def test_pages_without_an_end_end_too() -> None:
    asked = Asked(*({"dossiers": [], "suivante": number} for number in range(2, 1200)))
    fetch_dossiers(asked)
    assert len(asked.params) == 1000


def test_a_list_that_is_none_is_empty_or_unreadable() -> None:
    assert fetch_classification(Asked({"domaines": [{"code": "A", "types": "x"}, 3]}))[0].children == ()
    for content in ({"dossiers": "x"}, {}, []):
        with pytest.raises(PartnerUnavailable):
            fetch_dossiers(Asked(content))


@pytest.mark.parametrize(
    ("promised", "seconds"),
    [
        ("3600", 3600),
        ("1e400", 86_400),
        ("1" + "0" * 400, 86_400),
        ("NaN", 0),
        ("Infinity", 86_400),
        ("-5", 0),
        ("true", 0),
        ('"3600"', 0),
        ("null", 0),
    ],
)
def test_a_token_lives_as_long_as_was_promised_within_reason(promised: str, seconds: float) -> None:
    body = f'{{"access_token": "t", "expires_in": {promised}}}'.encode()
    token = fetch_token(A, {}, lambda _headers, _form: Answer(200, {}, body))
    left = token.expires_at - datetime.now(UTC) + timedelta(seconds=60)
    assert seconds - 5 < left.total_seconds() <= seconds


def test_the_secret_may_go_in_a_header() -> None:
    headers: list[Mapping[str, str]] = []

    def ask(sent: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        headers.append(sent)
        assert "client_secret" not in form
        return Answer(200, {}, b'{"access_token": "t", "expires_in": 60}')

    fetch_token(replace(A, token_in_header=True), {"client_id": "a:b", "client_secret": "c d"}, ask)
    assert headers == [{"Authorization": "Basic YSUzQWI6Yytk"}]  # a%3Ab:c+d


class SlowTokens(MemoryTokens):
    """Whose turn takes longer than a document has."""

    def token(self, fetch: Callable[[], Token]) -> str:
        time.sleep(0.3)
        return super().token(fetch)


@pytest.fixture
def uploads() -> list[bytes]:
    return []


@pytest.fixture
def refusing(uploads: list[bytes]) -> Iterator[RawServer]:
    """Says 401 to every upload, after a moment."""

    def behave(connection: socket.socket, start: bytes) -> None:
        uploads.append(read_request(connection, start)[1])
        time.sleep(0.4)
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")

    server = RawServer(giving_tokens(behave))
    yield server
    server.stop()


def provider_at(server: RawServer, tokens: MemoryTokens, seconds: float) -> IllinksProvider:
    limits = replace(A.limits, deadline=lambda _size: timedelta(seconds=seconds))
    kind: Any = type("Hurried", (IllinksProvider,), {"limits": limits})
    provider: IllinksProvider = kind({"uri": f"http://127.0.0.1:{server.port}"}, tokens=tokens, network=NetworkRules(allow_loopback=True))
    return provider


def test_the_tokens_and_both_tries_share_one_deadline(refusing: RawServer, uploads: list[bytes]) -> None:
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        provider_at(refusing, MemoryTokens(), 0.7).push(DOCUMENT, BytesSource(b"a"))
    assert time.monotonic() - started < 2
    assert len(uploads) == 2


def test_a_document_whose_time_went_by_while_a_token_was_fetched_does_not_leave(refusing: RawServer, uploads: list[bytes]) -> None:
    with pytest.raises(PartnerUnavailable):
        provider_at(refusing, SlowTokens(), 0.2).push(DOCUMENT, BytesSource(b"a"))
    assert uploads == []


def test_a_partner_that_says_yes_to_a_document_it_has_not_read_has_not_received_it() -> None:
    def behave(connection: socket.socket, _start: bytes) -> None:
        connection.sendall(b'HTTP/1.1 201 Created\r\nContent-Length: 32\r\nConnection: close\r\n\r\n{"id": "D1", "statut": "PUBLIE"}')
        connection.shutdown(socket.SHUT_WR)

    server = RawServer(giving_tokens(behave))
    content = b"a" * 30_000_000
    with pytest.raises(OutcomeUnknown, match="pas reçu la fin"):
        provider_at(server, MemoryTokens(), 20).push(make_document(content), BytesSource(content))
    server.stop()


def test_what_the_contract_leaves_out_is_not_asked_and_passes_its_check() -> None:
    asked = Asked({})
    asked.contract = replace(C, look_up={"document": "", "dossiers": "", "classification": "", "status": {}})
    assert (fetch_dossiers(asked), fetch_classification(asked), asked.params) == ([], [], [])
    mute: Any = type("Mute", (IllinksProvider,), {"contract": asked.contract, "reach": str, "encrypt": str, "token": str})
    checks = mute({}, tokens=MemoryTokens(), network=NetworkRules()).check()
    assert [(check.passed, check.message) for check in checks[3:5]] == [(True, NOT_ASKABLE)] * 2


def test_a_check_that_fails_for_another_reason_blames_no_field() -> None:
    def look_up(_self: IllinksProvider, _reference: str) -> None:
        raise OutcomeUnknown("Nul ne sait.")

    odd: Any = type("Odd", (IllinksProvider,), {"reach": str, "encrypt": str, "token": str, "look_up": look_up})
    last = odd({}, tokens=MemoryTokens(), network=NetworkRules()).check()[-1]
    assert (last.name, last.passed, last.field, last.repair) == ("droits", False, "", REPAIRS[""])


def test_an_address_that_cannot_be_used_is_named_on_its_field() -> None:
    with pytest.raises(CredentialsRefused) as refused:
        IllinksProvider({"uri": "ftp://x"}, tokens=MemoryTokens(), network=NetworkRules()).list_dossiers()
    assert refused.value.field == "uri"
    assert validate_uri("http://localhost:8000/ws/", NetworkRules(allow_loopback=True)) == "http://localhost:8000/ws"


def test_an_answer_to_a_question_that_is_no_json_is_unreadable() -> None:
    class Garbled(Asked):
        def get(self, path: str, params: Mapping[str, str]) -> Answer:
            return Answer(200, {}, b"<html>")

    with pytest.raises(PartnerUnavailable, match="illisible"):
        fetch_classification(Garbled({}))


@pytest.mark.parametrize(("status", "content"), [(404, {"code": "DOSSIER_INCONNU"}), (422, {}), (500, {}), (302, {})])
def test_a_question_that_is_turned_down_says_nothing_about_the_document(status: int, content: dict[str, str]) -> None:
    class TurnedDown(Asked):
        def get(self, path: str, params: Mapping[str, str]) -> Answer:
            return Answer(status, {}, json.dumps(content).encode())

    with pytest.raises(PartnerUnavailable):
        find_document(TurnedDown({}), DOCUMENT.reference)


def test_another_document_than_the_one_that_was_asked_for_is_no_no() -> None:
    with pytest.raises(PartnerUnavailable, match="à côté"):
        find_document(Asked({"documents": [{"id": "D1", "reference": "another", "statut": "PUBLIE"}]}), DOCUMENT.reference)
