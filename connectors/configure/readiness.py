"""What is still missing before a connector can push: derived from what was saved, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.configure.attribute import value_problems
from connectors.models import AttributeMapping

if TYPE_CHECKING:
    from connectors.models import Connector
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


def parts_of(connector: Connector, provider: type[Provider]) -> list[Part]:
    """The four parts to fill, in the order of the journey; the fifth, activation, is the connector's own switch."""
    return [_clients(connector), _attribute(connector), _credentials(connector, provider), _deposit_paths(connector)]


def is_complete(connector: Connector, provider: type[Provider]) -> bool:
    """Whether it may push."""
    return all(part.complete for part in parts_of(connector, provider))


def missing_text(connector: Connector, provider: type[Provider]) -> str:
    """What is missing in its parts, as one French text; empty when it may push."""
    return " ".join(f"{part.label} : {part.missing}" for part in parts_of(connector, provider) if part.missing)


def _clients(connector: Connector) -> Part:
    count = connector.selections.count()
    note = f"{count} client{'s' if count > 1 else ''} choisi{'s' if count > 1 else ''}" if count else ""
    return Part("clients", "Clients", "" if count else "Choisissez au moins un client.", note)


def _attribute(connector: Connector) -> Part:
    mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute__data_model").first()
    if mapping is None:
        return Part("attribute", "Attribut", "Choisissez l’attribut qui relie vos clients aux dossiers du partenaire.")
    problems = value_problems(connector, mapping.attribute)
    linked = connector.selections.count() - len(problems)
    missing = "" if linked > 0 else "Aucun client choisi n’a de valeur unique."
    note = f"{mapping.attribute} · {linked} relié{'s' if linked > 1 else ''}"
    return Part("attribute", "Attribut", missing, note + (f" · {len(problems)} à relier" if problems else ""))


def _credentials(connector: Connector, provider: type[Provider]) -> Part:
    known = set(connector.credentials.filter(client=None).values_list("field", flat=True))
    absent = [field.label for field in provider.credential_fields if field.name not in known]
    missing = f"À renseigner : {', '.join(absent)}." if absent else ""
    if not missing and connector.credentials_refused:
        return Part("credentials", "Identifiants", "", connector.credentials_refused)
    note = "" if absent or connector.credentials_checked_at else "Non vérifiés depuis leur dernière modification"
    return Part("credentials", "Identifiants", missing, note)


def _deposit_paths(connector: Connector) -> Part:
    count = connector.deposit_paths.count()
    note = f"{count} chemin{'s' if count > 1 else ''}" if count else ""
    return Part("deposit_paths", "Chemins de dépôt", "" if count else "Ajoutez au moins un chemin de dépôt.", note)
