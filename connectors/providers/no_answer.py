"""Why no answer came, in a French sentence that says what to look at."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import NewConnectionError
from urllib3.util.ssl_match_hostname import CertificateError

if TYPE_CHECKING:
    from collections.abc import Iterator

CAUSES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((InvalidIPAddress,), "adresse", "L’adresse du partenaire mène à un réseau interne : elle est refusée."),
    ((socket.gaierror, UnicodeError), "adresse", "Le nom du serveur du partenaire est introuvable."),
    ((ssl.SSLCertVerificationError, CertificateError), "chiffrement", "Le certificat du serveur du partenaire n’est pas valide."),
    ((ssl.SSLError,), "chiffrement", "La connexion chiffrée avec le partenaire ne s’établit pas."),
    ((ConnectionRefusedError,), "connexion", "Le serveur du partenaire refuse la connexion."),
    ((requests.ConnectTimeout,), "connexion", "Le serveur du partenaire ne répond pas à l’adresse indiquée."),
    ((requests.Timeout, TimeoutError), "réponse", "Le partenaire n’a pas répondu à temps."),
    ((NewConnectionError,), "connexion", "Le serveur du partenaire est injoignable."),
)
"""The first row that fits any cause of the error counts."""


class NoAnswer(Exception):
    """No answer came. The message is French; `step` is one of adresse, connexion, chiffrement, réponse."""

    def __init__(self, message: str, step: str) -> None:
        super().__init__(message)
        self.step = step


def explain_no_answer(error: BaseException, *, out_of_time: bool = False) -> NoAnswer:
    """The sentence for what a library raised. `out_of_time` says that we cut the connection ourselves."""
    if out_of_time:
        return NoAnswer("Le partenaire n’a pas répondu à temps.", "réponse")
    causes = list(_causes(error))
    for kinds, step, message in CAUSES:
        if any(isinstance(cause, kinds) for cause in causes):
            return NoAnswer(message, step)
    return NoAnswer("La connexion avec le partenaire a été coupée.", "réponse")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        reason = getattr(error, "reason", None)
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        error = reason if isinstance(reason, BaseException) else inner or error.__cause__ or error.__context__
