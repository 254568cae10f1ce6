"""When the next try is: full jitter, the partner's own moment in full, and a horizon after which a person is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

HORIZON = timedelta(days=7)
"""Longer than a week-end with a bank holiday. Shorter would ask a person about a partner that mends itself."""

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
"""A partner that comes back is noticed within the hour."""

FARTHEST = timedelta(hours=25)
"""No moment is ever set further ahead: what stands later was written by a clock that has been set back since."""


def next_attempt_at(now: datetime, attempts: int, draw: Callable[[], float], named: datetime | None = None) -> datetime:
    """The moment of the next try after `attempts` failed ones. `draw` gives a number in [0, 1); never before the moment that the partner named."""
    doublings: int = min(max(attempts - 1, 0), 20)
    ceiling = min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
    drawn = now + timedelta(seconds=1) + ceiling * draw()
    return max(drawn, named) if named else drawn


def is_exhausted(first_attempt_at: datetime, now: datetime) -> bool:
    """Whether the horizon has passed since the first try."""
    return now - first_attempt_at > HORIZON
