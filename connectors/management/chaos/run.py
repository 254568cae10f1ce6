"""One run, from the empty place to the verdict."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from connectors.management.chaos.dropper import Dropper
from connectors.management.chaos.journal import Journal
from connectors.management.chaos.storm import Storm

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.management.chaos.arena import Arena

SETTLE_SECONDS, SETTLE_SECONDS_PER_DOCUMENT = 180.0, 0.2
BAD = ("lost", "received_twice", "wrong_bytes", "unexplained")


def attack(arena: Arena) -> dict[str, Any]:
    """Drop, kill, let it settle, judge; what is printed as JSON."""
    started = time.monotonic()
    arena.open()
    opened = time.monotonic()
    dropper, storm = _trouble(arena)
    arena.calm_down()
    calm = json.loads(arena.inside("settle", str(SETTLE_SECONDS + SETTLE_SECONDS_PER_DOCUMENT * arena.wish.documents)))
    worked = time.monotonic() - opened
    arena.end_work()
    answer = json.loads(arena.inside("judge", str(arena.dropped), arena.partner, str(arena.place.data / "simulateur" / "files")))
    findings = [*(f"unexplained: dépôt : {failure}" for failure in dropper.failures), *answer.pop("findings")]
    answer["unexplained"] += len(dropper.failures)
    result = {
        **answer,
        **asdict(arena.wish),
        **storm.as_json(),
        "ended_by_themselves": _count_ends(arena.place.log("supervisor")),
        "calm": calm["calm"],
        "settle_seconds": calm["settle_seconds"],
        "seconds": round(time.monotonic() - started, 1),
        "documents_per_second": round(arena.wish.documents / worked, 1),
        "findings": findings,
    }
    arena.place.replace_text("verdict.json", json.dumps(result, ensure_ascii=False, indent=1))
    return result


def is_good(answer: dict[str, Any]) -> bool:
    """Whether the first four bad ones are 0."""
    return not any(answer[name] for name in BAD)


def _trouble(arena: Arena) -> tuple[Dropper, Storm]:
    """Until everything is dropped and everybody has died as often as was asked for."""
    dropper = Dropper(arena.dossiers, arena.wish.documents, arena.wish.seed, Journal(arena.dropped))
    storm = Storm(arena, dropper)
    dropper.start()
    try:
        while not (dropper.is_finished() and storm.is_over()):
            storm.act()
            arena.supervisor.look()
    finally:
        dropper.stop()
    storm.end()
    return dropper, storm


def _count_ends(minutes: Path) -> dict[str, int]:
    """Processes that ended although nobody had killed them, most often because what they need was away; the database ends when it is told to."""
    ends = re.findall(r"« ([a-z]+)\d* » s'est arrêté \(code", minutes.read_text(encoding="utf-8")) if minutes.exists() else []
    return dict(sorted(Counter(name for name in ends if name != "database").items()))
