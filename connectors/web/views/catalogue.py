"""The catalogue: one tile for each connector, and for each partner that is announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors.configure.catalogue import open_connector
from connectors.domain.search import matches
from connectors.providers.registry import PROVIDERS
from connectors.web.forms.catalogue import CatalogueSearch
from connectors.web.tiles import all_tiles

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def show_catalogue(request: HttpRequest) -> HttpResponse:
    """« Paramétrer les connecteurs », with what was asked for."""
    form = CatalogueSearch(request.GET)
    tiles = all_tiles(timezone.now())
    if form.is_valid():
        query, state = form.cleaned_data["q"], form.cleaned_data["etat"]
        tiles = [tile for tile in tiles if state in {"", tile.state} and matches(query, tile.name, tile.description, tile.keywords)]
    return render(request, "connectors/catalogue.html", {"form": form, "tiles": tiles})


@require_POST
def add_connector(request: HttpRequest, provider: str) -> HttpResponse:
    """Open the tile of a partner for the first time."""
    if provider not in PROVIDERS:
        raise Http404
    connector = open_connector(PROVIDERS[provider], timezone.now(), request.user)
    return redirect("connectors:connector", connector.pk)
