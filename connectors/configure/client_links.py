"""How a connector's clients would be linked if other ones were chosen: the rules of production, with a choice that is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.configure.client_filters import linking_attribute
from connectors.domain.names import fold
from connectors.domain.routing import ClientRule, Rules, unique_codes
from connectors.models import AttributeValue, ClientSelection, DepositPath
from connectors.models.rules import is_confirmed, path_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.domain.routing import PathRule
    from connectors.models import Connector


@dataclass(frozen=True)
class Selected:
    """What a stored choice of a client remembers besides the client."""

    to_link: bool = False
    paused: bool = False
    confirmed_code: str = ""


@dataclass(frozen=True)
class Links:
    """What decides about links, read once. `values` are those of the linking attribute, of all clients of the firm."""

    connector: Connector
    selected: Mapping[int, Selected]
    values: Mapping[int, str]
    paths: Mapping[int, PathRule]

    def rules_with(self, client_ids: Iterable[int]) -> Rules:
        """The connector's rules if exactly these clients were chosen."""
        chosen = {pk: self.selected.get(pk, Selected()) for pk in client_ids}
        codes = unique_codes({pk: self.values[pk] for pk, row in chosen.items() if not row.to_link and pk in self.values})
        clients = {pk: _rule(codes.get(pk, ""), row) for pk, row in chosen.items()}
        connector = self.connector
        return Rules(clients, self.paths, bool(connector.credentials_refused), connector.checks_first_documents, connector.dry_run)


def _rule(code: str, row: Selected) -> ClientRule:
    return ClientRule(code, row.to_link, row.paused, is_confirmed(row.confirmed_code, code))


def links_of(connector: Connector) -> Links:
    """Four queries, however many clients there are."""
    rows = ClientSelection.objects.filter(connector=connector).values_list("client_id", "to_link", "paused_at", "confirmed_code")
    selected = {pk: Selected(to_link, paused_at is not None, confirmed) for pk, to_link, paused_at, confirmed in rows}
    values = AttributeValue.objects.filter(attribute_id=linking_attribute(connector) or 0).exclude(value="")
    paths = {path.pk: path_rule(path) for path in connector.deposit_paths.all()}
    return Links(connector, selected, dict(values.values_list("client_id", "value")), paths)


def watched_by_others(connector: Connector) -> dict[int, str]:
    """The clients whose deposit folder another active connector watches already, chosen here or not: that connector's name."""
    own = {fold(deposit) for deposit in connector.deposit_paths.values_list("deposit", flat=True)}
    others = DepositPath.objects.filter(connector__active=True).exclude(connector=connector)
    names = {pk: name for pk, name, deposit in others.values_list("connector_id", "connector__name", "deposit") if fold(deposit) in own}
    if not names:
        return {}
    rows = ClientSelection.objects.filter(connector__in=names).values_list("client_id", "connector_id")
    return {client_id: names[connector_id] for client_id, connector_id in rows}
