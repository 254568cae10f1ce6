"""What the partner itself checks: the account, the metadata, the document."""

from __future__ import annotations

import re
import secrets
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.providers.illinks.simulator.multipart import Arrived

CREDENTIALS = {"client_id": "demo-client", "client_secret": "demo-secret", "id_illibook": "ILB-0001", "ws_user": "ws-demo"}
REQUIRED = (
    "reference",
    "idIllibook",
    "wsUser",
    "idCorrespondance",
    "codeClient",
    "domaine",
    "type",
    "nomFichier",
    "taille",
    "sha256",
    "deposeLe",
    "millesime",
)
MOST_BYTES = 100 * 2**20
EXTENSIONS = {"pdf", "jpg", "jpeg", "png", "tif", "tiff", "xml", "csv", "xls", "xlsx", "doc", "docx", "zip"}
TOKEN_SECONDS = 3600

Reply = tuple[int, dict[str, Any]]


def _node(code: str, label: str, *children: tuple[str, str]) -> dict[str, Any]:
    return {"code": code, "libelle": label, "sousTypes": [{"code": c, "libelle": name} for c, name in children]}


CLASSIFICATION = {
    "domaines": [
        {
            "code": "COMPTABLE",
            "libelle": "Pièces comptables",
            "types": [
                _node("ACHAT", "Factures fournisseurs", ("FRAIS", "Notes de frais"), ("IMMO", "Immobilisations")),
                _node("BANQUE", "Relevés de banque"),
                _node("VENTE", "Factures de vente", ("AVOIR", "Avoirs"), ("CAISSE", "Journaux de caisse")),
            ],
        },
        {"code": "SOCIAL", "libelle": "Social", "types": [_node("PAIE", "Bulletins de paie"), _node("CONTRAT", "Contrats")]},
        {"code": "FISCAL", "libelle": "Fiscal", "types": [_node("TVA", "Déclarations de TVA"), _node("LIASSE", "Liasses fiscales")]},
    ]
}


@dataclass
class Account:
    """Who may come in. `known` are the client codes with a dossier; empty means that any code has one."""

    credentials: dict[str, str] = field(default_factory=lambda: dict(CREDENTIALS))
    known: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def give_token(self, form: dict[str, str], *, dead: bool = False) -> Reply:
        """The token endpoint's answer; a `dead` token looks good and is refused at its first use."""
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        right = all(
            secrets.compare_digest(form.get(name, "").encode(), self.credentials[name].encode()) for name in ("client_id", "client_secret")
        )
        if not right:
            return 401, {"error": "invalid_client"}
        token = secrets.token_urlsafe(24)
        with self.guard:
            self.tokens[token] = 0 if dead else time.monotonic() + TOKEN_SECONDS
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}

    def admits(self, authorization: str) -> bool:
        """Whether the bearer's token is one of ours and still good."""
        with self.guard:
            return self.tokens.get(authorization.removeprefix("Bearer "), 0) > time.monotonic()

    def refusal(self, arrived: Arrived, key: str | None) -> Reply | None:
        """Why this upload is turned down; None when it is fine. A `key` of None is not looked at."""
        metadata = arrived.metadata
        if wrong := _wrong_names(metadata):
            return 400, {"code": "METADONNEE_ABSENTE", "message": f"Métadonnées absentes ou fausses : {', '.join(wrong)}."}
        if not _is_uuid(metadata["reference"]) or key not in {None, metadata["reference"]}:
            return 400, {"code": "REFERENCE_INVALIDE", "message": "La référence et Idempotency-Key doivent être le même UUID."}
        if (metadata["wsUser"], metadata["idIllibook"]) != (self.credentials["ws_user"], self.credentials["id_illibook"]):
            return 403, {"code": "WS_USER_NON_AUTORISE", "message": "Ce WS User n’a pas accès à cet illibook."}
        if self.known and metadata["codeClient"] not in {item["codeClient"] for item in self.known}:
            return 404, {"code": "DOSSIER_INCONNU", "message": "Aucun dossier pour ce code client."}
        return _document_refusal(arrived)


def _wrong_names(metadata: dict[str, Any]) -> list[str]:
    """`taille` is a number, `sousType` a text or null, all else a text; no text is empty."""
    kinds = {"taille": int}
    wrong = [name for name in REQUIRED if type(metadata.get(name)) is not kinds.get(name, str) or metadata[name] == ""]
    sub_type = metadata.get("sousType", "")
    return wrong if sub_type is None or (isinstance(sub_type, str) and sub_type) else [*wrong, "sousType"]


def _document_refusal(arrived: Arrived) -> Reply | None:
    metadata = arrived.metadata
    if arrived.size > MOST_BYTES:
        return 413, {"code": "TROP_VOLUMINEUX"}
    if str(metadata["nomFichier"]).rpartition(".")[2].lower() not in EXTENSIONS:
        return 415, {"code": "TYPE_REFUSE"}
    if (arrived.size, arrived.sha256) != (metadata["taille"], metadata["sha256"]):
        return 422, {"code": "EMPREINTE_FAUSSE", "message": "La taille ou l’empreinte ne correspond pas au fichier."}
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", str(metadata["deposeLe"])):
        return 422, {"code": "DATE_INVALIDE", "message": "deposeLe doit être une date avec son décalage."}
    return None


def _is_uuid(text: Any) -> bool:
    try:
        return bool(str(uuid.UUID(str(text))) == text)
    except ValueError:
        return False
