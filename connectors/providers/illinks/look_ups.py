"""What Illinks can be asked: a document by its reference, the dossiers, the classification."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from connectors.domain.outcomes import ClientUnknown, DocumentRefused, PartnerUnavailable, PushError, RemoteDocument
from connectors.providers.base import ClassificationNode, Dossier
from connectors.providers.illinks.answers import plain, read_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.providers.illinks.contract import Contract
    from connectors.providers.transport import Answer

OK, NOT_FOUND = 200, 404
MOST_PAGES = 1000


class Asking(Protocol):
    """The part of the provider that asks."""

    @property
    def contract(self) -> Contract:
        """What the partner expects, and can be asked."""

    def get(self, path: str, params: Mapping[str, str]) -> Answer:
        """One question."""


def find_document(asking: Asking, reference: str) -> RemoteDocument | None:
    """The document under this reference, or None. Raises a PushError."""
    found = _required_items(_ask(asking, "document", {"reference": reference}), "documents")
    if not found:
        return None
    item = next((item for item in found if str(item.get("reference")).casefold() == reference.casefold()), None)
    if item is None:  # it answers something else than what it was asked for: that is no "no"
        raise PartnerUnavailable("Le partenaire répond à côté de la question.")
    status = asking.contract.look_up["status"].get(plain(item.get("statut")))
    if status is None:
        raise PartnerUnavailable("Le partenaire donne un statut inconnu pour ce document.")
    sha256 = plain(item.get("sha256"), 64).lower()
    return RemoteDocument(plain(item.get("id"), 200), reference, status, sha256, plain(item.get("motif")))


def fetch_dossiers(asking: Asking) -> list[Dossier]:
    """All pages; none where the partner has no such list. Raises a PushError."""
    if not asking.contract.abilities.dossiers:
        return []
    dossiers: list[Dossier] = []
    page: Any = 1
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        content = _ask(asking, "dossiers", {"page": plain(page)})
        dossiers += [
            Dossier(plain(item.get("codeClient")), plain(item.get("nom")), plain(item.get("siren")))
            for item in _required_items(content, "dossiers")
        ]
        seen.add(plain(page))
        page = content.get("suivante")
        if plain(page) in seen | {"", "0"}:
            break
    return dossiers


def fetch_classification(asking: Asking) -> list[ClassificationNode]:
    """Domaines, types and sous-types; empty where the partner has no such list. Raises a PushError."""
    if not asking.contract.abilities.classification:
        return []
    content = _ask(asking, "classification", {}, absent_is_empty=True)
    return [_node(item, ("types", "sousTypes")) for item in _items(content, "domaines")]


def _node(item: dict[str, Any], below: tuple[str, ...]) -> ClassificationNode:
    children = tuple(_node(child, below[1:]) for child in _items(item, below[0])) if below else ()
    return ClassificationNode(plain(item.get("code")), plain(item.get("libelle")), children)


def _ask(asking: Asking, route: str, params: Mapping[str, str], *, absent_is_empty: bool = False) -> dict[str, Any]:
    answer = asking.get(asking.contract.look_up[route], params)
    if answer.status == NOT_FOUND and absent_is_empty:
        return {}
    if answer.status != OK:
        raise _about_the_question(read_refusal(answer, asking.contract, datetime.now(UTC)))
    content = answer.json()
    if content is None:
        raise PartnerUnavailable("Le partenaire donne une réponse illisible.", http_status=answer.status)
    return content


def _about_the_question(error: PushError) -> PushError:
    """A question that is turned down says nothing about a document or a client."""
    if isinstance(error, (DocumentRefused, ClientUnknown)):
        return PartnerUnavailable("Le partenaire ne répond pas à cette question.", code=error.code, http_status=error.http_status)
    return error


def _required_items(content: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Raises PartnerUnavailable when there is no such list: its absence is not the same as an empty one."""
    if not isinstance(content.get(key), list):
        raise PartnerUnavailable("Le partenaire donne une réponse illisible.")
    return _items(content, key)


def _items(content: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = content.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
