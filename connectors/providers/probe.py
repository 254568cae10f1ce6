"""Knocking at a partner's door: its name, its address, its encryption; no request is sent."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from requests_hardened.ip_filter import filter_host

from connectors.providers.addresses import is_loopback
from connectors.providers.deadline import within
from connectors.providers.no_answer import explain_no_answer
from connectors.providers.transport import CONNECT_SECONDS, tls_context

if TYPE_CHECKING:
    from connectors.providers.base import NetworkRules


def knock(uri: str, network: NetworkRules) -> None:
    """Connect, and hang up. Raises NoAnswer."""
    _connect(uri, network).close()


def knock_encrypted(uri: str, network: NetworkRules) -> str:
    """Connect and shake hands; the TLS version, or empty where the address asks for no encryption. Raises NoAnswer."""
    parts = urlsplit(uri)
    if parts.scheme != "https":
        return ""
    with closing(_connect(uri, network)) as connected, within(CONNECT_SECONDS) as limit:
        try:
            limit.watch(connected)
            with tls_context(network).wrap_socket(connected, server_hostname=parts.hostname) as encrypted:
                return encrypted.version() or ""
        except OSError as error:
            raise explain_no_answer(error, out_of_time=limit.passed) from error


def _connect(uri: str, network: NetworkRules) -> socket.socket:
    """The same checks as for every request: an inner address is refused before anything is sent to it."""
    parts = urlsplit(uri)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        address = filter_host(host, port, allow_loopback=network.allow_loopback and is_loopback(host))
        return socket.create_connection((address.strip("[]"), port), timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise explain_no_answer(requests.ConnectTimeout()) from error
    except (requests.RequestException, OSError, UnicodeError) as error:
        raise explain_no_answer(error) from error
