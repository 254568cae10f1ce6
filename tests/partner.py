"""A second partner, written from the contract alone and sharing no code with the product: what it stored is what counts.

It misbehaves by itself, by chance from a seed (`Temper`), or as the next entry of `answer_next` says. Of class A it takes a reference twice and
stores it once; of class B or C whatever arrives whole is stored, and a document that was sent twice stands twice in `stored`.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

UPLOAD_FAULTS = (
    "refuse the token",
    "drop before the body",
    "drop in the body",
    "lose",
    "lose the answer",
    "store and fail",
    "store and truncate",
    "store and hang",
    "fail",
    "busy",
    "too fast",
    "receive, then publish",
    "receive, then reject",
    "slow",
)
OTHER_FAULTS = ("drop before the body", "fail", "too fast")
STORES = {
    "lose the answer",
    "store and fail",
    "store and truncate",
    "store and hang",
    "receive, then publish",
    "receive, then reject",
    "slow",
    "",
}


@dataclass(frozen=True)
class Arrival:
    """One request as it came in. `sha256` is of the document's bytes, empty when they did not arrive whole."""

    at: float
    route: str
    reference: str
    sha256: str
    fault: str


class Temper:
    """How often (`rate`, of all requests) and in which ways the partner fails, drawn from a seed."""

    def __init__(self, rate: float = 0.0, seed: int = 0, faults: tuple[str, ...] = UPLOAD_FAULTS) -> None:
        self._rate, self._faults, self._chance = rate, faults, random.Random(seed)
        self._guard = threading.Lock()

    def draw(self, route: str) -> str:
        """What goes wrong this time; empty for nothing."""
        with self._guard:
            if self._chance.random() >= self._rate:
                return ""
            return self._chance.choice(self._faults if route == "upload" else OTHER_FAULTS)


class IndependentPartner:
    """Listens on loopback in a thread.

    `documents` maps references to (metadata, bytes, file name) as they came first, `stored` counts how often each was stored, `uploads` lists
    every key that came in whole, `journal` is everything, `mistakes` what it has no answer for.
    A token is refused after `uses_of_a_token` uploads; a new one is given for any of the `secrets`.
    """

    def __init__(self, *, delivery: str = "A", temper: Temper | None = None, uses_of_a_token: int = 0, hang_seconds: float = 2.0) -> None:
        self.delivery, self.temper, self.uses_of_a_token, self.hang_seconds = delivery, temper or Temper(), uses_of_a_token, hang_seconds
        self.documents: dict[str, tuple[dict[str, Any], bytes, str]] = {}
        self.stored: Counter[str] = Counter()
        self.uploads: list[str] = []
        self.journal: list[Arrival] = []
        self.secrets = {"s3cret"}
        self.tokens_given = self.tokens_refused = self.in_flight = 0
        self.answer_next: list[tuple[int, dict[str, Any], dict[str, str]] | str] = []
        self.slow_clients: dict[str, float] = {}
        self.lies: dict[str, Any] = {}
        self.pending: dict[str, list[Any]] = {}
        self.used: Counter[str] = Counter()
        self.mistakes: list[BaseException | None] = []
        self.guard = threading.RLock()
        partner = self

        class Handler(_Handler):
            house = partner

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.house = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/ws"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_until_idle(self) -> None:
        """Until it has nothing in its hands any more."""
        while self.in_flight:
            time.sleep(0.01)

    def keep(self, metadata: dict[str, Any], content: bytes, name: str) -> str:
        """ "new", "again" or "conflict". The bytes are those that the metadata promise."""
        assert hashlib.sha256(content).hexdigest() == metadata["sha256"]
        assert len(content) == metadata["taille"]
        reference = metadata["reference"]
        with self.guard:
            if self.delivery == "A" and reference in self.documents:
                return "again" if self.documents[reference][1] == content else "conflict"
            self.stored[reference] += 1
            self.documents.setdefault(reference, (metadata, content, name))
            return "new"

    def spend(self, token: str) -> bool:
        """Whether the token is still good for this upload."""
        with self.guard:
            self.used[token] += 1
            given = {f"Bearer token-{number}" for number in range(1, self.tokens_given + 1)}
            good = token in given and not 0 < self.uses_of_a_token < self.used[token]
            self.tokens_refused += not good
            return good

    def status_of(self, reference: str) -> tuple[str, str]:
        """What is said of a stored document when it is asked for, and why."""
        with self.guard:
            left = self.pending.get(reference)
            if left is None:
                return "PUBLIE", ""
            left[0] -= 1
            return ("RECU", "") if left[0] > 0 else (left[1], "Pièce illisible" if left[1] == "REJETE" else "")


class _Server(ThreadingHTTPServer):
    house: IndependentPartner
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_args: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # a client that hung up is no news here
            self.house.mistakes.append(error)


