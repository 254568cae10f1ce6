"""Requests to a partner.

No redirect is followed, no proxy or .netrc is read from the environment, addresses are checked when connecting, every request has a
total deadline, and an answer is read up to 1 MiB.
"""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError

from connectors.providers.deadline import TIMED_POOLS, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from connectors.providers.base import NetworkRules

CONNECT_SECONDS = 10
LONGEST_ANSWER = 1024 * 1024
USER_AGENT = "PushDoc-admin"


class NoAnswer(Exception):
    """No answer came. The message is French; `step` is one of adresse, connexion, chiffrement, réponse."""

    def __init__(self, message: str, step: str) -> None:
        super().__init__(message)
        self.step = step


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is None when it was cut, too long or encoded in a way that was not asked for."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""

    def json(self) -> dict[str, Any] | None:
        """The JSON object; None when the body is none."""
        try:
            content = json.loads(self.body or b"")
        except (ValueError, RecursionError):
            return None
        return content if isinstance(content, dict) else None


class _Adapter(IPFilterAdapter):
    """Checked addresses, timed connections, TLS 1.2 or newer."""

    def __init__(self, *, https: bool, network: NetworkRules) -> None:
        self._network = network
        super().__init__(is_https_proto=https, allow_loopback=network.allow_loopback)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """With our own connection classes."""
        context = ssl.create_default_context(cafile=self._network.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        kwargs["ssl_context"] = context
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = TIMED_POOLS


class Transport:
    """One session with one partner; connections are kept."""

    def __init__(self, network: NetworkRules) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = network.ca_file or True
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})
        for scheme in ("http", "https"):
            self._session.mount(f"{scheme}://", _Adapter(https=scheme == "https", network=network))

    def exchange(self, method: str, url: str, *, deadline: timedelta, **request: Any) -> Answer:
        """Send, and read the answer. `request` takes `headers`, `params`, `data` as requests does. Raises NoAnswer; what the body raises passes."""
        seconds = deadline.total_seconds()
        with within(seconds):
            try:
                response = self._session.request(
                    method, url, allow_redirects=False, stream=True, timeout=(min(CONNECT_SECONDS, seconds), seconds), **request
                )
            except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
                raise _no_answer(error) from error
            with response:
                return Answer(response.status_code, response.headers, _read(response))

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


def _read(response: requests.Response) -> bytes | None:
    if response.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}:
        return None
    content = b""
    try:
        while block := response.raw.read(65536, decode_content=False):
            content += block
            if len(content) > LONGEST_ANSWER:
                return None
    except (HTTPError, OSError, ValueError):
        return None
    return content


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        reason = getattr(error, "reason", None)
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        error = reason if isinstance(reason, BaseException) else inner or error.__cause__ or error.__context__


def _no_answer(error: BaseException) -> NoAnswer:
    for cause in _causes(error):
        if isinstance(cause, InvalidIPAddress):
            return NoAnswer("L’adresse du partenaire mène à un réseau interne : elle est refusée.", "adresse")
        if isinstance(cause, (socket.gaierror, UnicodeError)):
            return NoAnswer("Le nom du serveur du partenaire est introuvable.", "adresse")
        if isinstance(cause, ssl.SSLError):
            return NoAnswer("Le certificat du partenaire n’est pas valide, ou le chiffrement échoue.", "chiffrement")
        if isinstance(cause, ConnectionRefusedError):
            return NoAnswer("Le serveur du partenaire refuse la connexion.", "connexion")
    if isinstance(error, requests.Timeout):
        return NoAnswer("Le partenaire n’a pas répondu à temps.", "réponse")
    return NoAnswer("La connexion avec le partenaire a été coupée.", "réponse")
