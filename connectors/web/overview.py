"""The firm at a glance: its connectors, what moves, what was published today, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from connectors.configure.readiness import parts_of
from connectors.domain.causes import CAUSES
from connectors.domain.states import PushState
from connectors.models import Connector, DepositFolder, Push
from connectors.providers.registry import PROVIDERS
from connectors.web.halts import halt_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connectors.configure.readiness import Part
    from connectors.domain.causes import Cause
    from connectors.web.halts import Halt

UNDER_WAY = (PushState.SETTLING, PushState.WAITING, PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED)
MOST_FOLDERS = 20
"""Folders with a problem that are shown; a share that is away would list all of them."""


@dataclass(frozen=True)
class ConnectorGlance:
    """A connector and how it stands."""

    connector: Connector
    label: str
    tone: str
    missing: list[Part]
    halt: Halt | None = None


@dataclass(frozen=True)
class Matter:
    """What waits for somebody, by its cause. `oldest` is when the first of its documents was deposited.

    `connector` is where all of its documents are; None when they are in several.
    """

    cause: Cause
    count: int
    oldest: datetime
    clients: int
    connector: int | None = None


@dataclass(frozen=True)
class Glance:
    """Everything that the home page shows."""

    connectors: list[ConnectorGlance]
    under_way: list[tuple[PushState, int]]
    published_today: int
    matters: list[Matter]
    folders: list[DepositFolder]

    @property
    def moving(self) -> int:
        """How many documents move by themselves."""
        return sum(count for _state, count in self.under_way)

    @property
    def waiting(self) -> int:
        """How many documents wait for somebody."""
        return sum(matter.count for matter in self.matters)


def firm_at_a_glance(now: datetime) -> Glance:
    """Look once at everything."""
    matters = _matters()
    counts = Push.objects.in_flight().exclude(_for_somebody()).counts()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    troubled = DepositFolder.objects.exclude(problem="").filter(deposit_path__connector__active=True)
    return Glance(
        connectors=[glance_at(connector, now) for connector in Connector.objects.all()],
        under_way=[(state, counts[state]) for state in UNDER_WAY if counts.get(state)],
        published_today=Push.objects.filter(state=PushState.PUBLISHED, published_at__gte=midnight).count(),
        matters=matters,
        folders=list(troubled.select_related("client", "deposit_path__connector").order_by("client__name", "pk")[: MOST_FOLDERS + 1]),
    )


def _for_somebody() -> Q:
    """Held, refused, undecided; and accepted documents whose archiving fails, which somebody has to make room for."""
    undecided = Q(state=PushState.UNKNOWN, next_attempt_at=None)
    return Q(state__in=(PushState.HELD, PushState.REFUSED)) | undecided | Q(state=PushState.ACCEPTED, cause="archive")


def _matters() -> list[Matter]:
    rows = Push.objects.filter(_for_somebody()).order_by().values("cause")
    facts = rows.annotate(
        count=Count("pk"), oldest=Min("seen_at"), clients=Count("client", distinct=True), first=Min("connector"), last=Max("connector")
    )
    return sorted((_matter(row) for row in facts if row["cause"] in CAUSES), key=lambda matter: matter.oldest)


def _matter(row: Mapping[str, Any]) -> Matter:
    only = row["first"] if row["first"] == row["last"] else None
    return Matter(CAUSES[row["cause"]], row["count"], row["oldest"], row["clients"], only)


def glance_at(connector: Connector, now: datetime) -> ConnectorGlance:
    """How this connector stands, and what it still lacks."""
    provider = PROVIDERS.get(connector.provider)
    if provider is None:
        return ConnectorGlance(connector, "Indisponible", "danger", [])
    if missing := [part for part in parts_of(connector, provider) if part.missing]:
        return ConnectorGlance(connector, "À compléter", "warning", missing)
    if halt := halt_of(connector, now):
        return ConnectorGlance(connector, halt.label, halt.tone, [], halt)
    return ConnectorGlance(connector, "Actif" if connector.active else "Non actif", "success" if connector.active else "neutral", [])
