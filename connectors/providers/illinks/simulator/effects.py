"""What a fault does to an exchange, instead of or before the ordinary answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.providers.illinks.simulator.faults import Rule
    from connectors.providers.illinks.simulator.handler import Handler

SLOW = {"delay_headers", "delay_body"}
"""The work is done, and the answer comes late."""

CODES = {403: "WS_USER_NON_AUTORISE", 404: "DOSSIER_INCONNU", 409: "REFERENCE_CONFLIT", 413: "TROP_VOLUMINEUX", 415: "TYPE_REFUSE"}
"""What the contract names; a rule may say another `code`."""


class Dropped(Exception):
    """The connection is cut without an answer."""


def drop_early(handler: Handler, rule: Rule | None) -> None:
    """Cut before the request's body was read, or in it."""
    if rule is None:
        return
    if rule.action == "drop_in":
        handler.body.read_away(handler.body.left // 2)
    raise Dropped


def apply_fault(handler: Handler, rule: Rule | None) -> bool:
    """Answer as the rule says; False when the ordinary answer is still to be given."""
    if rule is None:
        return False
    if rule.action in {"drop_before", "drop_in", "drop_after", "lose"}:
        raise Dropped
    if rule.action == "status":
        _say_status(handler, rule)
    elif rule.action == "redirect":
        location = str(rule.values.get("location", "http://127.0.0.1:9/"))
        handler.say(int(rule.values.get("status", 307)), {}, {"Location": location})
    elif rule.action == "expired_token" and rule.route != "token":
        handler.say(401, {"error": "invalid_token"})
    elif rule.action == "refuse_token":
        handler.say(401, {"error": "invalid_client"})
    else:
        return _deceive(handler, rule)
    return True


def _deceive(handler: Handler, rule: Rule) -> bool:
    success = 201 if rule.route == "upload" else 200
    if rule.action == "wrong_body":
        handler.say_raw(success, b"<html>Connexion</html>", "text/html")
        return True
    if rule.action == "truncated":
        handler.say_raw(success, b'{"id": "ILK', "application/json", length=4000)
        raise Dropped
    if rule.action in SLOW:
        handler.slow = rule
    return False


def _say_status(handler: Handler, rule: Rule) -> None:
    status = int(rule.values.get("status", 500))
    if status == 401 and "code" not in rule.values:  # noqa: PLR2004 - HTTP's "unauthorized"
        content = {"error": "invalid_client" if rule.route == "token" else "invalid_token"}
    else:
        message = rule.values.get("message", "Refus demandé au simulateur.")
        content = {"code": rule.values.get("code", CODES.get(status, "SIMULE")), "message": message}
    extra = {"Retry-After": str(rule.values["retry_after"])} if "retry_after" in rule.values else {}
    handler.say(status, content, extra)
