"""The partner fails (F41 to F51): nothing is lost, nothing arrives twice, and what nobody can know waits for a person."""

from __future__ import annotations

import gzip
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from connectors.configure.activation import refresh_folders
from connectors.domain.states import PushState
from connectors.models import AttributeMapping, ClientSelection, Connector, DepositPath, Push, PushAttempt
from connectors.push.drain import drain_connector
from connectors.push.errands import take_over_abandoned
from tests.faults.rehearsal import Rehearsal, illinks, is_parked, states, the_push, within_seconds
from tests.partner import IndependentPartner
from tests.raw_server import RawServer, drip_out, giving_tokens, never_read, read_request

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import House

pytestmark = pytest.mark.django_db(transaction=True)

LOGIN_PAGE = b"<!doctype html><title>Connexion</title><form method=post>"
MIB = 2**20


@pytest.fixture
def start_partner() -> Iterator[Callable[..., IndependentPartner]]:
    partners: list[IndependentPartner] = []

    def start(**how: Any) -> IndependentPartner:
        partners.append(IndependentPartner(**how))
        return partners[-1]

    yield start
    for partner in partners:
        threading.Thread(target=partner.stop).start()  # it takes a moment that no test needs
        assert partner.mistakes == []


@pytest.fixture
def start_raw() -> Iterator[Callable[..., RawServer]]:
    servers: list[RawServer] = []

    def start(behave: Callable[[socket.socket, bytes], None]) -> RawServer:
        servers.append(RawServer(giving_tokens(behave)))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def uri_of(server: RawServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def saying(answer: bytes) -> Callable[[socket.socket, bytes], None]:
    """Reads the whole request, answers, and hangs up."""

    def behave(connection: socket.socket, start: bytes) -> None:
        read_request(connection, start)
        connection.sendall(answer)

    return behave


@pytest.mark.parametrize("delivery", ["A", "B", "C"])
@pytest.mark.parametrize("fault", ["lose the answer", "store and fail", "store and truncate", "store and hang"])
def test_f41_a_document_whose_answer_got_lost_is_stored_once(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner], delivery: str, fault: str
) -> None:
    partner = start_partner(delivery=delivery, hang_seconds=1)
    rehearsal = Rehearsal(house, tmp_path, partner.url, delivery, deadline=0.6)
    content = rehearsal.drop()
    partner.answer_next = [fault]
    rehearsal.run()
    again = delivery == "A" and fault == "store and fail"
    assert the_push().state == (PushState.WAITING if again else PushState.UNKNOWN)
    partner.wait_until_idle()
    rehearsal.send_for(timedelta(minutes=3))
    reference = str(the_push().reference)
    assert (partner.stored, partner.documents[reference][1]) == ({reference: 1}, content)
    assert len(partner.uploads) == 1 + again
    assert is_parked(the_push()) if delivery == "C" else the_push().state == PushState.PUBLISHED


