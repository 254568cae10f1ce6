"""What is still missing before a connector can push: derived from what was saved, never stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count

from connectors.domain.routing import unique_codes
from connectors.models import AttributeMapping, AttributeValue, ClientSelection, Credential, DepositPath

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.models import Attribute, Connector
    from connectors.providers.base import Provider


@dataclass(frozen=True)
class Part:
    """One of the parts of the settings. `missing` is French and empty when the part is complete; `note` says what else is worth knowing."""

    name: str
    label: str
    missing: str = ""
    note: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass
class Filled:
    """What a connector's parts hold: how many clients and paths, how many clients are linked, which credentials are there."""

    clients: int = 0
    attribute: Attribute | None = None
    linked: int = 0
    credentials: set[str] = field(default_factory=set)
    paths: int = 0


def parts_of(connector: Connector, provider: type[Provider]) -> list[Part]:
    """The four parts to fill, in the order of the journey; the fifth, activation, is the connector's own switch."""
    return parts_from(connector, provider, fillings([connector])[connector.pk])


def parts_from(connector: Connector, provider: type[Provider], filled: Filled) -> list[Part]:
    """The same from what was read already."""
    return [_clients(filled), _attribute(filled), _credentials(connector, provider, filled), _deposit_paths(filled)]


def is_complete(connector: Connector, provider: type[Provider]) -> bool:
    """Whether it may push."""
    return all(part.complete for part in parts_of(connector, provider))


def missing_text(connector: Connector, provider: type[Provider]) -> str:
    """What is missing in its parts, as one French text; empty when it may push."""
    return " ".join(f"{part.label} : {part.missing}" for part in parts_of(connector, provider) if part.missing)


def fillings(connectors: Sequence[Connector]) -> Mapping[int, Filled]:
    """What the parts of these connectors hold, in the same five queries for one and for all."""
    found = {connector.pk: Filled() for connector in connectors}
    chosen = ClientSelection.objects.filter(connector__in=found).order_by().values_list("connector")
    for pk, count in chosen.annotate(Count("pk")):
        found[pk].clients = count
    for pk, count in DepositPath.objects.filter(connector__in=found).order_by().values_list("connector").annotate(Count("pk")):
        found[pk].paths = count
    for pk, name in Credential.objects.filter(connector__in=found, client=None).values_list("connector_id", "field"):
        found[pk].credentials.add(name)
    for mapping in AttributeMapping.objects.filter(connector__in=found).select_related("attribute__data_model"):
        found[mapping.connector_id].attribute = mapping.attribute
    _count_linked(found)
    return found


def _count_linked(found: Mapping[int, Filled]) -> None:
    """Linked is who would go out: with a value that nobody else has, and not « à relier »."""
    attributes = {filled.attribute.pk for filled in found.values() if filled.attribute}
    values = AttributeValue.objects.filter(
        attribute__in=attributes, client__selections__connector__in=found, client__selections__to_link=False
    )
    by_connector: dict[int, dict[int, str]] = {}
    rows = values.exclude(value="").values_list("client__selections__connector", "attribute_id", "client_id", "value")
    for pk, attribute_id, client_id, value in rows:
        attribute = found[pk].attribute
        if attribute and attribute.pk == attribute_id:
            by_connector.setdefault(pk, {})[client_id] = value
    for pk, known in by_connector.items():
        found[pk].linked = len(unique_codes(known))


def _s(count: int) -> str:
    return "s" if count > 1 else ""


def _clients(filled: Filled) -> Part:
    note = f"{filled.clients} client{_s(filled.clients)} choisi{_s(filled.clients)}" if filled.clients else ""
    return Part("clients", "Clients", "" if filled.clients else "Choisissez au moins un client.", note)


def _attribute(filled: Filled) -> Part:
    if filled.attribute is None:
        return Part("attribute", "Attribut", "Choisissez l’attribut qui relie vos clients aux dossiers du partenaire.")
    unlinked = filled.clients - filled.linked
    missing = "" if filled.linked else "Aucun client choisi n’a de valeur unique."
    note = f"{filled.attribute} · {filled.linked} relié{_s(filled.linked)}"
    return Part("attribute", "Attribut", missing, note + (f" · {unlinked} à relier" if unlinked else ""))


def _credentials(connector: Connector, provider: type[Provider], filled: Filled) -> Part:
    absent = [declared.label for declared in provider.credential_fields if declared.name not in filled.credentials]
    missing = f"À renseigner : {', '.join(absent)}." if absent else ""
    if not missing and connector.credentials_refused:
        return Part("credentials", "Identifiants", "", connector.credentials_refused)
    note = "" if absent or connector.credentials_checked_at else "Non vérifiés depuis leur dernière modification"
    return Part("credentials", "Identifiants", missing, note)


def _deposit_paths(filled: Filled) -> Part:
    note = f"{filled.paths} chemin{_s(filled.paths)}" if filled.paths else ""
    return Part("deposit_paths", "Chemins de dépôt", "" if filled.paths else "Ajoutez au moins un chemin de dépôt.", note)
