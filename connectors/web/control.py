"""What a connector's page says about first documents, the trial mode and prior documents: `{% control_of connector as control %}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import template
from django.db.models import Count

from connectors.configure.backfill import Criteria, choose
from connectors.configure.dry_run import backlog
from connectors.configure.first_documents import CAUSE
from connectors.domain.states import PushState
from connectors.models import Backfill, Push

if TYPE_CHECKING:
    from connectors.models import Connector

register = template.Library()


@dataclass(frozen=True)
class Control:
    """How many wait for a yes, how many the trial mode keeps, how many prior documents could be asked for, and the backfill that is under way."""

    clients: int
    documents: int
    kept: int
    prior: int
    backfill: Backfill | None


@register.simple_tag
def control_of(connector: Connector) -> Control:
    """Four queries, however many documents there are."""
    held = Push.objects.filter(connector=connector, state=PushState.HELD, cause=CAUSE)
    waiting = held.aggregate(clients=Count("client", distinct=True), documents=Count("pk"))
    under_way = Backfill.objects.filter(connector=connector, cancelled_at=None, finished_at=None).first()
    return Control(waiting["clients"], waiting["documents"], backlog(connector).count(), choose(connector, Criteria()).count(), under_way)