def test_f42_a_partner_that_is_slow_to_show_a_document_is_asked_after_its_longest_processing(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner(delivery="B", hang_seconds=0)
    partner.slow_clients = {"C-ALICE": 1.2}  # longer than our deadline: it stores the document when we have long hung up
    rehearsal = Rehearsal(house, tmp_path, partner.url, "B", deadline=0.5, processing=1.5)
    rehearsal.drop()
    rehearsal.see()
    started = time.monotonic()
    with within_seconds(15):
        while the_push().state != PushState.PUBLISHED:
            rehearsal.send()
            time.sleep(0.05)
    questions = [arrival.at for arrival in partner.journal if arrival.route == "lookup"]
    assert questions[0] - started >= 2
    assert list(partner.stored.values()) == [1]
    assert len(partner.uploads) == 1


def test_f42_what_a_dead_worker_had_sent_is_asked_after_the_whole_request_and_its_processing(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner(delivery="B", hang_seconds=0)
    partner.slow_clients = {"C-ALICE": 1.0}
    rehearsal = Rehearsal(house, tmp_path, partner.url, "B", deadline=0.5, processing=1.5)
    rehearsal.drop()
    rehearsal.see()
    rehearsal.send()
    Push.objects.update(state=PushState.SENDING, owner="dead-worker", next_attempt_at=None)
    assert take_over_abandoned(house.connector.pk, rehearsal.partner, rehearsal.worker) == 1  # type: ignore[arg-type]
    with within_seconds(15):
        while the_push().state != PushState.PUBLISHED:
            rehearsal.send()
            time.sleep(0.05)
    assert list(partner.stored.values()) == [1]
    assert len(partner.uploads) == 1


def test_f43_a_token_that_expires_under_eight_workers_is_fetched_once(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner(uses_of_a_token=24)
    rehearsal = Rehearsal(house, tmp_path, partner.url, deadline=30)
    for number in range(64):
        rehearsal.drop(f"{number}.pdf")
    rehearsal.see()
    rehearsal.drain(8)
    assert states() == {"published": 64}
    assert set(PushAttempt.objects.values_list("outcome", flat=True)) == {"receipt"}
    assert set(partner.stored.values()) == {1}
    assert partner.tokens_refused >= 2
    assert partner.tokens_given == 3  # 64 documents and what was refused, 24 uploads a token


@pytest.mark.parametrize(
    ("refusal", "calls"),
    [((401, {"error": "invalid_token"}, {}), ["token", "upload"] * 2), ((403, {"code": "WS_USER_NON_AUTORISE"}, {}), ["token", "upload"])],
    ids=["401", "403"],
)
def test_f44_refused_access_costs_few_calls_and_no_document(
    house: House,
    tmp_path: Path,
    start_partner: Callable[..., IndependentPartner],
    refusal: tuple[int, dict[str, Any], Any],
    calls: list[str],
) -> None:
    partner = start_partner()
    rehearsal = Rehearsal(house, tmp_path, partner.url)
    for number in range(12):
        rehearsal.drop(f"{number}.pdf")
    partner.answer_next = [refusal] * 100
    rehearsal.run()
    rehearsal.send_for(timedelta(minutes=10))
    assert [arrival.route for arrival in partner.journal] == calls
    assert states() == {"held": 12}
    assert set(Push.objects.values_list("cause", flat=True)) == {"credentials"}
    assert "accès" in the_connector().credentials_refused or "droit" in the_connector().credentials_refused


def test_f44_a_refused_secret_costs_one_call_and_no_document(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner()
    rehearsal = Rehearsal(house, tmp_path, partner.url, client_secret="old")
    for number in range(12):
        rehearsal.drop(f"{number}.pdf")
    rehearsal.run()
    rehearsal.send_for(timedelta(minutes=10))
    assert [arrival.route for arrival in partner.journal] == ["token"]
    assert states() == {"held": 12}
    assert "Client secret" in the_connector().credentials_refused


def the_connector() -> Connector:
    return Connector.objects.get(provider="illinks")


@pytest.mark.parametrize("status", [409, 413, 415, 422])
def test_f45_a_refused_document_waits_for_a_person_and_the_others_go_on(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner], status: int
) -> None:
    partner = start_partner()
    rehearsal = Rehearsal(house, tmp_path, partner.url)
    rehearsal.drop("a.pdf")
    partner.answer_next = [(status, {"code": "X", "message": "Pièce\u00a0illisible\u0000"}, {})]
    rehearsal.run()
    rehearsal.drop("b.pdf")
    rehearsal.run()
    rehearsal.send_for(timedelta(hours=1), step=300)
    refused = Push.objects.get(name="a.pdf")
    assert (refused.state, refused.cause, refused.attempts) == (PushState.REFUSED, "refused", 1)
    assert refused.explanation.endswith("Réponse : Pièce illisible")
    assert refused in Push.objects.for_a_person()
    assert (house.folder("Alice") / "a.pdf").exists()
    assert Push.objects.get(name="b.pdf").state == PushState.PUBLISHED


def second_connector(house: House) -> tuple[Connector, DepositPath]:
    """Another account, for Bob's sales."""
    other = Connector.objects.create(
        provider="illinks", name="Illinks (2)", active=True, activated_at=house.clock.now, checks_first_documents=False
    )
    AttributeMapping.objects.create(connector=other, attribute=house.connector.mapping.attribute)
    ClientSelection.objects.create(connector=other, client=house.clients["Bob"], selected_at=house.clock.now)
    archive = "DOSSIER COMPTABLE/{millésime}/PIECES COMPTABLES SCANNEES/Factures de ventes"
    return other, DepositPath.objects.create(connector=other, deposit="ZONE DE DEPOT/Ventes", archive=archive, domaine="V", type="F")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (lambda: "120", 120),
        (lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True), 600),
        (lambda: format_datetime(datetime.now(UTC) - timedelta(days=2), usegmt=True), 0),
        (lambda: "1000000000", 86_400),
        (lambda: "demain, sans doute", 0),
    ],
    ids=["seconds", "date", "past", "too far", "garbage"],
)
def test_f46_the_moment_that_the_partner_names_is_kept_and_other_connectors_go_on(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner], status: int, said: Callable[[], str], seconds: float
) -> None:
    partner, other_partner = start_partner(), start_partner()
    other, path = second_connector(house)
    sales = house.root / "Dossier Bob" / path.deposit
    sales.mkdir(parents=True)
    refresh_folders(other, house.store)
    rehearsal = Rehearsal(house, tmp_path, partner.url)
    for number in range(5):
        rehearsal.drop(f"{number}.pdf")
    partner.answer_next = [(status, {}, {"Retry-After": said()})]
    named = house.clock.now + timedelta(seconds=seconds)
    rehearsal.run()
    tried = len(partner.uploads)
    assert tried == 1 if seconds else tried
    if seconds:
        rehearsal.send_for(named - house.clock.now - timedelta(seconds=15), step=max(10.0, seconds / 10))
        assert (len(partner.uploads), states()) == (1, {"waiting": 5})
    (sales / "vente.pdf").write_bytes(b"%PDF-1.4 vente\n%%EOF\n")
    rehearsal.see()
    drain_connector(other.pk, illinks(other, other_partner.url, rehearsal.contract), rehearsal.worker, other.settings_version)
    assert Push.objects.get(name="vente.pdf").state == PushState.PUBLISHED
    house.clock.forward(seconds=max(0.0, (named - house.clock.now).total_seconds()))
    rehearsal.send_for(timedelta(minutes=2))
    assert states() == {"published": 6}


