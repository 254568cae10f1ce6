"""When the partner refuses the credentials soon after a secret was replaced, the former one is tried, and when it is accepted restored.

Several workers may notice the refusal at once, and any of them may die: who tries writes a line into the trail first, so that the others
leave it alone; the restoring itself counts only while nothing has changed since.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from connectors.configure.credentials import note_credentials, read_credentials
from connectors.configure.rotation import former_credentials, restore_former
from connectors.configure.trial import has_passed, is_unreachable, try_values
from connectors.models import Connector, Credential, Event
from connectors.models.sealing import SealBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from connectors.configure.trial import Build
    from connectors.providers.base import CredentialField

ATTENTION = timedelta(days=1)
"""So long after a rotation a refusal is laid to the new secret."""

PAUSE = timedelta(minutes=10)
"""Between two tries while the partner cannot be reached, and after one whose worker died."""

MOST_TRIES = 6
"""For one refusal: a partner that locks accounts after many wrong secrets must not lock this one."""

TRIED, ENDED = "credentials.former_tried", "credentials.return_ended"


def refused_after_rotation(now: datetime) -> QuerySet[Connector]:
    """Connectors that stand still because their credentials are refused, and that have a secret to go back to."""
    kept = Credential.objects.filter(client=None, former__isnull=False, set_at__gt=now - ATTENTION)
    return Connector.objects.filter(active=True, pk__in=kept.values("connector_id")).exclude(credentials_refused="")


def return_by_itself(connector: Connector, fields: Sequence[CredentialField], build: Build, clock: Callable[[], datetime]) -> bool:
    """Whether the former secret was restored."""
    try:
        current, former = read_credentials(connector), former_credentials(connector)
    except SealBroken:
        return False
    version = _begin(connector.pk, clock())
    if not version or not former:
        return False
    checks = try_values(current, build)
    if has_passed(checks):
        _end(
            connector,
            clock(),
            version,
            "Retour automatique abandonné : le partenaire accepte le secret actuel, son refus a une autre cause",
        )
        return False
    if is_unreachable(checks, fields):
        return False
    checks = try_values(former, build)
    if not has_passed(checks):
        if not is_unreachable(checks, fields):
            _end(connector, clock(), version, "Retour automatique abandonné : l’ancien secret est refusé lui aussi")
        return False
    return _restore(connector, fields, version, clock())


def _begin(connector_id: int, now: datetime) -> int:
    """The version of the settings for which this worker may try; 0 when it may not."""
    with transaction.atomic():
        connector = Connector.objects.select_for_update().get(pk=connector_id)
        if not refused_after_rotation(now).filter(pk=connector_id).exists():
            return 0
        version = connector.settings_version
        lines = Event.objects.filter(connector=connector, detail__version=version)
        tries = list(lines.filter(kind=TRIED).values_list("at", flat=True))
        if lines.filter(kind=ENDED).exists() or len(tries) >= MOST_TRIES or any(at > now - PAUSE for at in tries):
            return 0
        _note(connector, TRIED, now, version, "Identifiants refusés peu après leur remplacement : l’ancien secret est essayé")
    return version


def _end(connector: Connector, now: datetime, version: int, text: str) -> None:
    _note(connector, ENDED, now, version, text)


def _note(connector: Connector, kind: str, now: datetime, version: int, text: str) -> None:
    Event.objects.create(at=now, kind=kind, connector=connector, text=text, detail={"version": version})


def _restore(connector: Connector, fields: Sequence[CredentialField], version: int, now: datetime) -> bool:
    """The refused secret is not kept: nobody has to go back to it."""
    with transaction.atomic():
        locked = Connector.objects.select_for_update().get(pk=connector.pk)
        if locked.settings_version != version or not locked.credentials_refused:
            return False
        names = restore_former(locked, former_credentials(locked), read_credentials(locked), now, None, keep=False)
        labels = ", ".join(field.label for field in fields if field.name in names)
        text = f"Retour automatique à l’ancien secret : {labels}. Le partenaire refusait le nouveau"
        note_credentials(locked, fields, now, None, {}, names, passed=True, text=text, returned=names, automatic=True)
    connector.refresh_from_db()
    return True


def last_automatic_return(connector: Connector) -> Event | None:
    """The line that says so, as long as nobody has changed or tested the credentials since."""
    last = Event.objects.filter(connector=connector, kind="settings.credentials").order_by("-pk").first()
    return last if last and last.detail.get("automatic") else None
