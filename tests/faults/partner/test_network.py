"""The network and its encryption fail (F52 to F54): no secret leaves, no inner address is reached, and doubt stays doubt."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from connectors.domain.states import PushState
from connectors.providers.base import NetworkRules
from connectors.providers.transport import NoAnswer, Transport
from tests.certificates import make_certificate, server_context
from tests.faults.own_network import OUTSIDE, StubResolver, in_own_network, run_ip
from tests.faults.rehearsal import Rehearsal, the_push, within_seconds
from tests.raw_server import RawServer, giving_tokens, read_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import House

pytestmark = pytest.mark.django_db(transaction=True)

YES = b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 32\r\n\r\n" + b'{"id": "D1", "statut": "PUBLIE"}'
NAME = "partenaire.test"


def apart(work: Callable[[], None], *, resolver: Path | None = None) -> None:
    """In a network of its own; the thread's database connection is given back."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    in_own_network(run, resolver=resolver)


@pytest.mark.parametrize("moment", ["in the body", "after the body"])
def test_f52_a_line_that_goes_dead_leaves_no_document_twice(house: House, tmp_path: Path, moment: str) -> None:
    stored: list[bytes] = []

    def behave(connection: socket.socket, start: bytes) -> None:
        if moment == "in the body" and not stored:
            connection.recv(100_000)
            run_ip("link set lo down")
            stored.append(b"")
            time.sleep(4)
            return
        stored.append(read_request(connection, start)[1])
        if moment == "after the body" and len(stored) == 1:
            run_ip("link set lo down")
        connection.sendall(YES)
        time.sleep(4)

    def work() -> None:
        server = RawServer(giving_tokens(behave), address=OUTSIDE, context=server_context(certificate))
        rules = NetworkRules(ca_file=str(certificate))
        rehearsal = Rehearsal(house, tmp_path, f"https://{OUTSIDE}:{server.port}", "C", deadline=3, network=rules)
        rehearsal.drop(size=9_000_000)
        rehearsal.see()
        with within_seconds(5):  # the deadline, and two seconds
            rehearsal.send()
        outcome.append(the_push().state)
        run_ip("link set lo up")
        rehearsal.send_for(timedelta(minutes=2), step=30)
        outcome.append(the_push().state)
        server.stop()

    certificate, outcome = make_certificate(tmp_path, address=OUTSIDE), list[str]()
    apart(work)
    whole = [body for body in stored if body.endswith(b"--\r\n")]
    if moment == "in the body":  # the end never left: sent again, also to a partner that cannot be asked
        assert (outcome, len(whole)) == ([PushState.WAITING, PushState.PUBLISHED], 1)
    else:
        assert (outcome, len(whole)) == ([PushState.UNKNOWN, PushState.UNKNOWN], 1)


@pytest.mark.parametrize(("route", "seconds"), [("blackhole", 3), ("unreachable", 3), ("", 3)])
def test_f52_a_partner_without_a_route_is_tried_later(house: House, tmp_path: Path, route: str, seconds: float) -> None:
    def work() -> None:
        if route:
            run_ip(f"route add {route} 11.22.33.0/24")
        rehearsal = Rehearsal(house, tmp_path, "https://11.22.33.99", deadline=1, network=NetworkRules())
        rehearsal.drop()
        rehearsal.see()
        with within_seconds(seconds):
            rehearsal.send()

    apart(work)
    assert the_push().state == PushState.WAITING
    assert the_push().attempts == 1
    assert "partenaire" in the_push().explanation


class Listener:
    """Counts who connects, and answers nobody."""

    def __init__(self, address: str, port: int) -> None:
        self._socket = socket.create_server((address, port))
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            self._socket.accept()[0].close()
            self.connections += 1


