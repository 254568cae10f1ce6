"""Faults by rule: which route, which call, which client; then what goes wrong."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

ACTIONS = {
    "status", "delay_work", "delay_headers", "delay_body", "drop_before", "drop_in", "drop_after", "lose", "truncated", "wrong_body", "redirect",
    "accept_then_reject", "accept_later", "expired_token", "refuse_token",
}  # fmt: skip
ROUTES = {"token", "upload", "lookup", "dossiers", "classification"}
FIELDS = {"route", "nth", "times", "probability", "once_each", "client_code", "name_contains"}
DETAILS = {"status", "code", "message", "retry_after", "seconds", "location", "motif"}
BEFORE_THE_BODY = {"drop_before", "drop_in"}
"""Decided from the headers alone; such a rule cannot ask for a client or a name."""


@dataclass
class Rule:
    """One fault. `nth` counts the calls of its route from 1, `times` how often it still fires; None means always.

    With `once_each` it fires at most once for each Idempotency-Key. The same `seed` gives the same draws for a `probability`.
    """

    route: str
    action: str
    nth: int | None = None
    times: int | None = None
    probability: float = 1.0
    once_each: bool = False
    client_code: str = ""
    name_contains: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    chance: random.Random = field(default_factory=random.Random)
    met: set[str] = field(default_factory=set)

    def fits(self, route: str, call: int, metadata: dict[str, Any], key: str) -> bool:
        """Whether it fires now."""
        if route != self.route or self.times == 0 or self.nth not in {None, call}:
            return False
        if self.client_code and metadata.get("codeClient") != self.client_code:
            return False
        if self.name_contains not in str(metadata.get("nomFichier", "")):
            return False
        if self.chance.random() >= self.probability or (self.once_each and key in self.met):
            return False
        self.met |= {key} if self.once_each else set()
        return True


class Faults:
    """All rules, and how often each route was called."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._calls: dict[str, int] = {}
        self._guard = threading.Lock()

    def add(self, rules: Any) -> None:
        """Add one rule or a list of them as JSON has them, all or none. Raises ValueError."""
        parsed = [_rule(item) for item in (rules if isinstance(rules, list) else [rules])]
        with self._guard:
            self._rules += parsed

    def clear(self) -> None:
        """No fault any more; calls are counted anew."""
        with self._guard:
            self._rules, self._calls = [], {}

    def count(self, route: str) -> int:
        """One more call of this route; its number from 1."""
        with self._guard:
            self._calls[route] = self._calls.get(route, 0) + 1
            return self._calls[route]

    def find(self, route: str, call: int, metadata: dict[str, Any] | None = None, *, key: str = "") -> Rule | None:
        """The rule that fires: before the body when `metadata` is None, else after it."""
        with self._guard:
            for rule in self._rules:
                early = rule.action in BEFORE_THE_BODY and not rule.client_code and not rule.name_contains
                if early == (metadata is None) and rule.fits(route, call, metadata or {}, key):
                    rule.times = None if rule.times is None else rule.times - 1
                    return rule
        return None


def _rule(content: Any) -> Rule:
    """One rule; a word that is not known is an error, not a rule that never fires."""
    item = dict(content) if isinstance(content, dict) else {}
    action, seed = item.pop("action", ""), item.pop("seed", None)
    if action not in ACTIONS or item.get("route") not in ROUTES:
        raise ValueError(f"route ou action inconnue ; actions : {', '.join(sorted(ACTIONS))} ; routes : {', '.join(sorted(ROUTES))}")
    if unknown := item.keys() - FIELDS - DETAILS:
        raise ValueError(f"mots inconnus : {', '.join(sorted(unknown))}")
    fields = {name: item.pop(name) for name in FIELDS & item.keys()}
    try:
        for name in item.keys() & {"status", "seconds"}:
            float(item[name])
        return Rule(action=action, values=item, chance=random.Random(seed), **fields)
    except TypeError as error:
        raise ValueError("une valeur de la règle n’a pas la bonne forme") from error
