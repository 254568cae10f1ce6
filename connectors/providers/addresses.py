"""Partner addresses: hostile until checked."""

from __future__ import annotations

import ipaddress
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from connectors.providers.base import NetworkRules

LONGEST_URI = 500


def validate_uri(uri: str, network: NetworkRules) -> str:
    """The address without its trailing slash. Raises ValueError with a French message that says what to change."""
    text = uri.strip()
    if len(text) > LONGEST_URI:
        raise ValueError(f"Adresse trop longue : {LONGEST_URI} caractères au plus.")
    if any(char.isspace() or unicodedata.category(char)[0] == "C" for char in text) or "\\" in text:
        raise ValueError("L’adresse contient une espace ou un caractère invisible : recopiez-la.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("Cette adresse n’est pas valide : vérifiez le nom du serveur et le port.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("L’adresse doit commencer par https:// suivi du nom du serveur.")
    if port == 0:
        raise ValueError("Le port de l’adresse n’est pas valide.")
    _refuse_extras(text, parts.username is not None or parts.password is not None)
    if not host.isascii():
        raise ValueError("Le nom du serveur contient un caractère inhabituel : écrivez-le sans accent.")
    if parts.scheme == "http" and not (network.allow_loopback and is_loopback(host)):
        raise ValueError("L’adresse doit commencer par https:// : sans chiffrement, vos identifiants pourraient être lus.")
    return text.rstrip("/")


def _refuse_extras(text: str, has_user: bool) -> None:  # noqa: FBT001 - a fact about the address
    if has_user:
        raise ValueError("L’adresse ne doit contenir ni utilisateur ni mot de passe.")
    if "?" in text or "#" in text:
        raise ValueError("L’adresse ne doit contenir ni « ? » ni « # » : indiquez seulement la base, par exemple https://serveur/ws.")


def is_loopback(host: str) -> bool:
    """Whether the host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
