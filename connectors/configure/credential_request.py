"""The letter that asks the partner for what is missing. It holds no value that is stored, and asks for secrets to be sent safely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectors.models import Connector
    from connectors.providers.base import CredentialField


@dataclass(frozen=True)
class Letter:
    """An e-mail, ready to be sent by the person's own program."""

    subject: str
    body: str

    @property
    def address(self) -> str:
        """A `mailto:` without an addressee: only the firm knows who its contact is (RFC 6068)."""
        return f"mailto:?subject={quote(self.subject)}&body={quote(self.body.replace(chr(10), chr(13) + chr(10)))}"


def missing_fields(connector: Connector, fields: Iterable[CredentialField]) -> list[CredentialField]:
    """Those that nobody has set for the firm."""
    known = set(connector.credentials.filter(client=None).values_list("field", flat=True))
    return [field for field in fields if field.name not in known]


def write_letter(firm: str, partner: str, fields: Sequence[CredentialField]) -> Letter:
    """In the words of an accountant who writes to a software house."""
    items = [f"– {field.label} : {field.asked_as or field.help}" for field in fields]
    wanted = "l’élément suivant" if len(items) == 1 else "les éléments suivants"
    firm_writes = (
        f"Notre cabinet, {firm}, met en place l’envoi automatique des documents de ses clients vers {partner}, au moyen de PushDoc. "
        f"Pour établir la connexion, il nous manque {wanted} :"
    )
    paragraphs = [
        "Bonjour,",
        firm_writes,
        " ;\n".join(items) + ".",
        *_about_secrets([field.label for field in fields if field.secret]),
        "Pourriez-vous aussi nous confirmer que ce compte peut déposer des documents et interroger leur état ?",
        f"Avec nos remerciements,\n{firm}",
    ]
    return Letter(f"{partner} : identifiants de connexion pour {firm}", "\n\n".join(paragraphs))


def _about_secrets(labels: Sequence[str]) -> list[str]:
    if not labels:
        return []
    how = "un moyen sûr (lien à usage unique, coffre partagé, téléphone)"
    return [f"Merci de nous transmettre le {' et le '.join(labels)} par {how} plutôt que dans un courriel."]
