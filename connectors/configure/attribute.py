"""Choosing the attribute that links clients to the partner's folders: how well each one would, and what a change would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Min
from django.db.models.functions import Lower

from connectors.configure.settings_change import note_change
from connectors.models import Attribute, AttributeMapping, AttributeValue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connectors.models import Connector

SAMPLES = 3
LOOKED_AT = 12
"""Clients whose values serve as samples; an attribute that none of them has shows its smallest value instead."""

WORTH_PROPOSING = 0.5
"""An attribute that could link fewer of the chosen clients than this share is not recommended."""


@dataclass(frozen=True)
class AttributeFacts:
    """How well an attribute would link `clients` clients: how many have a value, how many are distinct, some samples."""

    attribute: Attribute
    clients: int
    filled: int = 0
    distinct: int = 0
    samples: tuple[str, ...] = ()

    @property
    def fill_rate(self) -> int:
        """Percent of the clients that have a value; never rounded up to 100."""
        return self.filled * 100 // self.clients if self.clients else 0

    @property
    def doubled(self) -> int:
        """How many values more there are than distinct ones."""
        return self.filled - self.distinct


def facts_of(connector: Connector) -> list[AttributeFacts]:
    """All attributes, with how they stand for the chosen clients. Upper and lower case are the same value, as far as the database knows them."""
    clients = connector.selections.count()
    counts = (
        _values(connector)
        .values_list("attribute_id")
        .annotate(filled=Count("pk"), distinct=Count(Lower("value"), distinct=True), smallest=Min("value"))
        .order_by()
    )
    found = {attribute_id: (filled, distinct, smallest) for attribute_id, filled, distinct, smallest in counts}
    samples = _samples(connector)
    facts = []
    for attribute in Attribute.objects.select_related("data_model"):
        filled, distinct, smallest = found.get(attribute.pk, (0, 0, ""))
        shown = tuple(samples.get(attribute.pk, [smallest] if smallest else [])[:SAMPLES])
        facts.append(AttributeFacts(attribute, clients, filled, distinct, shown))
    return facts


def recommended(facts: Sequence[AttributeFacts]) -> Attribute | None:
    """The attribute that could link the most clients; the fuller of two equals; nothing when none is good enough, or two are equally so."""
    ranked = sorted(facts, key=lambda fact: (fact.distinct, -fact.doubled), reverse=True)
    if not ranked or ranked[0].distinct <= WORTH_PROPOSING * ranked[0].clients:
        return None
    best, *others = ranked
    if others and (others[0].distinct, others[0].doubled) == (best.distinct, best.doubled):
        return None
    return best.attribute


def choose_attribute(connector: Connector, attribute: Attribute, now: datetime, actor: Any) -> None:
    """From now on this attribute links the clients."""
    with transaction.atomic():
        mapping = AttributeMapping.objects.filter(connector=connector).first()
        before = mapping.attribute_id if mapping else None
        if before == attribute.pk:
            return
        AttributeMapping.objects.update_or_create(connector=connector, defaults={"attribute": attribute})
        note_change(connector, "attribute", now, actor, f"Attribut choisi : {attribute}", attribute=attribute.pk, before=before)


def _values(connector: Connector) -> Any:
    return AttributeValue.objects.filter(client_id__in=connector.selections.values("client_id")).exclude(value="")


def _samples(connector: Connector) -> dict[int, list[str]]:
    first = list(connector.selections.order_by("client__name").values_list("client_id", flat=True)[:LOOKED_AT])
    samples: dict[int, list[str]] = {}
    rows = AttributeValue.objects.filter(client_id__in=first).exclude(value="").order_by("client__name")
    for attribute_id, value in rows.values_list("attribute_id", "value"):
        if value not in samples.setdefault(attribute_id, []):
            samples[attribute_id].append(value)
    return samples
