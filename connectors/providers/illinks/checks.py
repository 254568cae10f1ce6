"""The named connection checks: each with its time, and where it failed the cause, the field and the repair."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Protocol

from connectors.domain.outcomes import CredentialsRefused, PartnerUnavailable, PushError
from connectors.providers.base import CheckResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.domain.outcomes import RemoteDocument
    from connectors.providers.base import Dossier
    from connectors.providers.illinks.contract import Contract

ADDRESS_STEPS = {"adresse", "connexion", "chiffrement"}

REPAIRS = {
    "uri": "Vérifiez l’Uri avec le partenaire.",
    "client_secret": "Recopiez le Client ID et le Client secret donnés par le partenaire.",
    "ws_user": "Demandez au partenaire d’ouvrir les droits de dépôt à ce WS User.",
    "": "Réessayez dans quelques minutes ; si cela dure, appelez le partenaire.",
}

NOT_ASKABLE = "Sans objet : ce partenaire ne répond pas à cette question."


class Checked(Protocol):
    """The part of the provider that is tried."""

    @property
    def contract(self) -> Contract:
        """What the partner expects, and can be asked."""

    def reach(self) -> str:
        """Knock at the address."""

    def encrypt(self) -> str:
        """Shake hands."""

    def token(self) -> str:
        """An access token."""

    def look_up(self, reference: str) -> RemoteDocument | None:
        """A harmless question."""

    def list_dossiers(self) -> list[Dossier]:
        """The dossiers."""


def run_checks(provider: Checked) -> list[CheckResult]:
    """Address, encryption, token, rights, dossiers; stops at the first that fails."""
    steps: list[tuple[str, str, Callable[[], str]]] = [
        ("adresse", "Adresse", provider.reach),
        ("chiffrement", "Chiffrement de la connexion", provider.encrypt),
        ("jeton", "Connexion et jeton d’accès", lambda: provider.token() and ""),
        ("droits", "Droits du compte", lambda: _ask_harmlessly(provider)),
        ("dossiers", "Dossiers visibles", lambda: _count_dossiers(provider)),
    ]
    results: list[CheckResult] = []
    for name, label, step in steps:
        results.append(_run(name, label, step))
        if not results[-1].passed:
            break
    return results


def _ask_harmlessly(provider: Checked) -> str:
    if not provider.contract.abilities.look_up:
        return NOT_ASKABLE
    provider.look_up(str(uuid.UUID(int=0)))
    return ""


def _count_dossiers(provider: Checked) -> str:
    if not provider.contract.abilities.dossiers:
        return NOT_ASKABLE
    count = len(provider.list_dossiers())
    return f"{count} dossiers visibles." if count > 1 else f"{count or 'Aucun'} dossier visible."


def _run(name: str, label: str, step: Callable[[], str]) -> CheckResult:
    started = time.monotonic()
    try:
        message = step()
    except PushError as error:
        field = _field(name, error)
        return CheckResult(
            name, label, passed=False, seconds=time.monotonic() - started, message=error.message, repair=REPAIRS.get(field, ""), field=field
        )
    return CheckResult(name, label, passed=True, seconds=time.monotonic() - started, message=message)


def _field(name: str, error: PushError) -> str:
    if isinstance(error, CredentialsRefused):
        return error.field or ("client_secret" if name == "jeton" else "ws_user")
    if isinstance(error, PartnerUnavailable):
        moved = error.http_status is not None and (300 <= error.http_status < 400 or error.http_status == 404)  # noqa: PLR2004 - HTTP: elsewhere, nowhere
        return "uri" if moved or error.code in ADDRESS_STEPS else ""
    return ""
