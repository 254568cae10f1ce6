"""The named connection checks: each with its time, and where it failed the cause, the field and the repair."""

from __future__ import annotations

import functools
import time
import uuid
from typing import TYPE_CHECKING, Protocol

from connectors.domain.outcomes import CredentialsRefused, PartnerUnavailable, PushError
from connectors.providers.base import CheckResult, CheckStep
from connectors.providers.illinks.blank import BLANK, blank_document, blank_source
from connectors.providers.illinks.request import upload_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from connectors.domain.outcomes import RemoteDocument
    from connectors.providers.base import Dossier
    from connectors.providers.illinks.contract import Contract

ADDRESS_STEPS = {"adresse", "connexion", "chiffrement"}

ASKING = {"droits", "dossiers", BLANK}
"""Steps whose time begins when the access token is there."""

KNOWN_BLANK = "référence d’essai connue"

REPAIRS = {
    "uri": "Vérifiez l’Uri avec le partenaire.",
    "client_secret": "Recopiez le Client ID et le Client secret donnés par le partenaire.",
    "ws_user": "Demandez au partenaire d’ouvrir les droits de dépôt à ce WS User.",
    KNOWN_BLANK: "N’activez pas le connecteur avant que le partenaire ait expliqué cette réponse.",
    "": "Réessayez dans quelques minutes ; si cela dure, appelez le partenaire.",
}

NOT_ASKABLE = "Sans objet : ce partenaire ne répond pas à cette question."


class Checked(Protocol):
    """The part of the provider that is tried."""

    @property
    def credentials(self) -> Mapping[str, str]:
        """Under which it is tried."""

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


def check_steps(provider: Checked) -> list[CheckStep]:
    """Address, encryption, token, rights, dossiers, and a deposit that is made ready but never sent."""
    steps: list[tuple[str, str, Callable[[], str]]] = [
        ("adresse", "Adresse", provider.reach),
        ("chiffrement", "Chiffrement de la connexion (TLS)", provider.encrypt),
        ("jeton", "Connexion et jeton d’accès", lambda: provider.token() and ""),
        ("droits", "Droits du compte", lambda: _ask_harmlessly(provider)),
        ("dossiers", "Dossiers visibles", lambda: _count_dossiers(provider)),
        (BLANK, "Dépôt à blanc", lambda: _deposit_nothing(provider)),
    ]
    return [CheckStep(name, label, functools.partial(_run, provider, name, label, step)) for name, label, step in steps]


def run_checks(steps: Iterable[CheckStep]) -> list[CheckResult]:
    """In turn; stops at the first that fails."""
    results: list[CheckResult] = []
    for step in steps:
        results.append(step.run())
        if not results[-1].passed:
            break
    return results


def _ask_harmlessly(provider: Checked) -> str:
    if not provider.contract.abilities.look_up:
        return NOT_ASKABLE
    provider.look_up(str(uuid.UUID(int=0)))
    return "Ce compte peut interroger les documents."


def _count_dossiers(provider: Checked) -> str:
    if not provider.contract.abilities.dossiers:
        return NOT_ASKABLE
    count = len(provider.list_dossiers())
    return f"{count} dossiers visibles." if count > 1 else f"{count or 'Aucun'} dossier visible."


def _deposit_nothing(provider: Checked) -> str:
    """What can be proved without a document: the request can be made, and a reference that nobody has used is not there.

    Nothing is uploaded, not even something that the contract says is refused: the contract is an assumption, and a partner that reads
    it otherwise would file the trial among a client's documents. So the right to write stays unproved until the first real document.
    """
    document = blank_document()
    _request, body = upload_request(provider.contract, provider.credentials, document, blank_source())
    size = sum(len(block) for block in body)
    made = f"La demande de dépôt se compose ({size} octets) ; elle n’est pas envoyée."
    unproved = "Le droit d’écrire ne sera prouvé que par le premier vrai document."
    if not provider.contract.abilities.look_up:
        return f"{made} {unproved}"
    if provider.look_up(document.reference) is not None:
        raise PartnerUnavailable("Le partenaire dit connaître une référence d’essai qui n’a jamais servi.", code=KNOWN_BLANK)
    return f"{made} Le partenaire ne connaît pas sa référence, comme il se doit. {unproved}"


def _run(provider: Checked, name: str, label: str, step: Callable[[], str]) -> CheckResult:
    started = time.monotonic()
    try:
        if name in ASKING:
            provider.token()
            started = time.monotonic()
        message = step()
    except PushError as error:
        field = _field(name, error)
        repair = REPAIRS.get(error.code if error.code == KNOWN_BLANK else field, "")
        return CheckResult(name, label, passed=False, seconds=time.monotonic() - started, message=error.message, repair=repair, field=field)
    return CheckResult(name, label, passed=True, seconds=time.monotonic() - started, message=message)


def _field(name: str, error: PushError) -> str:
    if isinstance(error, CredentialsRefused):
        return error.field or ("client_secret" if name == "jeton" else "ws_user")
    if isinstance(error, PartnerUnavailable):
        moved = error.http_status is not None and (300 <= error.http_status < 400 or error.http_status == 404)  # noqa: PLR2004 - HTTP: elsewhere, nowhere
        return "uri" if moved or error.code in ADDRESS_STEPS else ""
    return ""
