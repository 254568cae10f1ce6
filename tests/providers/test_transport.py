"""The transport against servers that behave badly: raw sockets on loopback, real time, no partner's code."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.providers.base import NetworkRules
from connectors.providers.probe import knock, knock_encrypted
from connectors.providers.transport import LONGEST_ANSWER, NoAnswer, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOCAL = NetworkRules(allow_loopback=True)
SOON = timedelta(seconds=0.6)
LATER = timedelta(seconds=10)


class RawServer:
    """Gives every connection to `behave`; `bytes_read` is what came in."""

    def __init__(self, behave: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> None:
        self._behave, self._context = behave, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._behave(connection)

    def stop(self) -> None:
        self._listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    servers: list[RawServer] = []

    def start(behave: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> RawServer:
        servers.append(RawServer(behave, context))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (piece := connection.recv(65536)):
        head += piece
    return head


def answer(text: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(text)

    return behave


def drip(head: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(head)
        for _ in range(60):
            connection.sendall(b" ")
            time.sleep(0.1)

    return behave


def never_read(connection: socket.socket) -> None:
    time.sleep(6)


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
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "partner")])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=9))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    file = tmp_path_factory.mktemp("tls") / "partner.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, str(file)


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
