"""One reading of an answer: a receipt, or one of the five errors. The table itself stands in the contract file."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connectors.domain.outcomes import (
    ClientUnknown,
    CredentialsRefused,
    DocumentRefused,
    OutcomeUnknown,
    PartnerUnavailable,
    PushError,
    Receipt,
)
from connectors.providers.base import DeliveryClass

if TYPE_CHECKING:
    from connectors.domain.document import OutgoingDocument
    from connectors.providers.illinks.contract import AnswerRule, Contract
    from connectors.providers.transport import Answer

LONGEST_WAIT = timedelta(hours=24)
"""A partner that asks for more is asked again after a day."""

SUCCESS = range(200, 300)
REDIRECTION = range(300, 400)


def read_upload(answer: Answer, contract: Contract, now: datetime, document: OutgoingDocument, *, handed_over: bool) -> Receipt:
    """The receipt. `handed_over`: the document's end had begun to leave. Raises a PushError."""
    if answer.status not in SUCCESS:
        raise _unless_it_may_be_kept(read_refusal(answer, contract, now), answer, contract, handed_over=handed_over)
    content = answer.json() or {}
    remote_id, text = plain(content.get(contract.upload["remote_id"]), 200), plain(content.get(contract.upload["status_key"]))
    receipt = next((rule.receipt for rule in contract.receipts if rule.status == answer.status and rule.text in {"", text}), None)
    if not handed_over:
        raise OutcomeUnknown("Le partenaire dit avoir un document dont il n’a pas reçu la fin.", http_status=answer.status)
    if receipt is None or not remote_id:
        raise OutcomeUnknown("Le partenaire a répondu de façon illisible après avoir reçu le document.", http_status=answer.status)
    if any(plain(content.get(name)).casefold() not in {"", own} for name, own in _own_words(contract, document).items()):
        raise OutcomeUnknown("Le partenaire a répondu pour un autre document que celui qui lui a été envoyé.", http_status=answer.status)
    return Receipt(remote_id, receipt == "repeated", receipt != "received", answer.status)


def _own_words(contract: Contract, document: OutgoingDocument) -> dict[str, str]:
    """What an answer need not repeat, under the names that we sent it, but must not contradict."""
    own = {"reference": document.reference.casefold(), "sha256": document.sha256}
    names = contract.upload["metadata"]
    return {name: own[source] for name, source in names.items() if source in own and name != contract.upload["remote_id"]}


def _unless_it_may_be_kept(error: PushError, answer: Answer, contract: Contract, *, handed_over: bool) -> PushError:
    """A server error after the whole document says nothing about what became of it: a gateway answers so for a partner that has stored it.

    Of delivery class A it is simply sent again. A row of the contract that names the status vouches that nothing is kept; so does a 503
    with Retry-After, which asks for another try.
    """
    vouched = _rule_for(answer, contract, error.code) is not None or (
        answer.status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers
    )
    silent = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}
    if not handed_over or vouched or not silent or contract.delivery_class is DeliveryClass.IDEMPOTENT:
        return error
    return OutcomeUnknown(f"{error.message} Le document était déjà parti.", code=error.code, http_status=answer.status)


def plain(value: Any, limit: int = 500) -> str:
    """What a partner wrote, fit for a page and for every database: one line, no control character, no half of a character; at most so long."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:limit].strip()


def _rule_for(answer: Answer, contract: Contract, code: str) -> AnswerRule | None:
    return next((rule for rule in contract.answers if answer.status in rule.statuses and rule.code in {"", code}), None)


def read_refusal(answer: Answer, contract: Contract, now: datetime) -> PushError:
    """The error that an answer other than a success means, on any route."""
    content = answer.json() or {}
    code = plain(content.get("code") or content.get("error"), 64)
    rule = _rule_for(answer, contract, code)
    if rule is None or rule.outcome == "unavailable":
        return _unavailable(answer, rule, code, now)
    said = plain(content.get("message"))
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
