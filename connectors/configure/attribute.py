"""Choosing the attribute that links clients to the partner's folders, and its values."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.models import Attribute, AttributeMapping, AttributeValue, Client

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connectors.models import Connector

LONGEST_VALUE = 200
SAMPLES = 3


@dataclass(frozen=True)
class AttributeFacts:
    """How well an attribute would link `clients` clients: how many have a value, how many are distinct, some samples."""

    attribute: Attribute
    clients: int
    filled: int
    distinct: int
    samples: tuple[str, ...]


class ValuesRefused(Exception):
    """Some values cannot be saved; `problems` maps client ids to French messages. Nothing was saved."""

    def __init__(self, problems: dict[int, str]) -> None:
        super().__init__("Certaines valeurs ne peuvent pas être enregistrées.")
        self.problems = problems


def facts_of(connector: Connector) -> list[AttributeFacts]:
    """All attributes, with how they stand for the chosen clients."""
    clients = connector.selections.count()
    rows = AttributeValue.objects.filter(client__selections__connector=connector).exclude(value="").order_by("client__name")
    values: dict[int, list[str]] = {}
    for attribute_id, value in rows.values_list("attribute_id", "value"):
        values.setdefault(attribute_id, []).append(value)
    return [_facts(attribute, clients, values.get(attribute.pk, [])) for attribute in Attribute.objects.select_related("data_model")]


def _facts(attribute: Attribute, clients: int, values: list[str]) -> AttributeFacts:
    return AttributeFacts(attribute, clients, len(values), len({value.casefold() for value in values}), tuple(values[:SAMPLES]))


def choose_attribute(connector: Connector, attribute: Attribute, now: datetime, actor: Any) -> None:
    """From now on this attribute links the clients."""
    with transaction.atomic():
        before = AttributeMapping.objects.filter(connector=connector).first()
        if before and before.attribute_id == attribute.pk:
            return
        AttributeMapping.objects.update_or_create(connector=connector, defaults={"attribute": attribute})
        note_change(connector, "attribute", now, actor, f"Attribut choisi : {attribute}", attribute=attribute.pk)


def values_of(connector: Connector, attribute: Attribute) -> dict[int, str]:
    """The chosen clients' values; empty where there is none."""
    known = dict(AttributeValue.objects.filter(attribute=attribute).values_list("client_id", "value"))
    return {pk: known.get(pk, "") for pk in connector.selections.values_list("client_id", flat=True)}


def value_problems(connector: Connector, attribute: Attribute) -> dict[int, str]:
    """Why each chosen client that cannot push is not linked, in French."""
    values = values_of(connector, attribute)
    return problems_in(values)


def problems_in(values: Mapping[int, str]) -> dict[int, str]:
    """Empty and double values, by client."""
    count = Counter(value.strip().casefold() for value in values.values() if value.strip())
    problems = {}
    for client_id, value in values.items():
        if not value.strip():
            problems[client_id] = "Valeur absente : ce client ne sera pas envoyé."
        elif count[value.strip().casefold()] > 1:
            problems[client_id] = "Valeur en double : aucun des clients concernés ne sera envoyé."
    return problems


def save_values(connector: Connector, attribute: Attribute, values: Mapping[int, str], now: datetime, actor: Any) -> int:
    """Save the values of these clients in one transaction; give how many changed. Empty and double ones are kept, and do not push. Raises ValuesRefused."""
    cleaned = {pk: unicodedata.normalize("NFC", value).strip() for pk, value in values.items()}
    if problems := {pk: message for pk, value in cleaned.items() if (message := _refusal(value))}:
        raise ValuesRefused(problems)
    with transaction.atomic():
        allowed = set(Client.objects.filter(selections__connector=connector, pk__in=list(cleaned)).values_list("pk", flat=True))
        before = values_of(connector, attribute)
        changed = {pk: value for pk, value in cleaned.items() if pk in allowed and before.get(pk, "") != value}
        AttributeValue.objects.bulk_create(
            [AttributeValue(attribute=attribute, client_id=pk, value=value) for pk, value in changed.items()],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["attribute", "client"],
            update_fields=["value"],
        )
        if changed:
            text = f"{len(changed)} valeur(s) modifiée(s) pour {attribute}"
            detail = {str(pk): [before.get(pk, ""), value] for pk, value in changed.items()}
            note_change(connector, "attribute", now, actor, text, values=detail)
    return len(changed)


def _refusal(value: str) -> str:
    if len(value) > LONGEST_VALUE:
        return f"Valeur trop longue : {LONGEST_VALUE} caractères au plus."
    if any(unicodedata.category(char)[0] == "C" for char in value):
        return "La valeur contient un caractère invisible : retapez-la."
    return ""
