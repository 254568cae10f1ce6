"""What goes wrong at the partner during a run: each fault with its share of the rate, drawn from the seed."""

from __future__ import annotations

from typing import Any

from connectors.management.chaos.short_contract import DEADLINE_SECONDS, LONGEST_PROCESSING_SECONDS

UPLOAD: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.12, {"action": "drop_before"}),
    (0.12, {"action": "drop_in"}),
    (0.14, {"action": "drop_after"}),
    (0.08, {"action": "lose"}),
    (0.08, {"action": "truncated"}),
    (0.04, {"action": "wrong_body"}),
    (0.05, {"action": "status", "status": 500}),
    (0.04, {"action": "status", "status": 502}),
    (0.05, {"action": "status", "status": 503}),
    (0.06, {"action": "status", "status": 429, "retry_after": "1"}),
    (0.06, {"action": "expired_token", "once_each": True}),
    (0.06, {"action": "delay_headers", "seconds": 0.4}),
    (0.02, {"action": "delay_headers", "seconds": DEADLINE_SECONDS + 1}),
    (0.05, {"action": "delay_work", "seconds": 0.8 * LONGEST_PROCESSING_SECONDS}),
    (0.03, {"action": "accept_later", "seconds": 1}),
)
"""The shares add up to 1. A second 401 in a row is a refusal by the contract, and would wait for a person: each document meets one only."""

OTHERS: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.3, {"route": "token", "action": "status", "status": 503}),
    (0.2, {"route": "token", "action": "drop_after"}),
    (0.3, {"route": "lookup", "action": "status", "status": 503}),
    (0.3, {"route": "lookup", "action": "drop_after"}),
    (0.2, {"route": "lookup", "action": "truncated"}),
)


def fault_rules(rate: float, seed: int) -> list[dict[str, Any]]:
    """Rules for the simulator; none when the rate is 0."""
    shares = [*((share, {"route": "upload", **rule}) for share, rule in UPLOAD), *OTHERS]
    rules = [{**rule, "probability": share * rate, "seed": f"{seed}/{number}"} for number, (share, rule) in enumerate(shares)]
    return rules if rate else []
