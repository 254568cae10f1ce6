"""One change of a connector's settings: a new version, a line in the trail, and a fresh look at what it held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F

from connectors.models import Connector, Event
from connectors.models.release import release_confirmed, release_held

if TYPE_CHECKING:
    from datetime import datetime

REPAIRS = {
    "clients": ("not_selected", "mapping"),
    "attribute": ("mapping", "client_unknown", "to_link"),
    "credentials": ("credentials", "partner"),
    "deposit_paths": ("path",),
    "activation": (),
    "pause": (),
    "first_documents": (),
    "dry_run": ("dry_run",),
}
"""Which causes a change of each part may have repaired. A document whose cause persists is held again when it is next claimed.

A pause is not among them: whoever ends one releases the documents of that client or path, and leaves those of the others asleep. So does who
confirms the link of a client.
"""

LINKING = frozenset({"clients", "attribute"})
"""A change of these may give a client back the link that somebody has confirmed."""


def note_change(connector: Connector, part: str, now: datetime, actor: Any, text: str, **detail: Any) -> None:
    """Call it inside the transaction of the change."""
    Connector.objects.filter(pk=connector.pk).update(settings_version=F("settings_version") + 1)
    connector.refresh_from_db(fields=["settings_version"])
    Event.objects.note_settings(connector, part, now, actor, text, version=connector.settings_version, **detail)
    release_held(connector.pk, REPAIRS[part], now)
    if part in LINKING:
        release_confirmed(connector, now)
