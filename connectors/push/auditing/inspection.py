"""What a reconciliation is given, and what it has counted on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.models import Push

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.domain.states import PushState
    from connectors.models import Connector
    from connectors.models.push import PushQuerySet

PATIENCE = timedelta(minutes=2)
"""How long an archive may be under way before it counts as unfinished: longer than a worker keeps such an errand."""


@dataclass
class Counted:
    """What was looked at. `states` holds, for each connector's name, how many documents stand in each state."""

    states: dict[str, dict[PushState, int]] = field(default_factory=dict)
    deposited: int = 0
    archived: int = 0
    unarchived: int = 0
    asked: int = 0


@dataclass
class Inspection:
    """`is_alive` tells whether the owner of that name still lives; `wait` takes seconds; `hashes` re-reads archives; `repair` mends what is safe."""

    connectors: Sequence[Connector]
    store: DepositStore
    now: datetime
    is_alive: Callable[[str], bool]
    wait: Callable[[float], object]
    hashes: bool = False
    repair: bool = False
    counted: Counted = field(default_factory=Counted)

    def rows(self) -> PushQuerySet:
        """The documents of the connectors that are looked at."""
        return Push.objects.filter(connector__in=self.connectors)

    def is_overdue(self, push: Push) -> bool:
        """Whether nobody can still be at work on this row's archive."""
        return push.next_attempt_at is None or push.next_attempt_at <= self.now - PATIENCE
