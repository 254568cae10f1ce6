"""Ending a pause by hand: the partner may be back before the connector would ask it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.domain.states import PushState
from connectors.models import Connector, Event, Push

if TYPE_CHECKING:
    from datetime import datetime


def reset_breaker(connector: Connector, now: datetime, actor: Any) -> bool:
    """« Réessayer maintenant »: the pause is over, and what waits for the partner is due. False when there was no pause. The caller then wakes.

    The count of failures begins anew: a partner that is still away costs a few tries before the next pause.
    """
    with transaction.atomic():
        paused = Connector.objects.select_for_update().filter(pk=connector.pk, paused_until__gt=now).first()
        if paused is None:
            return False
        text = f"Pause levée, nouvel essai demandé : {paused.paused_because or 'le partenaire ne répondait pas.'}"
        Event.objects.note_settings(
            connector, "breaker", now, actor, text, until=f"{paused.paused_until:%Y-%m-%dT%H:%M:%SZ}", failures=paused.failures
        )
        Connector.objects.filter(pk=connector.pk).update(paused_until=None, paused_because="", failures=0)
        Push.objects.filter(connector=connector, state=PushState.WAITING, next_attempt_at__gt=now).update(next_attempt_at=now)
    connector.refresh_from_db(fields=["paused_until", "paused_because", "failures"])
    return True
