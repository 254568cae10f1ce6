"""The catalogue: one tile for each connector, and for each partner that is announced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors.configure.catalogue import open_connector
from connectors.configure.readiness import is_complete
from connectors.domain.search import matches
from connectors.models import Connector
from connectors.providers.registry import ANNOUNCED, PROVIDERS
from connectors.web.forms.catalogue import STATES, CatalogueSearch
from connectors.web.halts import halt_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.providers.base import Provider
    from connectors.web.halts import Halt

BADGES = dict(STATES)
TONES = {"actif": "success", "inactif": "neutral", "incomplet": "warning", "bientot": "info"}


@dataclass(frozen=True)
class Tile:
    """A partner on the catalogue. `connector` is None as long as nobody has opened it, and for announced ones."""

    key: str
    name: str
    description: str
    state: str
    connector: Connector | None = None
    keywords: str = ""
    halt: Halt | None = None

    @property
    def badge(self) -> str:
        """The state as a word."""
        return self.halt.label if self.halt else BADGES[self.state]

    @property
    def tone(self) -> str:
        """The state as a colour."""
        return self.halt.tone if self.halt else TONES[self.state]

    @property
    def logo(self) -> str:
        """The logo among the static files; empty for announced partners, which have none here."""
        return "" if self.state == "bientot" else f"providers/{self.key}/logo.svg"


@require_safe
def show_catalogue(request: HttpRequest) -> HttpResponse:
    """« Paramétrer les connecteurs », with what was asked for."""
    form = CatalogueSearch(request.GET)
    tiles = _all_tiles()
    if form.is_valid():
        query, state = form.cleaned_data["q"], form.cleaned_data["etat"]
        tiles = [tile for tile in tiles if state in {"", tile.state} and matches(query, tile.name, tile.description, tile.keywords)]
    return render(request, "connectors/catalogue.html", {"form": form, "tiles": tiles})


@require_POST
def add_connector(request: HttpRequest, provider: str) -> HttpResponse:
    """Open the tile of a partner for the first time."""
    known = {offered.key: offered for offered in _offered()}
    if provider not in known:
        raise Http404
    connector = open_connector(known[provider], timezone.now(), request.user)
    return redirect("connectors:connector", connector.pk)


def _all_tiles() -> list[Tile]:
    tiles: list[Tile] = []
    for provider in _offered():
        rows = list(Connector.objects.filter(provider=provider.key))
        about, keywords = getattr(provider, "description", ""), getattr(provider, "keywords", "")
        tiles += [_tile(row, provider, about, keywords) for row in rows]
        if not rows:
            tiles.append(Tile(provider.key, provider.name, about, "inactif", None, keywords))
    tiles.sort(key=lambda tile: tile.name.casefold())
    return tiles + [Tile(partner.key, partner.name, partner.description, "bientot") for partner in ANNOUNCED]


def _tile(row: Connector, provider: type[Provider], about: str, keywords: str) -> Tile:
    state = state_of(row, provider)
    halt = halt_of(row, timezone.now()) if state == "actif" else None
    return Tile(provider.key, row.name, about, state, row, keywords, halt)


def _offered() -> list[type[Provider]]:
    return list(PROVIDERS.values())


def state_of(connector: Connector, provider: type[Provider]) -> str:
    """How the connector stands: one of the values of the catalogue's filter."""
    if not is_complete(connector, provider):
        return "incomplet"
    return "actif" if connector.active else "inactif"
