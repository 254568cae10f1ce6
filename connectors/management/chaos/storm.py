"""Who dies, freezes or forgets, and when: drawn from the seed, spread over the documents that are dropped."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from connectors.management.chaos.arena import wake_up
from pushdoc_admin.stack.process import FIRST_PAUSE_SECONDS

if TYPE_CHECKING:
    from connectors.management.chaos.arena import Arena
    from connectors.management.chaos.dropper import Dropper
    from pushdoc_admin.stack.process import Child

VICTIMS = {"worker": 45, "watcher": 24, "beat": 8, "broker": 11, "database": 12}
FROZEN = {"worker": 60, "watcher": 20, "beat": 5, "broker": 15}
BETWEEN_SECONDS = 0.4
"""So far apart at least, so that deaths meet processes that work and not only ones that start."""

LATE_SECONDS = 2.0
"""So far apart are those that are left when everything was dropped."""

LONGEST_FREEZE_SECONDS = 4.0
FLUSH_SECONDS = (2.0, 5.0)
BROKER_FROZEN_SECONDS, BROKER_AWAKE_SECONDS = (6.0, 12.0), (1.0, 3.0)


@dataclass
class Storm:
    """Called in each round of the supervisor. A point is a number of documents that the product has taken; there are half as many freezes."""

    arena: Arena
    dropper: Dropper
    random: Random = field(init=False)
    deaths: Counter[str] = field(default_factory=Counter)
    freezes: int = 0
    flushes: int = 0
    thaws: list[tuple[float, Child]] = field(default_factory=list)
    quiet_until: float = 0.0
    broker_turns_at: float = 0.0
    broker_frozen: bool = False

    def __post_init__(self) -> None:
        wish = self.arena.wish
        self.random = Random(f"{wish.seed}/storm")
        self.points = self._draw_points(wish.kills)
        self.freeze_points = self._draw_points(wish.kills // 2)
        self.victims = self._draw_victims(wish.kills)

    def _draw_victims(self, count: int) -> list[str]:
        """Each kind that this run has dies at least once, where there are deaths enough."""
        here = {child.program.name.rstrip("0123456789") for child in self.arena.supervisor.children}
        weights = {kind: weight for kind, weight in VICTIMS.items() if kind in here}
        victims = [*weights, *self.random.choices(list(weights), list(weights.values()), k=count)][:count]
        self.random.shuffle(victims)
        return victims

    def _draw_points(self, count: int) -> list[float]:
        return sorted((self.random.uniform(0.02, 0.98) * self.arena.wish.documents for _ in range(count)), reverse=True)

    def is_over(self) -> bool:
        """Whether all deaths that were asked for have been died."""
        return not self.points and not self.freeze_points

    def act(self) -> None:
        """What is due by now."""
        now = time.monotonic()
        for at, child in self.thaws:
            if at <= now:
                wake_up(child)
        self.thaws = [(at, child) for at, child in self.thaws if at > now]
        self._trouble_broker(now)
        if now < self.quiet_until:
            return
        if self._is_reached(self.points) and self._kill():
            self.points.pop()
            self.quiet_until = now + self.random.uniform(BETWEEN_SECONDS, 3 * BETWEEN_SECONDS)
        elif self._is_reached(self.freeze_points) and self._freeze(now):
            self.freeze_points.pop()
            self.quiet_until = now

    def end(self) -> None:
        """Nobody stays frozen."""
        for _, child in self.thaws:
            wake_up(child)
        self.thaws = []
        self.broker_frozen = False

    def as_json(self) -> dict[str, Any]:
        """What was done."""
        return {
            "kills": self.deaths.total(),
            "kills_by_kind": dict(sorted(self.deaths.items())),
            "freezes": self.freezes,
            "flushes": self.flushes,
        }

    def _is_reached(self, points: list[float]) -> bool:
        late = self.dropper.is_finished() and time.monotonic() > self.quiet_until + LATE_SECONDS
        return bool(points) and (self.dropper.taken >= points[-1] or late)

    def _pick(self, kind: str) -> Child | None:
        """One of this kind that lives."""
        alive = [child for child in self.arena.supervisor.children if child.program.name.rstrip("0123456789") == kind and child.pid]
        return self.random.choice(alive) if alive else None

    def _kill(self) -> bool:
        """SIGKILL; PostgreSQL is told to stop at once, which it does without cleaning up."""
        kind = self.victims[-1]
        if not (child := self._pick(kind)):
            return False
        self.victims.pop()
        child.pause_seconds = FIRST_PAUSE_SECONDS  # it did not die of itself: it is started again at once
        number = signal.SIGQUIT if kind == "database" else signal.SIGKILL
        with suppress(ProcessLookupError):
            os.kill(child.pid or 0, number)
        self.deaths[kind] += 1
        return True

    def _freeze(self, now: float) -> bool:
        if not (child := self._pick(self.random.choices(list(FROZEN), list(FROZEN.values()))[0])):
            return False
        with suppress(ProcessLookupError):
            os.kill(child.pid or 0, signal.SIGSTOP)
        self.thaws.append((now + self.random.uniform(0.1, LONGEST_FREEZE_SECONDS), child))
        self.freezes += 1
        return True

    def _trouble_broker(self, now: float) -> None:
        broker = next((child for child in self.arena.supervisor.children if child.program.name == "broker"), None)
        if now < self.broker_turns_at or broker is None or not broker.pid:
            return
        if self.arena.wish.broker == "flush":
            self.arena.flush_broker()
            self.flushes += 1
            self.broker_turns_at = now + self.random.uniform(*FLUSH_SECONDS)
        elif self.arena.wish.broker == "frozen":
            self.broker_frozen = not self.broker_frozen
            os.kill(broker.pid, signal.SIGSTOP if self.broker_frozen else signal.SIGCONT)
            self.broker_turns_at = now + self.random.uniform(*(BROKER_FROZEN_SECONDS if self.broker_frozen else BROKER_AWAKE_SECONDS))
