"""The versions of a connector's settings, read from the trail: who changed what and when, and how a part stood at any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import IntegerField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from connectors.configure.path_row import PathRow
from connectors.configure.settings_change import REPAIRS
from connectors.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from connectors.models import Connector

KINDS = tuple(f"settings.{part}" for part in REPAIRS)
RESTORED = "settings.restored"
"""A line beside the new version: which older one was put back, and whether its state before or after. It is no version itself."""


@dataclass(frozen=True)
class Version:
    """One line of the history. `who` is empty for what the product did by itself, `restored` says which older version this one put back."""

    pk: int
    version: int
    part: str
    at: datetime
    who: str
    text: str
    restored: str = ""


@dataclass(frozen=True)
class Page:
    """Some versions, the newest first; `older` is where the next page begins, None at the end."""

    versions: Sequence[Version]
    older: int | None


@dataclass
class PausedState:
    """Who and what was paused."""

    clients: set[int] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)


def _events(connector: Connector) -> QuerySet[Event]:
    return Event.objects.filter(connector=connector, kind__in=KINDS, detail__has_key="version").order_by("-pk")


def _without_detail(rows: QuerySet[Event]) -> QuerySet[Event]:
    """The number is all that a list needs of it: the detail may name thousands of clients."""
    return rows.select_related("actor").annotate(number=Cast(KT("detail__version"), IntegerField())).defer("detail")


def page_of(connector: Connector, size: int, before: int | None = None) -> Page:
    """The newest `size` versions, or those older than the line `before`. What a change consisted of is not read: it may be long."""
    rows = _without_detail(_events(connector))
    found = list((rows.filter(pk__lt=before) if before else rows)[: size + 1])
    restored = _restored(connector, [_number(row) for row in found])
    versions = [_version(row, restored.get(_number(row), "")) for row in found[:size]]
    return Page(versions, found[size - 1].pk if len(found) > size else None)


def last_version(connector: Connector) -> Version | None:
    """How the settings stand now."""
    row = _without_detail(_events(connector)).first()
    return _version(row, "") if row else None


def find_version(connector: Connector, number: int) -> tuple[Version, Event] | None:
    """The line of this version, with what it consisted of."""
    row = _events(connector).select_related("actor").filter(detail__version=number).first()
    return (_version(row, _restored(connector, [number]).get(number, "")), row) if row else None


def changed_since(connector: Connector, part: str, number: int) -> bool:
    """Whether this part has a newer version."""
    return bool(_events(connector).filter(kind=f"settings.{part}", detail__version__gt=number).exists())


def _number(row: Event) -> int:
    annotated: int | None = getattr(row, "number", None)
    return annotated if annotated is not None else int(row.detail["version"])


def _version(row: Event, restored: str) -> Version:
    who = (row.actor.get_full_name() or row.actor.email or row.actor.get_username()) if row.actor else ""
    return Version(row.pk, _number(row), row.kind.removeprefix("settings."), row.at, who, row.text, restored)


def _restored(connector: Connector, numbers: Sequence[int]) -> dict[int, str]:
    if not numbers:
        return {}
    rows = Event.objects.filter(connector=connector, kind=RESTORED, detail__version__in=list(numbers))
    return {row.detail["version"]: row.text for row in rows}


def newer(connector: Connector, part: str, number: int) -> Iterable[dict[str, Any]]:
    """What has changed in a part since that version, the newest change first: undone in this order, it gives the part as it was."""
    rows = _events(connector).filter(kind=f"settings.{part}", detail__version__gt=number)
    return rows.values_list("detail", flat=True).iterator(chunk_size=50)


def clients_at(connector: Connector, number: int) -> set[int]:
    """The clients that were chosen."""
    chosen = set(connector.selections.values_list("client_id", flat=True))
    for detail in newer(connector, "clients", number):
        chosen = (chosen - set(detail.get("added", []))) | set(detail.get("removed", []))
    return chosen


def paused_at(connector: Connector, number: int) -> PausedState:
    """Who and what was paused, as far as pauses were set and ended by hand."""
    clients = set(connector.selections.exclude(paused_at=None).values_list("client_id", flat=True))
    paths = set(connector.deposit_paths.exclude(paused_at=None).values_list("deposit", flat=True))
    for detail in newer(connector, "pause", number):
        clients = (clients - set(detail.get("paused_clients", []))) | set(detail.get("resumed_clients", []))
        paths = (paths - set(detail.get("paused_paths", []))) | set(detail.get("resumed_paths", []))
    return PausedState(clients, paths)


def path_rows_at(connector: Connector, number: int) -> list[PathRow]:
    """The rows of the deposit paths; none when there was none yet."""
    rows = _events(connector).filter(kind="settings.deposit_paths", detail__version__lte=number)
    detail = rows.values_list("detail", flat=True).first()
    return [PathRow(*row) for row in detail.get("rows", [])] if detail else []
