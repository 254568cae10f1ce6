"""Receiving a document: read, check, keep, answer; and all the ways in which that can go wrong on purpose."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connectors.providers.illinks.simulator.multipart import Arrived, Cut, Malformed, read_upload

if TYPE_CHECKING:
    from connectors.providers.illinks.simulator.faults import Rule
    from connectors.providers.illinks.simulator.handler import Handler

STORED_THEN = {"drop_after", "truncated", "wrong_body"}
"""The document is kept, and the answer is lost or unreadable."""


def receive(handler: Handler, call: int) -> None:
    """One upload, from the body to the answer."""
    path = handler.house.archive.new_file()
    try:
        arrived = read_upload(handler.body, handler.headers.get("Content-Type", ""), path)
        _judge(handler, arrived, handler.house.faults.find("upload", call, arrived.metadata))
    except Malformed as error:
        handler.body.read_away()
        _answer(handler, None, 400, {"code": "REQUETE_INVALIDE", "message": str(error)})
    except Cut:
        _note(handler, None, 0, "coupé")
        raise
    finally:
        path.unlink(missing_ok=True)


def _judge(handler: Handler, arrived: Arrived, rule: Rule | None) -> None:
    if not handler.house.account.admits(handler.headers.get("Authorization", "")):
        _answer(handler, arrived, 401, {"error": "invalid_token"})
        return
    action = rule.action if rule else ""
    if rule and action not in STORED_THEN | {"delay_body", "accept_then_reject", "accept_later"}:
        _note(handler, arrived, 0, action)
        if handler.faulted(rule):
            return
    if refusal := handler.house.account.refusal(arrived, handler.headers.get("Idempotency-Key", "")):
        _answer(handler, arrived, *refusal)
        return
    _keep(handler, arrived, rule, action)


def _keep(handler: Handler, arrived: Arrived, rule: Rule | None, action: str) -> None:
    later = _later(rule) if rule and action in {"accept_then_reject", "accept_later"} else {}
    item, new = handler.house.archive.store(arrived.metadata, arrived.path, "RECU" if later else "PUBLIE", **later)
    if not new and item["sha256"] != arrived.sha256:
        _answer(handler, arrived, 409, {"code": "REFERENCE_CONFLIT", "message": "Cette référence existe avec d’autres octets."})
        return
    if rule and action in STORED_THEN:
        _note(handler, arrived, 201, action, stored=new)
        if action == "drop_after":
            handler.close_connection = True
            return
        handler.faulted(rule)
        return
    if rule and action == "delay_body":
        time.sleep(float(rule.values.get("seconds", 1)))
    status = 200 if not new else 202 if later else 201
    answer = {"id": item["id"], "statut": {200: "DEJA_PUBLIE", 201: "PUBLIE", 202: "RECU"}[status]}
    _answer(handler, arrived, status, answer, stored=new)


def _later(rule: Rule) -> dict[str, Any]:
    due = time.time() + float(rule.values.get("seconds", 1))
    if rule.action == "accept_later":
        return {"bientot": "PUBLIE", "a": due}
    return {"bientot": "REJETE", "a": due, "motif_futur": str(rule.values.get("motif", "Rejet demandé au simulateur."))}


def _answer(handler: Handler, arrived: Arrived | None, status: int, content: dict[str, Any], *, stored: bool = False) -> None:
    _note(handler, arrived, status, str(content.get("code") or content.get("statut") or content.get("error")), stored=stored)
    handler.say(status, content)


def _note(handler: Handler, arrived: Arrived | None, status: int, word: str, *, stored: bool = False) -> None:
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