def test_f47_a_slow_client_does_not_starve_the_others(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner()
    rehearsal = Rehearsal(house, tmp_path, partner.url, deadline=30)
    waits = []
    for day, pace in (("lundi", 0.0), ("mardi", 3.0)):
        partner.slow_clients = {"C-BOB": pace}
        for number in range(60):
            rehearsal.drop(f"{day} {number}.pdf", "Alice" if number % 20 else "Bob")
        rehearsal.see()
        started = house.clock.now
        rehearsal.drain(4)
        accepted = Push.objects.filter(client=house.clients["Alice"], name__startswith=day).values_list("accepted_at", flat=True)
        waits.append(sorted((moment - started).total_seconds() for moment in accepted)[int(57 * 0.95)])
    assert states() == {"published": 120}
    assert waits[1] <= 2 * waits[0] + 0.5


def test_f47_while_every_lane_is_busy_nothing_more_is_claimed(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner()
    partner.slow_clients = {"C-ALICE": 0.8, "C-BOB": 0.8}
    rehearsal = Rehearsal(house, tmp_path, partner.url, deadline=30)
    for number in range(6):
        rehearsal.drop(f"{number}.pdf", "Alice" if number % 2 else "Bob")
    rehearsal.see()
    rehearsal.drain(2)
    assert states() == {"published": 6}
    tries = list(PushAttempt.objects.values_list("started_at", "ended_at"))
    assert max(sum(start <= moment < end for start, end in tries) for moment, _ in tries) <= 3


ANSWERS = {
    "a login page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + LOGIN_PAGE,
    "an empty body": b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
    "another type": b"HTTP/1.1 201 Created\r\nContent-Length: 6\r\n\r\n[1, 2]",
    "invalid UTF-8": b'HTTP/1.1 201 Created\r\nContent-Length: 13\r\n\r\n{"id": "\xff\xfe"}',
    "half a character": b'HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{"id": "\\ud800", "statut": "PUBLIE"}',
    "deep JSON": b"HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n" + b'{"id":' * 100_000,
    "a list for a text": b'HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{"id": ["x"], "statut": ["PUBLIE"]}',
    "an interim answer only": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
}


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_f48_an_unreadable_answer_leaves_the_outcome_unknown(
    house: House, tmp_path: Path, start_raw: Callable[..., RawServer], said: bytes
) -> None:
    rehearsal = Rehearsal(house, tmp_path, uri_of(start_raw(saying(said))), deadline=2)
    rehearsal.drop()
    rehearsal.run()
    assert the_push().state == PushState.UNKNOWN
    rehearsal.send_for(timedelta(minutes=1))
    assert the_push().state == PushState.UNKNOWN
    assert the_push().next_attempt_at is not None


def flooding(head: bytes) -> Callable[[socket.socket, bytes], None]:
    """A gibibyte after this head, unless the client has enough before."""

    def behave(connection: socket.socket, start: bytes) -> None:
        read_request(connection, start)
        connection.sendall(head)
        for _ in range(1024):
            connection.sendall(bytes(MIB))

    return behave


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 201 Created\r\nContent-Length: 1073741824\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 1073741824\r\n\r\n",
        b"HTTP/1.1 307 Elsewhere\r\nLocation: /there\r\nContent-Length: 1073741824\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(bytes(64 * MIB)),
        b"HTTP/1.1 302 Elsewhere\r\nLocation: /x\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(bytes(64 * MIB)),
    ],
    ids=["a gibibyte", "a gibibyte with a 500", "a gibibyte with a redirect", "a gzip bomb", "a gzip bomb with a redirect"],
)
def test_f48_an_answer_without_end_takes_little_memory_and_time(
    house: House, tmp_path: Path, start_raw: Callable[..., RawServer], head: bytes
) -> None:
    rehearsal = Rehearsal(house, tmp_path, uri_of(start_raw(flooding(head))), "B")
    rehearsal.drop()
    rehearsal.see()
    tracemalloc.start()
    with within_seconds(4):
        rehearsal.send()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MIB
    assert the_push().state == (PushState.WAITING if b" 307 " in head else PushState.UNKNOWN)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["another host", "file:///etc/passwd", "itself", "//", "http://[::1"])
