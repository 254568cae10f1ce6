"""The simulator's HTTP side."""

from __future__ import annotations

import base64
import json
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from connectors.providers.illinks.simulator.effects import Dropped, apply_fault, drop_early
from connectors.providers.illinks.simulator.multipart import Body, Cut
from connectors.providers.illinks.simulator.page import STYLE, render_page
from connectors.providers.illinks.simulator.rules import CLASSIFICATION
from connectors.providers.illinks.simulator.uploads import note, receive

if TYPE_CHECKING:
    from connectors.providers.illinks.simulator.faults import Rule
    from connectors.providers.illinks.simulator.server import SimulatorServer

PAGE_SIZE = 100
UNKNOWN_ROUTE = {"code": "ROUTE_INCONNUE"}
ROUTES = {
    ("POST", "/oauth2/token"): "token",
    ("POST", "/pushdoc/v1/documents"): "upload",
    ("GET", "/pushdoc/v1/documents"): "lookup",
    ("GET", "/pushdoc/v1/dossiers"): "dossiers",
    ("GET", "/pushdoc/v1/classification"): "classification",
}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    house: SimulatorServer
    timeout = 120
    slow: Rule | None = None

    def setup(self) -> None:
        """Small answers leave at once."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        """Look-ups, the page, the control routes."""
        self._serve()

    def do_POST(self) -> None:
        """Token, upload, control."""
        self._serve()

    def do_DELETE(self) -> None:
        """Control."""
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        self.slow = None
        self.body = Body(cast("IO[bytes]", self.rfile), int(length) if length.isascii() and length.isdigit() else 0)
        parts = urlsplit(self.path)
        route = ROUTES.get((self.command, parts.path))
        try:
            if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
                self.close_connection = True
                self.say(411, {"code": "LONGUEUR_ABSENTE"})
            elif route:
                self._speak(route, parts.query)
            else:
                self._control(parts.path)
        except (Dropped, Cut, ConnectionError, TimeoutError):
            self.close_connection = True

    def _speak(self, route: str, query: str) -> None:
        call = self.house.faults.count(route)
        early = self.house.faults.find(route, call, key=self.headers.get("Idempotency-Key", ""))
        if route == "upload":
            if early:
                note(self, None, 0, early.action)
            drop_early(self, early)
            receive(self, call)
        else:
            drop_early(self, early)
            self._answer(route, query, call)

    def _answer(self, route: str, query: str, call: int) -> None:
        form = self._form() if route == "token" else {}
        rule = self.house.faults.find(route, call, {})
        if apply_fault(self, rule):
            return
        if route == "token":
            self.say(*self.house.account.give_token(form, dead=rule is not None and rule.action == "expired_token"))
        elif not self.house.account.admits(self.headers.get("Authorization", "")):
            self.say(401, {"error": "invalid_token"})
        elif (route, self.house.delivery) == ("lookup", "C"):
            self.say(404, UNKNOWN_ROUTE)
        else:
            self.say(200, getattr(self, f"_{route}")(parse_qs(query)))

    def _form(self) -> dict[str, str]:
        content = b""
        while block := self.body.read():
            content += block
        form = dict(parse_qsl(content.decode("utf-8", "replace")))
        basic = self.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            pair = base64.b64decode(basic[6:]).decode("utf-8", "replace").partition(":")
            form |= {"client_id": unquote_plus(pair[0]), "client_secret": unquote_plus(pair[2])}
        return form

    def _lookup(self, query: dict[str, list[str]]) -> dict[str, Any]:
        item = self.house.document((query.get("reference") or [""])[0])
        shown = {name: item.get(name) for name in ("id", "reference", "sha256", "statut", "motif")} if item else None
        return {"documents": [shown] if shown else []}

    def _dossiers(self, query: dict[str, list[str]]) -> dict[str, Any]:
        asked = (query.get("page") or ["1"])[0]
        page = max(int(asked), 1) if asked.isascii() and asked.isdigit() else 1
        known = self.house.account.known
        following = page + 1 if len(known) > page * PAGE_SIZE else None
        return {"dossiers": known[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], "suivante": following}

    def _classification(self, _query: dict[str, list[str]]) -> dict[str, Any]:
        return CLASSIFICATION

    def _control(self, path: str) -> None:
        content = b""
        while block := self.body.read():
            content += block
        house = self.house
        if (self.command, path) == ("GET", "/"):
            self.say_raw(200, render_page(house.documents()), "text/html; charset=utf-8")
        elif (self.command, path) == ("GET", "/style.css"):
            self.say_raw(200, STYLE, "text/css")
        elif (self.command, path) == ("GET", "/_documents"):
            self.say(200, {"documents": house.documents()})
        elif (self.command, path) == ("GET", "/_journal"):
            self.say(200, {"entries": house.archive.journal()})
        elif (self.command, path) in {("POST", "/_faults"), ("DELETE", "/_faults"), ("POST", "/_dossiers")}:
            self._set(path, content)
        else:
            self.say(404, UNKNOWN_ROUTE)

    def _set(self, path: str, content: bytes) -> None:
        try:
            if self.command == "DELETE":
                self.house.faults.clear()
            elif path == "/_faults":
                self.house.faults.add(json.loads(content))
            else:
                value = json.loads(content)
                self.house.set_dossiers(value.get("dossiers") if isinstance(value, dict) else value)
        except ValueError as error:
            self.say(400, {"code": "REGLE_INVALIDE", "message": str(error)})
        else:
            self.say(200, {})

    def say(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Answer with JSON."""
        self.say_raw(status, json.dumps(content, ensure_ascii=False).encode(), "application/json", headers=headers)

    def say_raw(self, status: int, body: bytes, kind: str, *, length: int = 0, headers: dict[str, str] | None = None) -> None:
        """Answer with these bytes; `length` lies about how many there are."""
        action, seconds = (self.slow.action, float(self.slow.values.get("seconds", 1))) if self.slow else ("", 0.0)
        if action == "delay_headers":
            time.sleep(seconds)
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length or len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if action == "delay_body":
            self.wfile.write(body[: len(body) // 2])
            body = body[len(body) // 2 :]
            time.sleep(seconds)
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """The journal says it better."""