def test_f53_a_name_that_leads_to_an_inner_address_is_refused_and_a_new_outer_one_is_followed(tmp_path: Path) -> None:
    resolver_file = tmp_path / "resolv.conf"
    resolver_file.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    certificate = make_certificate(tmp_path, name=NAME)
    inner, seen = ["127.0.0.1", "10.0.0.5", "169.254.169.254", "100.64.0.1"], dict[str, Any]()

    def ask(transport: Transport) -> str:
        try:
            return str(transport.exchange("GET", f"https://{NAME}:8443/", deadline=timedelta(seconds=3)).status)
        except NoAnswer as error:
            return f"{error.step} : {error}"

    def work() -> None:
        for address in inner[1:]:
            run_ip(f"address add {address}/32 dev lo")
        run_ip("address add 11.22.33.55/32 dev lo")
        listeners = [Listener(address, 8443) for address in inner]
        servers = [RawServer(_answer, server_context(certificate), address, 8443) for address in (OUTSIDE, "11.22.33.55")]
        names = StubResolver(OUTSIDE, *inner, "11.22.33.55", "nowhere", OUTSIDE)
        transport = Transport(NetworkRules(allow_loopback=True, ca_file=str(certificate)))
        seen["said"] = [ask(transport) for _ in range(8)]
        seen["asked"] = names.asked
        seen["inner"] = [listener.connections for listener in listeners]
        seen["outer"] = [server.connections for server in servers]

    in_own_network(work, resolver=resolver_file)
    refused = "adresse : L’adresse du partenaire mène à un réseau interne : elle est refusée."
    unknown = "adresse : Le nom du serveur du partenaire est introuvable."
    assert seen["said"] == ["201", *[refused] * 4, "201", unknown, "201"]
    assert seen["inner"] == [0, 0, 0, 0]
    assert sum(seen["outer"]) == 3
    assert seen["asked"] == 8  # checked and used is one and the same answer: nobody can slip another one in between


def _answer(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(YES)


def test_f53_a_name_that_cannot_be_resolved_is_tried_later(house: House, tmp_path: Path) -> None:
    rehearsal = Rehearsal(house, tmp_path, "https://partenaire.invalid/ws", network=NetworkRules())
    rehearsal.drop()
    rehearsal.run()
    assert (the_push().state, the_push().explanation) == (PushState.WAITING, "Le nom du serveur du partenaire est introuvable.")


def old_tls(file: Path) -> ssl.SSLContext:
    context = server_context(file)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("kind", "trusted", "words"),
    [
        ({"ended": True}, "yes", "certificat"),
        ({}, "", "certificat"),
        ({"name": "autre.test"}, "yes", "certificat"),
        ({"old": True}, "yes", "chiffrée"),
    ],
    ids=["expired", "self-signed", "another name", "TLS 1.0"],
)
def test_f54_bad_encryption_is_refused_before_any_secret_leaves(
    house: House, tmp_path: Path, kind: dict[str, Any], trusted: str, words: str
) -> None:
    wire: list[bytes] = []
    is_old = kind.pop("old", False)
    certificate = make_certificate(tmp_path, **kind)
    context = old_tls(certificate) if is_old else server_context(certificate)

    def behave(connection: socket.socket) -> None:
        wire.append(connection.recv(65536, socket.MSG_PEEK))
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
            wire.append(encrypted.recv(65536))

    server = RawServer(behave)
    rules = NetworkRules(ca_file=str(certificate) if trusted else "", allow_loopback=True)
    rehearsal = Rehearsal(house, tmp_path, f"https://127.0.0.1:{server.port}", network=rules)
    rehearsal.drop()
    rehearsal.run()
    server.stop()
    assert (the_push().state, words in the_push().explanation) == (PushState.WAITING, True)
    assert server.connections == 1
    assert next(piece for piece in wire if piece)[:1] == b"\x16"  # a greeting, and after it nothing that was meant for the partner
    assert all(piece[:1] in {b"", b"\x16", b"\x15"} for piece in wire)
    assert not any(b"s3cret" in piece or b"POST" in piece for piece in wire)
