"""A connector's rules with other values or another attribute, not saved yet: for a preview. Other clients: `client_links`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.domain.routing import unique_codes
from connectors.models import AttributeMapping, AttributeValue, ClientSelection
from connectors.models.rules import is_confirmed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from connectors.domain.routing import Rules
    from connectors.models import Connector


def with_values(connector: Connector, before: Rules, values: Mapping[int, str], linked: Collection[int] = ()) -> Rules:
    """The rules when these clients have these values, and the others those that they have; `linked` are no longer to be linked by a person."""
    stored = _values(_attribute_id(connector))
    clients = {pk: replace(rule, to_link=rule.to_link and pk not in linked) for pk, rule in before.clients.items()}
    return _with_links(connector, replace(before, clients=clients), {**stored, **values})


def with_attribute(connector: Connector, before: Rules, attribute_id: int) -> Rules:
    """The rules when this attribute links the clients."""
    return _with_links(connector, before, _values(attribute_id))


def _attribute_id(connector: Connector) -> int | None:
    return AttributeMapping.objects.filter(connector=connector).values_list("attribute_id", flat=True).first()


def _values(attribute_id: int | None) -> dict[int, str]:
    if attribute_id is None:
        return {}
    return dict(AttributeValue.objects.filter(attribute_id=attribute_id).exclude(value="").values_list("client_id", "value"))


def _with_links(connector: Connector, before: Rules, values: Mapping[int, str]) -> Rules:
    """As `rules_of` makes them: a value that stands for two clients links neither, and a changed link is to be confirmed anew."""
    confirmed = dict(ClientSelection.objects.filter(connector=connector).values_list("client_id", "confirmed_code"))
    codes = unique_codes({pk: values[pk] for pk, rule in before.clients.items() if not rule.to_link and pk in values})
    clients = {
        pk: replace(rule, code=codes.get(pk, ""), confirmed=is_confirmed(confirmed.get(pk, ""), codes.get(pk, "")))
        for pk, rule in before.clients.items()
    }
    return replace(before, clients=clients)
