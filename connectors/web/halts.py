"""Why an active connector sends nothing at the moment, and what a person can do about it: shown wherever the connector is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from connectors.web.tags import NO_BREAK

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.models import Connector

CREDENTIALS, PAUSE = "credentials", "pause"
LABEL, TONE = "En panne", "danger"
BEGINNINGS = ("Le ", "La ", "Les ", "L’", "Un ", "Une ", "Aucun")
"""Words that lose their capital in the middle of a sentence; a partner's name keeps it."""


@dataclass(frozen=True)
class Halt:
    """`kind` decides which action is offered: to repair the credentials, or to try again now."""

    kind: str
    text: str

    @property
    def label(self) -> str:
        """In two words, for a badge."""
        return LABEL

    @property
    def tone(self) -> str:
        """As a colour."""
        return TONE


def halt_of(connector: Connector, now: datetime) -> Halt | None:
    """Refused credentials come first: without them no new try helps. None while everything may go, or the connector is not active."""
    if not connector.active:
        return None
    if connector.credentials_refused:
        return Halt(CREDENTIALS, f"Plus rien ne part{NO_BREAK}: {_continued(connector.credentials_refused)}")
    if connector.paused_until and connector.paused_until > now:
        because = connector.paused_because or f"le partenaire ne répond pas{_counted(connector.failures)}."
        return Halt(PAUSE, f"En pause jusqu’{_moment(connector.paused_until, now)}{NO_BREAK}: {_continued(because)}")
    return None


def _counted(failures: int) -> str:
    return f" ({failures}{NO_BREAK}échecs de suite)" if failures > 1 else ""


def _moment(until: datetime, now: datetime) -> str:
    """« à 10 h 42 », or « au 25/11/2026 à 10 h 42 » when it is not today."""
    local = timezone.localtime(until)
    clock = f"à {local.hour}{NO_BREAK}h{NO_BREAK}{local:%M}"
    return clock if local.date() == timezone.localtime(now).date() else f"au {local:%d/%m/%Y} {clock}"


def _continued(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence.startswith(BEGINNINGS) else sentence
