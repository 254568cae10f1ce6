"""A connector as the catalogue and its own page show it: a state in one word, and why it is in trouble."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.configure.catalogue import standings
from connectors.configure.readiness import parts_from
from connectors.models import Connector
from connectors.providers.registry import ANNOUNCED, PROVIDERS
from connectors.web.forms.catalogue import STATES
from connectors.web.halts import halt_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from connectors.configure.catalogue import Standing
    from connectors.configure.readiness import Part
    from connectors.providers.base import Provider
    from connectors.web.halts import Halt

BADGES = dict(STATES)
ACTIVE, INACTIVE, INCOMPLETE, BROKEN, SOON = "actif", "inactif", "incomplet", "panne", "bientot"
TONES = {ACTIVE: "success", INACTIVE: "neutral", INCOMPLETE: "warning", BROKEN: "danger", SOON: "info"}


@dataclass(frozen=True)
class Tile:
    """A partner on the catalogue. `connector` is None as long as nobody has opened it, and for announced ones."""

    key: str
    name: str
    description: str
    state: str
    keywords: str = ""
    connector: Connector | None = None
    standing: Standing | None = None
    parts: Sequence[Part] = ()
    halt: Halt | None = None

    @property
    def badge(self) -> str:
        """The state as a word."""
        return BADGES[self.state]

    @property
    def tone(self) -> str:
        """The state as a colour."""
        return TONES[self.state]

    @property
    def logo(self) -> str:
        """The logo among the static files; empty for announced partners, which have none here."""
        return "" if self.state == SOON else f"providers/{self.key}/logo.svg"

    @property
    def missing(self) -> list[Part]:
        """The parts that keep it from pushing."""
        return [part for part in self.parts if part.missing]


def all_tiles(now: datetime) -> list[Tile]:
    """Everything that is offered, by name, then what is announced."""
    rows = [row for row in Connector.objects.all() if row.provider in PROVIDERS]
    tiles = tiles_of(rows, now)
    opened = {row.provider for row in rows}
    tiles += [
        Tile(key, provider.name, _about(provider), INACTIVE, _keywords(provider))
        for key, provider in PROVIDERS.items()
        if key not in opened
    ]
    tiles.sort(key=lambda tile: tile.name.casefold())
    return tiles + [Tile(partner.key, partner.name, partner.description, SOON) for partner in ANNOUNCED]


def tiles_of(connectors: Iterable[Connector], now: datetime) -> list[Tile]:
    """The tiles of these connectors, whose providers are installed."""
    rows = list(connectors)
    known = standings(rows)
    return [_tile(row, PROVIDERS[row.provider], known[row.pk], now) for row in rows]


def _tile(row: Connector, provider: type[Provider], standing: Standing, now: datetime) -> Tile:
    parts = parts_from(row, provider, standing.filled)
    complete = all(part.complete for part in parts)
    halt = halt_of(row, now) if complete else None
    state = INCOMPLETE if not complete else INACTIVE if not row.active else BROKEN if halt or standing.troubled else ACTIVE
    return Tile(row.provider, row.name, _about(provider), state, _keywords(provider), row, standing, parts, halt)


def _about(provider: type[Provider]) -> str:
    return str(getattr(provider, "description", ""))


def _keywords(provider: type[Provider]) -> str:
    return str(getattr(provider, "keywords", ""))
