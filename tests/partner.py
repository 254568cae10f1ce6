"""A second partner, written from the contract alone and sharing no code with the product: what it stored is what counts."""

from __future__ import annotations

import hashlib
import json
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class IndependentPartner:
    """Listens on loopback in a thread. `documents` maps references to (metadata, bytes, file name); `uploads` lists every key that came in."""

    def __init__(self) -> None:
        self.documents: dict[str, tuple[dict[str, Any], bytes, str]] = {}
        self.uploads: list[str] = []
        self.tokens_given = 0
        self.answer_next: list[tuple[int, dict[str, Any], dict[str, str]] | str] = []
        self.guard = threading.Lock()
        partner = self

        class Handler(_Handler):
            house = partner

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/ws"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    house: IndependentPartner
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) != int(self.headers["Content-Length"]):
            self.close_connection = True
            return
        if self.path == "/ws/oauth2/token":
            self._token(body.decode())
        elif self.path == "/ws/pushdoc/v1/documents":
            self._upload(body)
        else:
            self._say(404, {})

    def do_GET(self) -> None:
        if self.path.startswith("/ws/pushdoc/v1/documents?reference="):
            reference = self.path.rpartition("=")[2]
            stored = self.house.documents.get(reference)
            found = (
                [{"id": f"D{reference[:8]}", "reference": reference, "sha256": stored[0]["sha256"], "statut": "PUBLIE"}] if stored else []
            )
            self._say(200, {"documents": found})
        elif self.path.startswith("/ws/pushdoc/v1/dossiers"):
            self._say(200, {"dossiers": [{"codeClient": "C-ALICE", "nom": "Alice", "siren": ""}], "suivante": None})
        else:
            self._say(404, {})

    def _token(self, form: str) -> None:
        self.house.tokens_given += 1
        if "client_secret=s3cret" not in form:
            self._say(401, {"error": "invalid_client"})
            return
        self._say(200, {"access_token": f"token-{self.house.tokens_given}", "token_type": "Bearer", "expires_in": 3600})

    def _upload(self, body: bytes) -> None:
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode() + body)
        first, second = message.iter_parts()
        metadata = json.loads(first.get_payload(decode=True))
        content = second.get_payload(decode=True)
        assert [part.get_param("name", header="content-disposition") for part in (first, second)] == ["metadata", "fichier"]
        with self.house.guard:
            self.house.uploads.append(self.headers["Idempotency-Key"])
            order = self.house.answer_next.pop(0) if self.house.answer_next else None
            if isinstance(order, tuple):
                self._say(*order)
                return
            self._store(metadata, content, _file_name(body))
        if order == "lose the answer":
            self.close_connection = True
            return
        self._say(201, {"id": f"D{metadata['reference'][:8]}", "statut": "PUBLIE"})

    def _store(self, metadata: dict[str, Any], content: bytes, name: str) -> None:
        assert self.headers["Idempotency-Key"] == metadata["reference"]
        assert hashlib.sha256(content).hexdigest() == metadata["sha256"]
        assert len(content) == metadata["taille"]
        self.house.documents[metadata["reference"]] = (metadata, content, name)

    def _say(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Silence."""


def _file_name(body: bytes) -> str:
    head = body[body.index(b'name="fichier"') :].split(b"\r\n", 1)[0]
    return head.split(b'filename="', 1)[1].rsplit(b'"', 1)[0].decode()
