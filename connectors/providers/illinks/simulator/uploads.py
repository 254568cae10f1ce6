"""Receiving a document: read, check, keep, answer; and all the ways in which that can go wrong on purpose."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connectors.providers.illinks.simulator.effects import SLOW, apply_fault
from connectors.providers.illinks.simulator.multipart import Arrived, Cut, Malformed, read_upload

if TYPE_CHECKING:
    from connectors.providers.illinks.simulator.faults import Rule
    from connectors.providers.illinks.simulator.handler import Handler
    from connectors.providers.illinks.simulator.rules import Reply

STORED_THEN = {"drop_after", "truncated", "wrong_body"}
"""The document is kept, and the answer is lost or unreadable."""

LATER = {"accept_then_reject", "accept_later"}
"""The document is received, and what becomes of it is told by a look-up."""


def receive(handler: Handler, call: int) -> None:
    """One upload, from the body to the answer."""
    path = handler.house.archive.new_file()
    try:
        arrived = read_upload(handler.body, handler.headers.get("Content-Type", ""), path)
        key = handler.headers.get("Idempotency-Key", "")
        _judge(handler, arrived, handler.house.faults.find("upload", call, arrived.metadata, key=key))
    except Malformed as error:
        handler.body.read_away()
        _answer(handler, None, 400, {"code": "REQUETE_INVALIDE", "message": str(error)})
    except Cut:
        note(handler, None, 0, "coupé")
        raise
    finally:
        path.unlink(missing_ok=True)


def _judge(handler: Handler, arrived: Arrived, rule: Rule | None) -> None:
    if not handler.house.account.admits(handler.headers.get("Authorization", "")):
        _answer(handler, arrived, 401, {"error": "invalid_token"})
        return
    if rule and rule.action == "delay_work":
        time.sleep(float(rule.values.get("seconds", 1)))
    elif rule and rule.action in SLOW:
        apply_fault(handler, rule)
    elif rule and rule.action not in STORED_THEN | LATER:
        note(handler, arrived, int(rule.values.get("status", 500)) if rule.action == "status" else 0, rule.action)
        if apply_fault(handler, rule):
            return
    key = handler.headers.get("Idempotency-Key", "") if handler.house.delivery == "A" else None
    if refusal := handler.house.account.refusal(arrived, key):
        _answer(handler, arrived, *refusal)
        return
    _keep(handler, arrived, rule)


def _keep(handler: Handler, arrived: Arrived, rule: Rule | None) -> None:
    later = _later(rule) if rule and rule.action in LATER else {}
    once, status = handler.house.delivery == "A", "RECU" if later else "PUBLIE"
    item, new = handler.house.archive.store(arrived.metadata, arrived.path, status, once=once, **later)
    if not new and item["sha256"] != arrived.sha256:
        _answer(handler, arrived, 409, {"code": "REFERENCE_CONFLIT", "message": "Cette référence existe avec d’autres octets."})
    elif rule and rule.action in STORED_THEN:
        note(handler, arrived, 201, rule.action, stored=new)
        apply_fault(handler, rule)
    elif new:
        _answer(handler, arrived, 202 if later else 201, {"id": item["id"], "statut": item["statut"]}, stored=True)
    else:
        _answer(handler, arrived, *_repeat(handler.house.document(item["reference"]) or item))


def _repeat(item: dict[str, Any]) -> Reply:
    """The answer for a reference that is known: where the document stands by now."""
    if item["statut"] == "REJETE":
        return 422, {"code": "REJETE", "message": str(item.get("motif") or "")}
    if item["statut"] == "RECU":
        return 202, {"id": item["id"], "statut": "RECU"}
    return 200, {"id": item["id"], "statut": "DEJA_PUBLIE"}


def _later(rule: Rule) -> dict[str, Any]:
    due = time.time() + float(rule.values.get("seconds", 1))
    if rule.action == "accept_later":
        return {"bientot": "PUBLIE", "a": due}
    return {"bientot": "REJETE", "a": due, "motif_futur": str(rule.values.get("motif", "Rejet demandé au simulateur."))}


def _answer(handler: Handler, arrived: Arrived | None, status: int, content: dict[str, Any], *, stored: bool = False) -> None:
    note(handler, arrived, status, str(content.get("code") or content.get("statut") or content.get("error")), stored=stored)
    handler.say(status, content)


def note(handler: Handler, arrived: Arrived | None, status: int, word: str, *, stored: bool = False) -> None:
    """One line of the journal. A status of 0 is no answer at all."""
    metadata = arrived.metadata if arrived else {}
    handler.house.archive.note(
        {
            "at": datetime.now(UTC).isoformat(),
            "key": handler.headers.get("Idempotency-Key", ""),
            "status": status,
            "answer": word,
            "stored": stored,
            "filename": arrived.name if arrived else "",
            "bytes": arrived.size if arrived else 0,
            "received_sha256": arrived.sha256 if arrived else "",
            "metadata": metadata,
        }
    )
