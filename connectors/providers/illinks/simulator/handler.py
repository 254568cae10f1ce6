"""The simulator's HTTP side."""

from __future__ import annotations

import base64
import json
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, parse_qsl, urlsplit

from connectors.providers.illinks.simulator.multipart import Body, Cut
from connectors.providers.illinks.simulator.page import STYLE, render_page
from connectors.providers.illinks.simulator.rules import CLASSIFICATION
from connectors.providers.illinks.simulator.uploads import receive

if TYPE_CHECKING:
    from connectors.providers.illinks.simulator.faults import Rule
    from connectors.providers.illinks.simulator.server import SimulatorServer

PAGE_SIZE = 100
ROUTES = {
    ("POST", "/oauth2/token"): "token",
    ("POST", "/pushdoc/v1/documents"): "upload",
    ("GET", "/pushdoc/v1/documents"): "lookup",
    ("GET", "/pushdoc/v1/dossiers"): "dossiers",
    ("GET", "/pushdoc/v1/classification"): "classification",
}


class Dropped(Exception):
    """The connection is cut without an answer."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    house: SimulatorServer
    timeout = 120

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
        self.body = Body(cast("IO[bytes]", self.rfile), int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        route = ROUTES.get((self.command, parts.path))
        try:
            if route:
                self._speak(route, parts.query)
            else:
                self._control(parts.path)
        except (Dropped, Cut, ConnectionError, TimeoutError):
            self.close_connection = True

    def _speak(self, route: str, query: str) -> None:
        call = self.house.faults.count(route)
        self._early(self.house.faults.find(route, call))
        if route == "upload":
            receive(self, call)
            return
        form = self._form() if route == "token" else {}
        rule = self.house.faults.find(route, call, {})
        if self.faulted(rule):
            return
        if route == "token":
            self.say(*self.house.account.give_token(form))
        elif not self.house.account.admits(self.headers.get("Authorization", "")):
            self.say(401, {"error": "invalid_token"})
        else:
            self.say(200, getattr(self, f"_{route}")(parse_qs(query)))

    def _early(self, rule: Rule | None) -> None:
        if rule is None:
            return
        if rule.action == "delay_headers":
            time.sleep(float(rule.values.get("seconds", 1)))
            return
        if rule.action == "drop_in":
            self.body.read_away(self.body.left // 2)
        raise Dropped

    def faulted(self, rule: Rule | None) -> bool:
        """Answer as an ordinary fault says; False when there is none to answer for."""
        if rule is None:
            return False
        values = rule.values
        if rule.action in {"drop_before", "drop_in", "lose"}:
            raise Dropped
        if rule.action == "status":
            extra = {"Retry-After": str(values["retry_after"])} if "retry_after" in values else {}
            content = {"code": values.get("code", "SIMULE"), "message": values.get("message", "Refus demandé au simulateur.")}
            self.say(int(values.get("status", 500)), content, extra)
        elif rule.action == "redirect":
            self.say(int(values.get("status", 307)), {}, {"Location": str(values.get("location", "http://127.0.0.1:9/"))})
        elif rule.action == "expired_token":
            self.say(401, {"error": "invalid_token"})
        elif rule.action == "refuse_token":
            self.say(401, {"error": "invalid_client"})
        elif rule.action == "delay_headers":
            time.sleep(float(values.get("seconds", 1)))
            return False
        elif rule.action == "wrong_body":
            self.say_raw(201, b"<html>Connexion</html>", "text/html")
        elif rule.action == "truncated":
            self.say_raw(201, b'{"id": "ILK', "application/json", length=4000)
            raise Dropped
        else:
            return False
        return True

    def _form(self) -> dict[str, str]:
        content = b""
        while block := self.body.read():
            content += block
        form = dict(parse_qsl(content.decode("utf-8", "replace")))
        basic = self.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            pair = base64.b64decode(basic[6:]).decode().partition(":")
            form |= {"client_id": pair[0], "client_secret": pair[2]}
        return form

    def _lookup(self, query: dict[str, list[str]]) -> dict[str, Any]:
        item = self.house.document((query.get("reference") or [""])[0])
        shown = {name: item.get(name) for name in ("id", "reference", "sha256", "statut", "motif")} if item else None
        return {"documents": [shown] if shown else []}

    def _dossiers(self, query: dict[str, list[str]]) -> dict[str, Any]:
        page = int((query.get("page") or ["1"])[0])
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
            self.say_raw(200, render_page(list(house.archive.documents.values())), "text/html; charset=utf-8")
        elif (self.command, path) == ("GET", "/style.css"):
            self.say_raw(200, STYLE, "text/css")
        elif (self.command, path) == ("GET", "/_documents"):
            self.say(200, {"documents": list(house.archive.documents.values())})
        elif (self.command, path) == ("GET", "/_journal"):
            self.say(200, {"entries": house.archive.journal()})
        elif path == "/_faults" and self.command in {"POST", "DELETE"}:
            self._set_faults(content)
        elif (self.command, path) == ("POST", "/_dossiers"):
            house.account.known = json.loads(content)["dossiers"]
            self.say(200, {"dossiers": len(house.account.known)})
        else:
            self.say(404, {"code": "ROUTE_INCONNUE"})

    def _set_faults(self, content: bytes) -> None:
        try:
            self.house.faults.clear() if self.command == "DELETE" else self.house.faults.add(json.loads(content))
        except (ValueError, TypeError) as error:
            self.say(400, {"code": "REGLE_INVALIDE", "message": str(error)})
        else:
            self.say(200, {})

    def say(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Answer with JSON."""
        self.say_raw(status, json.dumps(content, ensure_ascii=False).encode(), "application/json", headers=headers)

    def say_raw(self, status: int, body: bytes, kind: str, *, length: int = 0, headers: dict[str, str] | None = None) -> None:
        """Answer with these bytes; `length` lies about how many there are."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length or len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """The journal says it better."""
