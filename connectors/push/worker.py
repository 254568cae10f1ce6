"""This process as the pipeline sees it: its lock, its files, its clock, and what it has in its hands."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.models import Push
    from connectors.push.ownership import Ownership

ERRAND = timedelta(minutes=1)
"""How long a question or an archive belongs to who took it; both are harmless when done twice, and it is longer than a question's deadline."""

BATCH = 8
"""Small claims make small doubts: a worker that dies leaves at most so many outcomes to ask about."""


def seconds_awake_or_asleep() -> float:
    """A clock that no one sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass
class Hand:
    """The claimed documents of this process. An attempt that was `begun` may have sent bytes; any other one certainly has not."""

    _held: set[int] = field(default_factory=set)
    _begun: set[tuple[int, int]] = field(default_factory=set)
    _guard: Lock = field(default_factory=Lock)

    def take(self, pushes: Iterable[Push]) -> None:
        """They were claimed by a thread of this process."""
        with self._guard:
            self._held |= {push.pk for push in pushes}

    def let_go(self, pushes: Iterable[Push]) -> None:
        """Whatever became of them, no thread is at work on them any more."""
        with self._guard:
            self._held -= {push.pk for push in pushes}

    def begin(self, push: Push) -> None:
        """The request is about to start."""
        with self._guard:
            self._begun.add((push.pk, push.attempts))

    def finish(self, push: Push) -> None:
        """What came of the attempt is stored."""
        with self._guard:
            self._begun.discard((push.pk, push.attempts))

    def holds(self, push: Push) -> bool:
        """Whether a thread of this process is at work on it."""
        with self._guard:
            return push.pk in self._held

    def has_begun(self, push: Push) -> bool:
        """Whether this attempt may have sent bytes."""
        with self._guard:
            return (push.pk, push.attempts) in self._begun


@dataclass
class Turns:
    """Which connectors are being drained in this process. Who comes too late makes the one who drains look once more."""

    _wanted: dict[int, bool] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    def begin(self, connector_id: int) -> bool:
        """Whether it is the caller's turn."""
        with self._guard:
            free = connector_id not in self._wanted
            self._wanted[connector_id] = not free
            return free

    def is_wanted_again(self, connector_id: int) -> bool:
        """Whether somebody came too late since this was last asked."""
        with self._guard:
            wanted, self._wanted[connector_id] = self._wanted[connector_id], False
            return wanted

    def end(self, connector_id: int) -> None:
        """The turn is over."""
        with self._guard:
            del self._wanted[connector_id]


@dataclass
class Worker:
    """`stopping` is set when the process was asked to end: what is under way is finished, nothing new is begun.

    `lanes` is how many documents of one connector it sends side by side.
    """

    ownership: Ownership
    store: DepositStore
    clock: Callable[[], datetime]
    errand: timedelta = ERRAND
    lanes: int = 1
    hand: Hand = field(default_factory=Hand)
    turns: Turns = field(default_factory=Turns)
    stopping: Event = field(default_factory=Event)

    @property
    def most_for_a_client(self) -> int:
        """At most half of the lanes: a client whose documents are slow, or many, leaves the others room."""
        return max(1, self.lanes // 2) if self.lanes > 1 else BATCH
