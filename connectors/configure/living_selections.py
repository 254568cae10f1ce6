"""Saved filters that live: who matches later joins the connector by himself, and waits until a person has linked him."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q

from connectors.configure.client_filters import Criteria, linking_attribute, matching
from connectors.configure.client_links import watched_by_others
from connectors.configure.clients import add_rows
from connectors.configure.settings_change import note_change
from connectors.models import Client, Connector, Event, LivingSelection

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Set as AbstractSet
    from datetime import datetime

MOST = 20
"""Living selections of one connector: each is one more condition of a query that is asked every half minute."""


class LivingRefused(ValueError):
    """The name is taken, or there are too many; the message is French. Nothing was saved."""


@dataclass(frozen=True)
class LivingState:
    """How many clients match today, how many of them are chosen, and how many of the others a person has left out."""

    selection: LivingSelection
    matching: int
    chosen: int
    left_out: int


def save_living(connector: Connector, name: str, criteria: Criteria, now: datetime, actor: Any) -> LivingSelection:
    """From now on who starts to match comes in. Who matches already and is not chosen was not wanted: he is left out. Raises LivingRefused."""
    with transaction.atomic():
        _refuse_name(connector, name, 0)
        if connector.living_selections.count() >= MOST:
            raise LivingRefused(f"{MOST} sélections vivantes au plus : supprimez-en une.")
        found = set(Client.objects.filter(matching(criteria, linking_attribute(connector))).values_list("pk", flat=True))
        chosen = set(connector.selections.values_list("client_id", flat=True))
        values = {"criteria": criteria.as_stored(), "left_out": sorted(found - chosen), "created_at": now, "created_by": actor}
        living = LivingSelection.objects.create(connector=connector, name=name, **values)
        _note(living, now, actor, "enregistrée", matched=sorted(found & chosen))
    return living


def rename_living(living: LivingSelection, name: str, now: datetime, actor: Any) -> None:
    """Raises LivingRefused."""
    with transaction.atomic():
        _refuse_name(living.connector, name, living.pk)
        before, living.name = living.name, name
        living.save(update_fields=["name"])
        if name != before:
            _note(living, now, actor, f"renommée (avant : « {before} »)")


def delete_living(living: LivingSelection, now: datetime, actor: Any) -> None:
    """Nobody comes in by it any more; who came stays."""
    with transaction.atomic():
        _note(living, now, actor, "supprimée")
        living.delete()


def _refuse_name(connector: Connector, name: str, own: int) -> None:
    others = connector.living_selections.exclude(pk=own).values_list("name", flat=True)
    if name.casefold() in {other.casefold() for other in others}:
        raise LivingRefused("Une sélection vivante porte déjà ce nom.")


def _note(living: LivingSelection, now: datetime, actor: Any, what: str, **detail: Any) -> None:
    text = f"Sélection vivante « {living.name} » {what}"
    detail = {"added": [], "removed": [], "living": living.name, "selection": living.pk} | detail
    note_change(living.connector, "clients", now, actor, text, **detail)


def states_of(connector: Connector) -> list[LivingState]:
    """All of them, counted in two queries."""
    selections, attribute = list(connector.living_selections.all()), linking_attribute(connector)
    counts = {}
    for living in selections:
        condition = matching(Criteria.stored(living.criteria), attribute)
        counts[f"matching_{living.pk}"] = Count("pk", filter=condition)
        counts[f"chosen_{living.pk}"] = Count("pk", filter=condition & _chosen(connector))
        counts[f"left_out_{living.pk}"] = Count("pk", filter=condition & Q(pk__in=living.left_out) & ~_chosen(connector))
    found = Client.objects.aggregate(**counts) if counts else {}
    return [LivingState(row, *(found[f"{word}_{row.pk}"] for word in ("matching", "chosen", "left_out"))) for row in selections]


def _chosen(connector: Connector) -> Q:
    return Q(pk__in=connector.selections.values("client_id"))


def follow_all(now: datetime) -> list[Connector]:
    """Let the newcomers of all connectors in; give the connectors that have some. The caller then refreshes their watched folders."""
    living = LivingSelection.objects.select_related("connector").order_by("connector_id")
    connectors = {row.connector_id: row.connector for row in living}
    return [connector for connector in connectors.values() if follow_living(connector, now)]


def follow_living(connector: Connector, now: datetime) -> int:
    """Who matches, is not chosen and was not left out comes in, to be linked by a person; give how many. One query for each selection."""
    came = 0
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        for living in connector.living_selections.all():
            new = _newcomers(living)
            if new:
                add_rows(connector, {pk: {"to_link": True} for pk in new}, now)
                what = f": {len(new)} clients sont arrivés, à relier" if len(new) > 1 else ": 1 client est arrivé, à relier"
                _note(living, now, None, what, added=sorted(new))
            came += len(new)
    return came


def _newcomers(living: LivingSelection) -> set[int]:
    """Whose folder another active connector watches stays away."""
    condition = matching(Criteria.stored(living.criteria), linking_attribute(living.connector))
    found = Client.objects.filter(condition).exclude(_chosen(living.connector)).values_list("pk", flat=True)
    new = set(found) - set(living.left_out)
    return new - watched_by_others(living.connector).keys() if new else new


def strays_of(connector: Connector, chosen: AbstractSet[int]) -> set[int]:
    """The chosen clients that matched a living selection once, and match none today: they stay, and the screen says so."""
    selections = list(connector.living_selections.all())
    if not selections:
        return set()
    conditions = [matching(Criteria.stored(row.criteria), linking_attribute(connector)) for row in selections]
    today = set(Client.objects.filter(reduce(or_, conditions)).values_list("pk", flat=True))
    return (_members(connector, {row.pk for row in selections}) & chosen) - today


def _members(connector: Connector, selections: Collection[int]) -> set[int]:
    """Whom the trail names as matching when a selection was saved, and who came by it since."""
    events = Event.objects.filter(connector=connector, kind="settings.clients", detail__selection__isnull=False)
    members: set[int] = set()
    for detail in events.values_list("detail", flat=True):
        if detail["selection"] in selections:
            members.update(detail["added"], detail.get("matched", ()))
    return members
