"""Getting an access token: OAuth 2's client credentials (RFC 6749, 4.4)."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from connectors.domain.outcomes import CredentialsRefused, PartnerUnavailable
from connectors.providers.base import Token
from connectors.providers.illinks.answers import read_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.providers.illinks.contract import Contract
    from connectors.providers.transport import Answer

BEFORE_ITS_END = timedelta(seconds=60)
"""A token is not used in its last minute: a large document could arrive after it."""

LONGEST_LIFE = 86_400.0
"""Seconds: a partner that promises more is not believed."""


def fetch_token(contract: Contract, credentials: Mapping[str, str], ask: Callable[[Mapping[str, str], Mapping[str, str]], Answer]) -> Token:
    """A fresh token; `ask` sends headers and form. Raises CredentialsRefused or PartnerUnavailable."""
    asked_at = datetime.now(UTC)
    form = {"grant_type": "client_credentials"}
    pair = {name: credentials.get(name, "") for name in ("client_id", "client_secret")}
    headers = {}
    if contract.token_in_header:  # both are form-encoded first (RFC 6749, 2.3.1): a colon in one would shift the border
        headers["Authorization"] = "Basic " + b64encode(":".join(quote_plus(value) for value in pair.values()).encode()).decode()
    else:
        form |= pair
    answer = ask(headers, form)
    content = answer.json() or {}
    if answer.status == HTTPStatus.OK and _is_token(content.get("access_token")):
        return Token(content["access_token"], asked_at + _lifetime(content.get("expires_in")) - BEFORE_ITS_END)
    if answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED} and isinstance(content.get("error"), str):
        message = "Le partenaire ne reconnaît pas le Client ID ou le Client secret."
        raise CredentialsRefused(message, code=content["error"], http_status=answer.status, field="client_secret")
    error = read_refusal(answer, contract, datetime.now(UTC))
    if isinstance(error, PartnerUnavailable):
        raise error
    raise PartnerUnavailable("Le service de jetons du partenaire répond de façon inattendue.", http_status=answer.status)


def _is_token(value: Any) -> bool:
    """Only what may stand in a header."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and bool(value.strip())


def _lifetime(seconds: Any) -> timedelta:
    """As promised, between nothing and a day; nothing when it says no number."""
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds > 0
    return timedelta(seconds=min(seconds, LONGEST_LIFE)) if is_number else timedelta()
