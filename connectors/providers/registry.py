"""Which providers there are. Adding one costs its package and one line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.providers.illinks.provider import IllinksProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.providers.base import NetworkRules, Provider, TokenKeeper

PROVIDERS: dict[str, type[Provider]] = {
    IllinksProvider.key: IllinksProvider,
}


@dataclass(frozen=True)
class Announced:
    """A partner that is not there yet: shown as « Bientôt », with nothing to activate."""

    key: str
    name: str
    description: str


ANNOUNCED = (
    Announced("acd", "ACD", "Production comptable et iDépôt."),
    Announced("cegid-loop", "Cegid Loop", "Production comptable en ligne."),
    Announced("inqom", "Inqom", "Production comptable en ligne."),
    Announced("myunisoft", "MyUnisoft", "Production comptable en ligne."),
    Announced("pennylane", "Pennylane", "Comptabilité et gestion en ligne."),
    Announced("yooz", "Yooz", "Traitement des factures fournisseurs."),
)


def provider_class(key: str) -> type[Provider]:
    """The provider of this key. Raises KeyError."""
    return PROVIDERS[key]


def build_provider(key: str, credentials: Mapping[str, str], *, tokens: TokenKeeper, network: NetworkRules) -> Provider:
    """The partner under these credentials."""
    return provider_class(key)(credentials, tokens=tokens, network=network)
