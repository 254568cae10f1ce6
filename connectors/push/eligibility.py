"""May this client's documents go, and under which code? Asked for each claim, so that a change of settings counts at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.models import AttributeMapping, AttributeValue, ClientSelection

if TYPE_CHECKING:
    from connectors.models import Connector


@dataclass(frozen=True)
class Eligibility:
    """The code of each client that may push; `cause_for` names what keeps another one back."""

    codes: dict[int, str] = field(default_factory=dict)
    selected: frozenset[int] = frozenset()

    def cause_for(self, client_id: int) -> str:
        """The cause's code; empty when the client may push."""
        if client_id in self.codes:
            return ""
        return "mapping" if client_id in self.selected else "not_selected"


def eligibility_of(connector: Connector) -> Eligibility:
    """Selected clients with a value that no other selected client has."""
    selected = frozenset(ClientSelection.objects.filter(connector=connector).values_list("client_id", flat=True))
    mapping = AttributeMapping.objects.filter(connector=connector).first()
    if mapping is None:
        return Eligibility(selected=selected)
    values = AttributeValue.objects.filter(attribute_id=mapping.attribute_id, client__selections__connector=connector).exclude(value="")
    return Eligibility(unique_codes(dict(values.values_list("client_id", "value"))), selected)


def unique_codes(values: dict[int, str]) -> dict[int, str]:
    """Without the values that stand more than once: a clash blocks, it never picks."""
    seen: dict[str, list[int]] = {}
    for client_id, value in values.items():
        seen.setdefault(value.strip().casefold(), []).append(client_id)
    return {ids[0]: values[ids[0]].strip() for key, ids in seen.items() if key and len(ids) == 1}
