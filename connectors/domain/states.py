"""The states of a push, named by where the document is. The values stand in the database, the labels on screens."""

from __future__ import annotations

from enum import StrEnum


class PushState(StrEnum):
    """Where a document is, from the moment it was seen."""

    PRIOR = "prior"
    SETTLING = "settling"
    WAITING = "waiting"
    HELD = "held"
    SENDING = "sending"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        """The French word on screen."""
        return LABELS[self]

    @property
    def tone(self) -> str:
        """How a badge shows it: neutral, info, success, warning or danger."""
        return TONES.get(self, "info")


LABELS = {
    PushState.PRIOR: "Antérieur",
    PushState.SETTLING: "En cours de dépôt",
    PushState.WAITING: "En attente",
    PushState.HELD: "Retenu",
    PushState.SENDING: "En cours d’envoi",
    PushState.UNKNOWN: "Issue incertaine",
    PushState.ACCEPTED: "Accepté",
    PushState.PUBLISHED: "Publié",
    PushState.REFUSED: "Refusé",
    PushState.WITHDRAWN: "Retiré",
    PushState.DISMISSED: "Écarté",
}

TONES = {
    PushState.PRIOR: "neutral",
    PushState.WITHDRAWN: "neutral",
    PushState.DISMISSED: "neutral",
    PushState.HELD: "warning",
    PushState.UNKNOWN: "warning",
    PushState.REFUSED: "danger",
    PushState.PUBLISHED: "success",
}

FINAL = frozenset({PushState.PUBLISHED, PushState.WITHDRAWN})
"""The file is no longer in its deposit folder: a file that appears there under the same name is another document."""

IN_FLIGHT = frozenset({PushState.SETTLING, PushState.WAITING, PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED})
"""Moves by itself."""

FOR_A_PERSON = frozenset({PushState.HELD, PushState.REFUSED})
"""Waits for somebody."""

UNSENT = frozenset({PushState.PRIOR, PushState.SETTLING, PushState.WAITING, PushState.HELD, PushState.REFUSED, PushState.DISMISSED})
"""No byte is at the partner or on its way: when the file changes or goes, the row follows it."""
