"""What an explanation says, and what it looks at besides the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from connectors.deposits.base import DepositStore
    from connectors.models import Connector, Push
    from connectors.push.explaining.story import Step


@dataclass(frozen=True)
class Next:
    """What to do. `turn` is one of client, cabinet, éditeur, réseau; empty when nobody has to do anything."""

    turn: str
    action: str


@dataclass(frozen=True)
class Obstacle:
    """What keeps the documents of a connector, or of one client, from going."""

    sentence: str
    next: Next


@dataclass(frozen=True)
class Explanation:
    """Why one file did, or did not, go; every text is French. `known` is False when neither ledger nor disk knows of such a file."""

    subject: str
    conclusion: str
    next: Next
    reasons: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    push: Push | None = None
    known: bool = True


@dataclass(frozen=True)
class Circumstances:
    """The disk, the time, how long a file has to rest, and what is still missing in a connector's settings (in French; empty: nothing).

    `looks` is False on a page: it must not wait for a share that hangs, and tells of a document of the ledger what the ledger knows.
    """

    store: DepositStore
    now: datetime
    settle_time: timedelta
    missing_of: Callable[[Connector], str]
    looks: bool = True


NOTHING_TO_DO = Next("", "Rien à faire.")
BY_ITSELF = Next("", "Rien à faire : PushDoc continue de lui-même.")


def moment_text(value: datetime) -> str:
    """A moment in the firm's time zone: « 24/11/2026 à 10:12:05 »."""
    return timezone.localtime(value).strftime("%d/%m/%Y à %H:%M:%S")
