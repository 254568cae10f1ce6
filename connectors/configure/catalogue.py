"""The catalogue: a connector's row is made when its tile is opened for the first time; how all of them stand is read at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Min

from connectors.configure.activation import WAITING_STATES
from connectors.configure.readiness import Filled, fillings
from connectors.models import Connector, DepositFolder, Event, Push

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from connectors.providers.base import Provider


@dataclass(frozen=True)
class Standing:
    """What a connector holds, how many documents wait, since when the oldest does, and how many of its folders cannot be read."""

    filled: Filled
    waiting: int = 0
    oldest: datetime | None = None
    troubled: int = 0


def open_connector(provider: type[Provider], now: datetime, actor: Any) -> Connector:
    """The firm's first connector with this partner, made when there is none yet; it is not active."""
    with transaction.atomic():
        connector = Connector.objects.filter(provider=provider.key).order_by("pk").first()
        if connector is None:
            connector = Connector.objects.create(provider=provider.key, name=provider.name)
            Event.objects.note_settings(connector, "added", now, actor, f"Connecteur ajouté : {provider.name}")
    return connector


def standings(connectors: Sequence[Connector]) -> Mapping[int, Standing]:
    """How each of them stands, in the same queries for one and for all."""
    found = fillings(connectors)
    documents = Push.objects.filter(connector__in=found, state__in=WAITING_STATES).order_by().values_list("connector")
    waiting = {pk: (count, oldest) for pk, count, oldest in documents.annotate(Count("pk"), Min("seen_at"))}
    folders = DepositFolder.objects.filter(deposit_path__connector__in=found).exclude(problem="").order_by()
    troubled = dict(folders.values_list("deposit_path__connector").annotate(Count("pk")))
    return {pk: Standing(filled, *waiting.get(pk, (0, None)), troubled.get(pk, 0)) for pk, filled in found.items()}
