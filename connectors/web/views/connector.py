"""A connector's page: its switch, its five parts, what it promises, and what is wrong at the moment."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectors.configure.automatic_return import last_automatic_return
from connectors.configure.versions import last_version
from connectors.models import Connector, DepositFolder
from connectors.providers.registry import PROVIDERS, provider_class
from connectors.web.tiles import tiles_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.providers.base import Provider

PROMISES = {
    "A": "Ce partenaire reconnaît un document déjà reçu : un envoi interrompu est repris sans risque de doublon.",
    "B": "Ce partenaire dit ce qu’il a reçu : après un envoi interrompu, la question lui est posée avant tout nouvel envoi.",
    "C": "Ce partenaire ne dit pas ce qu’il a reçu : après un envoi interrompu, une personne décide s’il faut envoyer de nouveau.",
}
MOST_SHOWN = 50
"""Folders with problems and skipped files on the page; more would hide the rest of it."""


def load_connector(pk: int) -> tuple[Connector, type[Provider]]:
    """The connector and its provider; a 404 where there is no such row, or its provider is not installed any more."""
    connector = get_object_or_404(Connector, pk=pk)
    if connector.provider not in PROVIDERS:
        raise Http404
    return connector, provider_class(connector.provider)


@require_safe
def show_connector(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one connector."""
    connector, provider = load_connector(pk)
    return render(request, "connectors/connector.html", connector_facts(connector, provider))


def connector_facts(connector: Connector, provider: type[Provider]) -> dict[str, Any]:
    """What the page shows."""
    tile = tiles_of([connector], timezone.now())[0]
    folders = DepositFolder.objects.filter(deposit_path__connector=connector).select_related("client", "deposit_path")
    skipping = folders.exclude(skipped=[])[:MOST_SHOWN]
    return {
        "connector": connector,
        "tile": tile,
        "halt": tile.halt,
        "returned": last_automatic_return(connector),
        "version": last_version(connector),
        "paused_clients": connector.selections.exclude(paused_at=None).count(),
        "paused_paths": connector.deposit_paths.exclude(paused_at=None).count(),
        "promise": PROMISES.get(str(provider.delivery_class), ""),
        "delivery_class": str(provider.delivery_class),
        "contract": _contract(getattr(provider, "contract_note", "")),
        "troubled": list(folders.exclude(problem="").order_by("client__name")[:MOST_SHOWN]),
        "skipped": list(islice(((folder, name, why) for folder in skipping for name, why in folder.skipped), MOST_SHOWN)),
    }


def _contract(note: str) -> tuple[str, str]:
    """What the contract is in a word, and why: « hypothèse de travail », « Illinks ne publie pas… »."""
    word, _, reason = note.partition(" : ")
    return word[:1].lower() + word[1:], reason