def test_f49_no_redirect_is_followed(house: House, tmp_path: Path, start_raw: Callable[..., RawServer], status: int, place: str) -> None:
    second = start_raw(saying(b"HTTP/1.1 201 Created\r\nContent-Length: 34\r\n\r\n" + b'{"id": "stolen", "statut":"PUBLIE"}'))
    location = {"another host": f"{uri_of(second)}/pushdoc/v1/documents", "itself": "/pushdoc/v1/documents"}.get(place, place)
    requests: list[bytes] = []

    def behave(connection: socket.socket, start: bytes) -> None:
        requests.append(read_request(connection, start)[0])
        connection.sendall(f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())

    rehearsal = Rehearsal(house, tmp_path, uri_of(start_raw(behave)), deadline=2)
    rehearsal.drop()
    rehearsal.run()
    assert second.connections == 0
    assert len(requests) == 1
    assert (the_push().state, "autre adresse" in the_push().explanation) == (PushState.WAITING, True)


@pytest.mark.parametrize(
    ("behave", "size", "state"),
    [
        (lambda connection, _: drip_out(connection, b"HTTP/1.1 201 Created\r\nX: "), 0, PushState.UNKNOWN),
        (lambda connection, _: drip_out(connection, b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n"), 0, PushState.UNKNOWN),
        (lambda connection, _: never_read(connection), 12_000_000, PushState.WAITING),
        (lambda connection, _: never_read(connection), 0, PushState.UNKNOWN),
    ],
    ids=["drips its head", "drips its body", "does not read a large document", "does not read a small document"],
)
def test_f50_the_deadline_of_the_whole_request_holds(
    house: House, tmp_path: Path, start_raw: Callable[..., RawServer], behave: Callable[[socket.socket, bytes], None], size: int, state: str
) -> None:
    rehearsal = Rehearsal(house, tmp_path, uri_of(start_raw(behave)), deadline=1, processing=1)
    rehearsal.drop(size=size)
    rehearsal.see()
    with within_seconds(3):
        rehearsal.send()
    assert the_push().state == state


@pytest.mark.parametrize("lie", [{"sha256": "0" * 64}, {"reference": "0192f6c2-0000-4000-8000-000000000009"}])
def test_f51_an_answer_for_another_document_is_no_receipt(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner], lie: dict[str, str]
) -> None:
    partner = start_partner(delivery="B")
    rehearsal = Rehearsal(house, tmp_path, partner.url, "B")
    rehearsal.drop()
    partner.answer_next = [(201, {"id": "D1", "statut": "PUBLIE", **lie}, {})]
    rehearsal.run()
    assert (the_push().state, "autre document" in the_push().explanation) == (PushState.UNKNOWN, True)


def test_f51_other_bytes_under_our_reference_are_seen(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner(delivery="B")
    rehearsal = Rehearsal(house, tmp_path, partner.url, "B")
    rehearsal.drop()
    partner.answer_next, partner.lies = ["lose the answer"], {"sha256": "0" * 64}
    rehearsal.run()
    rehearsal.send_for(timedelta(minutes=1))
    assert (the_push().state, the_push().explanation) == (PushState.REFUSED, "Le partenaire a d’autres octets sous cette référence.")
    assert (house.folder("Alice") / "a.pdf").exists()


def test_f51_a_partner_that_answers_beside_the_question_is_asked_again(
    house: House, tmp_path: Path, start_partner: Callable[..., IndependentPartner]
) -> None:
    partner = start_partner(delivery="B")
    rehearsal = Rehearsal(house, tmp_path, partner.url, "B")
    rehearsal.drop()
    partner.answer_next, partner.lies = ["lose the answer"], {"reference": "0192f6c2-0000-4000-8000-000000000009"}
    rehearsal.run()
    rehearsal.send_for(timedelta(minutes=5))
    assert the_push().state == PushState.UNKNOWN
    partner.lies = {}
    rehearsal.send_for(timedelta(minutes=90), step=300)
    assert the_push().state == PushState.PUBLISHED
    assert list(partner.stored.values()) == [1]