class _Handler(BaseHTTPRequestHandler):
    house: IndependentPartner
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        self._counted = 0
        try:
            super().handle_one_request()
        finally:
            with self.house.guard:
                self.house.in_flight -= self._counted

    def parse_request(self) -> bool:
        with self.house.guard:
            self.house.in_flight += 1
            self._counted = 1
        return super().parse_request()

    def do_POST(self) -> None:
        route = {"/ws/oauth2/token": "token", "/ws/pushdoc/v1/documents": "upload"}.get(self.path, "")
        fault = self._fault(route)
        length = int(self.headers["Content-Length"])
        if fault == "drop before the body":
            self._note(route, fault)
            self._hang_up()
            return
        body = self.rfile.read(length // 2 if fault == "drop in the body" else length)
        if len(body) != length:
            self._note(route, fault or "cut by the client")
            self._hang_up()
        elif route == "token":
            self._token(body.decode(), fault)
        elif route == "upload":
            self._upload(body, fault)
        else:
            self._say(404, {})

    def _fault(self, route: str) -> str:
        with self.house.guard:
            if route == "upload" and self.house.answer_next and isinstance(self.house.answer_next[0], str):
                return str(self.house.answer_next.pop(0))
        return self.house.temper.draw(route) if route else ""

    def do_GET(self) -> None:
        if self.path.startswith("/ws/pushdoc/v1/documents?reference="):
            fault = self.house.temper.draw("lookup")
            self._note("lookup", fault, self.path.rpartition("=")[2])
            if not fault:
                self._look_up(self.path.rpartition("=")[2])
            elif fault == "drop before the body":
                self._hang_up()
            else:
                self._say(500 if fault == "fail" else 429, {}, {"Retry-After": "1"} if fault == "too fast" else {})
        elif self.path.startswith("/ws/pushdoc/v1/dossiers"):
            self._say(200, {"dossiers": [{"codeClient": "C-ALICE", "nom": "Alice", "siren": ""}], "suivante": None})
        else:
            self._say(404, {})

    def _look_up(self, reference: str) -> None:
        stored = self.house.documents.get(reference)
        found = []
        if stored:
            status, reason = self.house.status_of(reference)
            found = [{"id": f"D{reference[:8]}", "reference": reference, "sha256": stored[0]["sha256"], "statut": status, "motif": reason}]
            found[0] |= self.house.lies
        self._say(200, {"documents": found})

    def _token(self, form: str, fault: str) -> None:
        self._note("token", fault)
        if fault:
            self._say(429 if fault == "too fast" else 500, {}, {"Retry-After": "1"} if fault == "too fast" else {})
        elif not self.house.secrets.intersection(parse_qs(form).get("client_secret", [])):
            self._say(401, {"error": "invalid_client"})
        else:
            with self.house.guard:
                self.house.tokens_given += 1
                number = self.house.tokens_given
            self._say(200, {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": 3600})

    def _upload(self, body: bytes, fault: str) -> None:
        metadata, content, name = self._parts(body)
        reference = metadata["reference"]
        assert self.headers["Idempotency-Key"] == reference
        with self.house.guard:
            self.house.uploads.append(reference)
            order = self.house.answer_next.pop(0) if self.house.answer_next and isinstance(self.house.answer_next[0], tuple) else None
        self._note("upload", fault, reference, metadata["sha256"])
        if order:
            self._say(*order)
        elif fault == "refuse the token" or not self.house.spend(self.headers["Authorization"]):
            self._say(401, {"error": "invalid_token"})
        else:
            time.sleep(self.house.slow_clients.get(metadata["codeClient"], 0.3 if fault == "slow" else 0))
            kept = self.house.keep(metadata, content, name) if fault in STORES else ""
            self._answer(reference, kept, fault)

    def _answer(self, reference: str, kept: str, fault: str) -> None:
        yes = {"id": f"D{reference[:8]}", "statut": "DEJA_PUBLIE" if kept == "again" else "PUBLIE"}
        if kept == "conflict":
            self._say(409, {"code": "REFERENCE_CONFLIT"})
        elif fault in {"lose", "lose the answer"}:
            self._hang_up()
        elif fault in {"fail", "store and fail", "busy", "too fast"}:
            status = {"busy": 503, "too fast": 429}.get(fault, 500)
            self._say(status, {}, {"Retry-After": "1"} if status != 500 else {})
        elif fault == "store and truncate":
            self._say(201, yes, cut=True)
        elif fault.startswith("receive") and kept == "new":
            self.house.pending[reference] = [3, "PUBLIE" if fault.endswith("publish") else "REJETE"]
            self._say(202, yes | {"statut": "RECU"})
        else:
            time.sleep(self.house.hang_seconds if fault == "store and hang" else 0)
            self._say(200 if kept == "again" else 201, yes)

    def _parts(self, body: bytes) -> tuple[dict[str, Any], bytes, str]:
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode() + body)
        first, second = message.iter_parts()
        assert [part.get_param("name", header="content-disposition") for part in (first, second)] == ["metadata", "fichier"]
        return json.loads(first.get_payload(decode=True)), second.get_payload(decode=True), _file_name(body)

    def _note(self, route: str, fault: str, reference: str = "", sha256: str = "") -> None:
        arrival = Arrival(time.monotonic(), route, reference or self.headers["Idempotency-Key"] or "", sha256, fault)
        with self.house.guard:
            self.house.journal.append(arrival)

    def _hang_up(self) -> None:
        self.close_connection = True

    def _say(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut

    def log_message(self, *_args: Any) -> None:
        """Silence."""


def _file_name(body: bytes) -> str:
    head = body[body.index(b'name="fichier"') :].split(b"\r\n", 1)[0]
    return head.split(b'filename="', 1)[1].rsplit(b'"', 1)[0].decode()
