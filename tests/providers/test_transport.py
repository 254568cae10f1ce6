"""The transport against servers that behave badly: raw sockets on loopback, real time, no partner's code."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.providers.base import NetworkRules
from connectors.providers.deadline import Deadline
from connectors.providers.probe import knock, knock_encrypted
from connectors.providers.transport import LONGEST_ANSWER, NoAnswer, Transport
from tests.certificates import make_certificate, server_context
from tests.raw_server import RawServer, answer, drip, never_read, read_head

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOCAL = NetworkRules(allow_loopback=True)
SOON = timedelta(seconds=0.6)
LATER = timedelta(seconds=10)


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    servers: list[RawServer] = []

    def start(behave: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> RawServer:
        servers.append(RawServer(behave, context))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.mark.parametrize(
    "behave",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"),
        drip(b"HTTP/1.1 200 OK\r\nX: "),
        never_read,
    ],
    ids=["in a body with a length", "in a body without one", "in a chunk", "in the headers", "does not read"],
)
def test_the_deadline_holds_whatever_the_partner_does(serve: Callable[..., RawServer], behave: Callable[[socket.socket], None]) -> None:
    server, started, said = serve(behave), time.monotonic(), ""
    sent = b"x" * (8_000_000 if behave is never_read else 10)
    try:
        body = Transport(LOCAL).exchange("POST", f"http://127.0.0.1:{server.port}/", deadline=SOON, data=sent).body
    except NoAnswer as error:
        body, said = None, str(error)
    assert body is None
    assert said in {"", "Le partenaire n’a pas répondu à temps."}
    assert time.monotonic() - started < 3


def test_no_socket_stays_open_after_the_deadline(serve: Callable[..., RawServer]) -> None:
    ended = threading.Event()

    def behave(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass
        ended.set()

    with pytest.raises(NoAnswer):
        Transport(LOCAL).exchange("GET", f"http://127.0.0.1:{serve(behave).port}/", deadline=SOON)
    assert ended.wait(3)


def test_a_redirect_is_not_followed(serve: Callable[..., RawServer]) -> None:
    target = serve(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    location = f"http://127.0.0.1:{target.port}/".encode()
    server = serve(answer(b"HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"))
    assert Transport(LOCAL).exchange("POST", f"http://127.0.0.1:{server.port}/", deadline=LATER, data=b"x").status == 307
    assert target.connections == 0


@pytest.mark.parametrize("size", [LONGEST_ANSWER, LONGEST_ANSWER + 1])
def test_an_answer_is_read_up_to_one_mebibyte(serve: Callable[..., RawServer], size: int) -> None:
    server = serve(answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size))
    body = Transport(LOCAL).exchange("GET", f"http://127.0.0.1:{server.port}/", deadline=LATER).body
    assert (body is None) == (size > LONGEST_ANSWER)


def test_neither_netrc_nor_a_proxy_of_the_environment_is_used(
    serve: Callable[..., RawServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    proxy, server = serve(never_read), serve(behave)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login planted password planted\ndefault login planted password planted\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "")
    Transport(LOCAL).exchange("GET", f"http://127.0.0.1:{server.port}/", deadline=LATER, headers={"Authorization": "Bearer token"})
    assert proxy.connections == 0
    assert b"Authorization: Bearer token\r\n" in heads[0]


@pytest.mark.parametrize(
    ("url", "step", "words"),
    [
        ("https://169.254.169.254/latest", "adresse", "réseau interne"),
        ("https://10.0.0.1/", "adresse", "réseau interne"),
        ("https://[fd00::1]/", "adresse", "réseau interne"),
        ("https://[::ffff:10.0.0.1]/", "adresse", "réseau interne"),
        ("https://127.0.0.1:9/", "adresse", "réseau interne"),
        ("https://nowhere.invalid/", "adresse", "introuvable"),
    ],
)
def test_an_inner_or_unknown_address_is_refused_before_anything_is_sent(url: str, step: str, words: str) -> None:
    for reach in (lambda: Transport(NetworkRules()).exchange("GET", url, deadline=LATER), lambda: knock(url, NetworkRules())):
        with pytest.raises(NoAnswer, match=words) as error:
            reach()
        assert error.value.step == step


def test_allowing_loopback_opens_no_other_inner_address() -> None:
    for url in ("http://10.0.0.1/", "http://169.254.169.254/", "http://0.0.0.0:9/", "http://localhost.:9/"):
        with pytest.raises(NoAnswer) as error:
            Transport(LOCAL).exchange("GET", url, deadline=LATER)
        assert error.value.step == "adresse"


def test_a_refused_connection_is_told() -> None:
    with pytest.raises(NoAnswer, match="refuse la connexion") as error:
        Transport(LOCAL).exchange("GET", "http://127.0.0.1:9/", deadline=LATER)
    assert error.value.step == "connexion"


def test_a_header_cannot_be_injected(serve: Callable[..., RawServer]) -> None:
    server = serve(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    with pytest.raises(NoAnswer):
        Transport(LOCAL).exchange("GET", f"http://127.0.0.1:{server.port}/", deadline=LATER, headers={"X": "a\r\nInjected: b"})
    assert server.connections == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    file = make_certificate(tmp_path_factory.mktemp("tls"))
    return server_context(file), str(file)


def test_an_unknown_certificate_is_refused_and_the_firms_own_authority_is_believed(
    serve: Callable[..., RawServer], certificate: tuple[ssl.SSLContext, str]
) -> None:
    context, own = certificate
    url = f"https://127.0.0.1:{serve(answer(b'HTTP/1.1 200 OK' + bytes([13, 10, 13, 10])), context).port}/"
    for reach in (lambda: Transport(LOCAL).exchange("GET", url, deadline=LATER), lambda: knock_encrypted(url, LOCAL)):
        with pytest.raises(NoAnswer, match="certificat") as error:
            reach()
        assert error.value.step == "chiffrement"
    rules = NetworkRules(allow_loopback=True, ca_file=own)
    assert Transport(rules).exchange("GET", url, deadline=LATER).status == 200
    assert knock_encrypted(url, rules).startswith("TLSv1.")


def test_the_deadline_holds_over_tls_and_during_its_handshake(
    serve: Callable[..., RawServer], certificate: tuple[ssl.SSLContext, str]
) -> None:
    context, own = certificate
    rules = NetworkRules(allow_loopback=True, ca_file=own)
    dripping = serve(drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), context)
    silent = serve(never_read)
    for server in (dripping, silent):
        started = time.monotonic()
        try:
            body = Transport(rules).exchange("GET", f"https://127.0.0.1:{server.port}/", deadline=SOON).body
        except NoAnswer:
            body = None
        assert body is None
        assert time.monotonic() - started < 3


def test_a_partner_that_refuses_without_reading_is_heard(serve: Callable[..., RawServer]) -> None:
    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    server = serve(behave)
    assert Transport(LOCAL).exchange("POST", f"http://127.0.0.1:{server.port}/", deadline=LATER, data=b"x" * 20_000_000).status == 413


@pytest.mark.parametrize("status", [b"102 Processing", b"103 Early Hints", b"101 Switching Protocols"])
def test_an_interim_answer_is_not_taken_for_the_answer_and_no_other_request_gets_what_follows(
    serve: Callable[..., RawServer], status: bytes
) -> None:
    def behave(connection: socket.socket) -> None:
        number = server.connections
        read_head(connection)
        connection.sendall(b"HTTP/1.1 " + status + b"\r\n\r\n" if number == 1 else b"")
        time.sleep(0.1)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n%d" % number)

    server = serve(behave)
    transport, url = Transport(LOCAL), f"http://127.0.0.1:{server.port}/"
    with pytest.raises(NoAnswer):
        transport.exchange("POST", url, deadline=LATER, data=b"first")
    assert transport.exchange("POST", url, deadline=LATER, data=b"second").body == b"2"


def test_a_kept_connection_that_the_partner_has_closed_is_not_used_again(serve: Callable[..., RawServer]) -> None:
    server = serve(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    transport, url = Transport(LOCAL), f"http://127.0.0.1:{server.port}/"
    assert [transport.exchange("POST", url, deadline=LATER, data=b"x").status for _ in range(3)] == [200] * 3
    assert server.connections == 3


def test_a_request_without_an_answer_is_never_sent_again_by_a_library(serve: Callable[..., RawServer]) -> None:
    def behave(connection: socket.socket) -> None:
        read_head(connection)
        if server.connections == 1:  # keeps the connection, and hangs up on its second request
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            heads.append(read_head(connection))

    heads: list[bytes] = []
    server = serve(behave)
    transport, url = Transport(LOCAL), f"http://127.0.0.1:{server.port}/"
    assert transport.exchange("POST", url, deadline=LATER, data=b"first").status == 200
    with pytest.raises(NoAnswer, match="coupée"):
        transport.exchange("POST", url, deadline=LATER, data=b"second")
    assert (len(heads), server.connections) == (1, 1)


def test_an_answer_in_old_http_ends_with_its_connection(serve: Callable[..., RawServer]) -> None:
    server = serve(answer(b'HTTP/1.0 201 Created\r\n\r\n{"id": "D1"}'))
    assert Transport(LOCAL).exchange("POST", f"http://127.0.0.1:{server.port}/", deadline=LATER).json() == {"id": "D1"}


def test_no_cookie_is_kept(serve: Callable[..., RawServer]) -> None:
    heads: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=planted\r\nContent-Length: 0\r\n\r\n")

    transport, url = Transport(LOCAL), f"http://127.0.0.1:{serve(behave).port}/"
    for _ in range(2):
        transport.exchange("GET", url, deadline=LATER)
    assert len(heads) == 2
    assert not any(b"planted" in head for head in heads)


def test_a_redirect_is_not_read_to_its_end(serve: Callable[..., RawServer]) -> None:
    sent: list[int] = []

    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 1073741824\r\n\r\n")
        for _ in range(1024):
            connection.sendall(bytes(2**20))
            sent.append(2**20)

    said = Transport(LOCAL).exchange("GET", f"http://127.0.0.1:{serve(behave).port}/", deadline=LATER)
    assert (said.status, said.body) == (302, None)
    assert sum(sent) < 64 * 2**20


def test_a_certificate_for_another_name_is_called_so(serve: Callable[..., RawServer], tmp_path: Path) -> None:
    file = make_certificate(tmp_path, name="autre.test")
    server = serve(answer(b""), server_context(file))
    with pytest.raises(NoAnswer, match="certificat"):
        Transport(NetworkRules(allow_loopback=True, ca_file=str(file))).exchange("GET", f"https://127.0.0.1:{server.port}/", deadline=LATER)


def test_a_socket_that_is_connected_after_the_deadline_is_not_used() -> None:
    deadline, (ours, theirs) = Deadline(), socket.socketpair()
    deadline.cut()
    with ours, theirs:
        with pytest.raises(TimeoutError):
            deadline.watch(ours)
        deadline.forget()


def test_a_partner_that_resets_the_connection_in_the_body_has_cut_it(serve: Callable[..., RawServer]) -> None:
    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with pytest.raises(NoAnswer, match="coupée"):
        Transport(LOCAL).exchange("POST", f"http://127.0.0.1:{serve(behave).port}/", deadline=LATER, data=b"x" * 50_000_000)


def test_only_the_web_is_spoken() -> None:
    with pytest.raises(NoAnswer):
        Transport(LOCAL).exchange("GET", "ftp://127.0.0.1/", deadline=LATER)


def test_a_door_at_which_nobody_opens_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.providers.probe.CONNECT_SECONDS", 0.3)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # nobody accepts: the queue is full, and whoever comes later gets no answer
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        with pytest.raises(NoAnswer, match="ne répond pas") as error:
            knock(f"http://127.0.0.1:{listener.getsockname()[1]}", LOCAL)
    assert error.value.step == "connexion"
