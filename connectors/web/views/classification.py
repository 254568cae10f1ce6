"""The partner's domaines, types and sous-types: fetched after the page is there, kept for some minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors.configure.readiness import parts_of
from connectors.domain.names import fold_for_search
from connectors.domain.outcomes import PushError
from connectors.models.sealing import SealBroken
from connectors.providers.registry import provider_class
from connectors.tasks import provider_for
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector
    from connectors.providers.base import ClassificationNode

KEPT_SECONDS = 600
RETRIED_SECONDS = 30
"""How long a partner that gave no list is not asked again: the page must not wait for it at each click."""

PURCHASES = ("achat", "fournisseur")
SALES = ("vente", "client")


@require_safe
def show_classification(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the partner has lists to choose from. One that is down has none: the fields stay free text."""
    connector, _ = load_connector(pk)
    found = "found" if classification_of(connector) else "none"
    return render(request, "connectors/parts/_classification.html", {"connector": connector, "lists": found})


def lists_known(connector: Connector) -> str:
    """`used` when the page has the partner's lists, `unasked` when it could have them, `none` when it publishes none."""
    if known_classification(connector):
        return "used"
    return "unasked" if provider_class(connector.provider).abilities.classification else "none"


def classification_of(connector: Connector) -> Sequence[ClassificationNode]:
    """What the partner says, asked when it was not asked lately; empty when it cannot be."""
    nodes: Sequence[ClassificationNode] | None = cache.get(_key(connector))
    if nodes is None:
        parts = parts_of(connector, provider_class(connector.provider))
        nodes = () if any(part.name == "credentials" and part.missing for part in parts) else _fetch(connector)
        cache.set(_key(connector), nodes, KEPT_SECONDS if nodes else RETRIED_SECONDS)
    return nodes


def known_classification(connector: Connector) -> Sequence[ClassificationNode]:
    """What the partner said lately, without asking it."""
    found: Sequence[ClassificationNode] = cache.get(_key(connector), ())
    return found


def _key(connector: Connector) -> str:
    """A change of the settings, such as another account, asks anew."""
    return f"classification:{connector.pk}:{connector.settings_version}"


def _fetch(connector: Connector) -> Sequence[ClassificationNode]:
    try:
        provider = provider_for(connector)
    except SealBroken:
        return ()
    try:
        return provider.list_classification()
    except PushError:
        return ()
    finally:
        provider.close()


def guessed_codes(nodes: Sequence[ClassificationNode]) -> tuple[str, str, str]:
    """A domaine with a type for purchases and one for sales, by their labels; empty where the partner has no such words."""
    for domaine in nodes:
        purchases, sales = _first(domaine, PURCHASES), _first(domaine, SALES)
        if purchases and sales:
            return domaine.code, purchases, sales
    return "", "", ""


def _first(domaine: ClassificationNode, words: Sequence[str]) -> str:
    return next(_matching(domaine, words), "")


def _matching(domaine: ClassificationNode, words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield from (node.code for node in domaine.children if word in fold_for_search(f"{node.label} {node.code}"))
