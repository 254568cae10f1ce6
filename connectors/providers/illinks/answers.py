"""One reading of an answer: a receipt, or one of the five errors. The table itself stands in the contract file."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.domain.outcomes import (
    ClientUnknown,
    CredentialsRefused,
    DocumentRefused,
    OutcomeUnknown,
    PartnerUnavailable,
    PushError,
    Receipt,
)

if TYPE_CHECKING:
    from connectors.providers.illinks.contract import AnswerRule, Contract
    from connectors.providers.transport import Answer

LONGEST_WAIT = timedelta(hours=24)
"""A partner that asks for more is asked again after a day."""

SUCCESS = range(200, 300)
REDIRECTION = range(300, 400)


def read_upload(answer: Answer, contract: Contract, now: datetime) -> Receipt:
    """The receipt. Raises a PushError."""
    if answer.status not in SUCCESS:
        raise read_refusal(answer, contract, now)
    content = answer.json() or {}
    remote_id, text = content.get(contract.upload["remote_id"]), content.get(contract.upload["status_key"])
    receipt = next((rule.receipt for rule in contract.receipts if rule.status == answer.status and rule.text in {"", text}), None)
    if receipt is None or not isinstance(remote_id, (str, int)) or isinstance(remote_id, bool) or not str(remote_id).strip():
        raise OutcomeUnknown("Le partenaire a répondu de façon illisible après avoir reçu le document.", http_status=answer.status)
    return Receipt(str(remote_id)[:200], receipt == "repeated", receipt != "received", answer.status)


def read_refusal(answer: Answer, contract: Contract, now: datetime) -> PushError:
    """The error that an answer other than a success means, on any route."""
    content = answer.json() or {}
    code = str(content.get("code") or content.get("error") or "")[:64]
    rule = next((rule for rule in contract.answers if answer.status in rule.statuses and rule.code in {"", code}), None)
    if rule is None or rule.outcome == "unavailable":
        return _unavailable(answer, rule, code, now)
    said = "".join(char for char in str(content.get("message") or "") if char.isprintable()).strip()
    message = f"{rule.message} Réponse : {said}" if said else rule.message
    if rule.outcome == "credentials_refused":
        return CredentialsRefused(message, code=code, http_status=answer.status, field=rule.field)
    kind = ClientUnknown if rule.outcome == "client_unknown" else DocumentRefused
    return kind(message, code=code, http_status=answer.status)


def _unavailable(answer: Answer, rule: AnswerRule | None, code: str, now: datetime) -> PartnerUnavailable:
    message = rule.message if rule else f"Le partenaire est momentanément indisponible (réponse {answer.status})."
    if answer.status in REDIRECTION:
        message = "Le partenaire renvoie vers une autre adresse : elle n’est jamais suivie. Vérifiez l’Uri."
    moment = retry_moment(answer.headers.get("Retry-After", ""), now)
    return PartnerUnavailable(message, code=code, http_status=answer.status, retry_at=moment)


def retry_moment(text: str, now: datetime) -> datetime | None:
    """The moment that a Retry-After names (RFC 9110, 10.2.3): seconds or a date; None when it is garbage or past, at most a day ahead."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:12]), int(LONGEST_WAIT.total_seconds())))
        return now + wait if wait else None
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # the parser's own ways of saying that it is no date
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(moment, now + LONGEST_WAIT) if moment > now else None
