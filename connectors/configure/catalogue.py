"""The catalogue: a connector's row is made when its tile is opened for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.models import Connector, Event

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.providers.base import Provider


def open_connector(provider: type[Provider], now: datetime, actor: Any) -> Connector:
    """The firm's first connector with this partner, made when there is none yet; it is not active."""
    with transaction.atomic():
        connector = Connector.objects.filter(provider=provider.key).order_by("pk").first()
        if connector is None:
            connector = Connector.objects.create(provider=provider.key, name=provider.name)
            Event.objects.note_settings(connector, "added", now, actor, f"Connecteur ajouté : {provider.name}")
    return connector
