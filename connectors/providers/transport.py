"""Requests to a partner, hardened.

No redirect is followed, no cookie kept, no proxy or .netrc read from the environment; addresses are checked when connecting, every request
has a total deadline, and an answer is read up to 1 MiB.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError

from connectors.providers.addresses import is_loopback
from connectors.providers.deadline import TIMED_POOLS, within
from connectors.providers.no_answer import NoAnswer, explain_no_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from connectors.providers.base import NetworkRules

__all__ = ["Answer", "NoAnswer", "Transport", "tls_context"]

CONNECT_SECONDS = 10
LONGEST_ANSWER = 1024 * 1024
USER_AGENT = "PushDoc-admin"


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


def tls_context(network: NetworkRules) -> ssl.SSLContext:
    """TLS 1.2 or newer; the certificate must be good, by the system's authorities or by the firm's own file."""
    context = ssl.create_default_context(cafile=network.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _Adapter(IPFilterAdapter):
    """Checked addresses, timed connections, TLS 1.2 or newer."""

    def __init__(self, *, https: bool, loopback: bool, network: NetworkRules) -> None:
        self._network = network
        super().__init__(is_https_proto=https, allow_loopback=loopback)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """With our own connection classes."""
        kwargs["ssl_context"] = tls_context(self._network)
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = TIMED_POOLS


class _Session(requests.Session):
    """Lets a request reach this machine only when its address says so: a name elsewhere that resolves to 127.0.0.1 is refused."""

    def __init__(self, network: NetworkRules) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = network.ca_file or True
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})
        self._ways = {
            (scheme, loopback): _Adapter(https=scheme == "https", loopback=loopback and network.allow_loopback, network=network)
            for scheme in ("http", "https")
            for loopback in (False, True)
        }

    def get_adapter(self, url: str | bytes) -> _Adapter:
        """The way to this address. Raises requests' InvalidSchema."""
        parts = urlsplit(str(url))
        way = self._ways.get((parts.scheme, is_loopback(parts.hostname or "")))
        if way is None:
            raise requests.exceptions.InvalidSchema(parts.scheme)
        return way

    def resolve_redirects(self, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
        """None: even a caller that follows no redirect has requests read the whole answer, however large, to find out where it would lead."""
        return iter(())

    def close(self) -> None:
        """Give the connections back."""
        super().close()
        for way in self._ways.values():
            way.close()


class Transport:
    """One session with one partner; connections are kept."""

    def __init__(self, network: NetworkRules) -> None:
        self._session = _Session(network)

    def exchange(self, method: str, url: str, *, deadline: timedelta, **request: Any) -> Answer:
        """Send, and read the answer. `request` takes `headers`, `params`, `data` as requests does. Raises NoAnswer; what the body raises passes."""
        seconds = deadline.total_seconds()
        with within(seconds) as limit:
            try:
                response = self._session.request(
                    method, url, allow_redirects=False, stream=True, timeout=(min(CONNECT_SECONDS, seconds), seconds), **request
                )
            except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
                raise explain_no_answer(error, out_of_time=limit.passed) from error
            with response:
                body = _read(response)
                return Answer(response.status_code, response.headers, None if limit.passed and not _says_its_end(response) else body)

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


def _says_its_end(response: requests.Response) -> bool:
    """Whether a body that was read to its end is known to be whole, even if the time ran out in that moment; else the cut may be ours."""
    return bool({"Content-Length", "Transfer-Encoding"} & {name.title() for name in response.headers})


def _read(response: requests.Response) -> bytes | None:
    if response.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}:
        return None
    content = bytearray()
    try:
        while block := response.raw.read(65536, decode_content=False):
            content += block
            if len(content) > LONGEST_ANSWER:
                return None
    except (HTTPError, OSError, ValueError):
        return None
    return bytes(content)
