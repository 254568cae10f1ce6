"""A connector's rules, read from the database: for each claim anew, so that a change of settings counts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.domain.routing import ClientFacts, ClientRule, PathRule, Rules, unique_codes
from connectors.models.attributes import AttributeValue
from connectors.models.connector import AttributeMapping, ClientSelection

if TYPE_CHECKING:
    from connectors.models.connector import Connector, DepositPath
    from connectors.models.firm import Client


def rules_of(connector: Connector) -> Rules:
    """As they are stored."""
    rows = list(ClientSelection.objects.filter(connector=connector).values_list("client_id", "to_link", "paused_at", "confirmed_code"))
    codes = unique_codes(_values(connector, {client_id for client_id, to_link, *_ in rows if not to_link}))
    clients = {
        client_id: ClientRule(codes.get(client_id, ""), to_link, paused_at is not None, is_confirmed(confirmed, codes.get(client_id, "")))
        for client_id, to_link, paused_at, confirmed in rows
    }
    paths = {path.pk: path_rule(path) for path in connector.deposit_paths.all()}
    return Rules(clients, paths, bool(connector.credentials_refused), connector.checks_first_documents, connector.dry_run)


def _values(connector: Connector, linked: set[int]) -> dict[int, str]:
    mapping = AttributeMapping.objects.filter(connector=connector).first()
    if mapping is None:
        return {}
    values = AttributeValue.objects.filter(attribute_id=mapping.attribute_id, client__selections__connector=connector).exclude(value="")
    return {client_id: value for client_id, value in values.values_list("client_id", "value") if client_id in linked}


def is_confirmed(confirmed_code: str, code: str) -> bool:
    """Whether the link that somebody has confirmed is the one of today."""
    return bool(code) and confirmed_code.casefold() == code.casefold()


def path_rule(path: DepositPath) -> PathRule:
    """A stored path as a rule."""
    return PathRule(path.pk, path.deposit, path.archive, path.domaine, path.type, path.sous_type, path.paused_at is not None)


def facts_about(client: Client) -> ClientFacts:
    """What a route needs to know about a client."""
    return ClientFacts(client.pk, client.name, client.folder, client.closing_month, client.closing_day)
