"""Taking back the last change of the attribute or of its values, as long as nothing has changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.configure.values import values_of, write_values
from connectors.models import Attribute, AttributeMapping, Event

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.models import Connector

KIND = "settings.attribute"
OFFERED_FOR = timedelta(hours=1)
"""Later the versions of the settings are the place to go back."""


class UndoRefused(Exception):
    """It cannot be taken back; the message is French and says why. Nothing was changed."""


def last_change(connector: Connector, now: datetime) -> Event | None:
    """The last change, if it is fresh and can be taken back: values, new clients that were linked, or another attribute than before."""
    event = connector.events.filter(kind=KIND).select_related("actor").order_by("-pk").first()
    return event if event and event.at > now - OFFERED_FOR and _is_reversible(event) else None


def undo_change(connector: Connector, event_pk: int, now: datetime, actor: Any) -> None:
    """Put everything back as it was before this change, in one transaction. Raises UndoRefused."""
    with transaction.atomic():
        event = connector.events.filter(kind=KIND, pk=event_pk).first()
        if event is None or not _is_reversible(event):
            raise UndoRefused("Ce changement ne peut pas être annulé.")
        _require_mapping(connector, event.detail["attribute"])
        if "values" in event.detail:
            _put_values_back(connector, event, now, actor)
        else:
            _put_attribute_back(connector, event, now, actor)


def _is_reversible(event: Event) -> bool:
    detail = event.detail
    return "attribute" in detail and (bool(detail.get("values") or detail.get("linked")) or bool(detail.get("before")))


def _require_mapping(connector: Connector, attribute_pk: int) -> None:
    if not AttributeMapping.objects.filter(connector=connector, attribute=attribute_pk).exists():
        raise UndoRefused("L’attribut choisi a changé depuis : ce changement ne peut plus être annulé.")


def _put_values_back(connector: Connector, event: Event, now: datetime, actor: Any) -> None:
    attribute = Attribute.objects.select_related("data_model").get(pk=event.detail["attribute"])
    written = {int(pk): (before, after) for pk, (before, after) in event.detail["values"].items()}
    linked, current = set(event.detail.get("linked", [])), values_of(connector, attribute)
    if any(current.get(pk) != after for pk, (_, after) in written.items()) or linked - set(current):
        raise UndoRefused("Une de ces valeurs, ou le choix des clients, a changé depuis : rien n’a été annulé.")
    write_values(attribute, {pk: before for pk, (before, _) in written.items()})
    connector.selections.filter(client_id__in=linked).update(to_link=True)
    values = {str(pk): [after, before] for pk, (before, after) in written.items()}
    undone = {"unlinked": sorted(linked)} if linked else {}
    note_change(connector, "attribute", now, actor, _text(event), attribute=attribute.pk, values=values, undoes=event.pk, **undone)


def _put_attribute_back(connector: Connector, event: Event, now: datetime, actor: Any) -> None:
    former = Attribute.objects.filter(pk=event.detail["before"]).first()
    if former is None:
        raise UndoRefused("L’attribut d’avant n’existe plus.")
    AttributeMapping.objects.filter(connector=connector).update(attribute=former)
    detail = {"attribute": former.pk, "before": event.detail["attribute"], "undoes": event.pk}
    note_change(connector, "attribute", now, actor, _text(event), **detail)


def _text(event: Event) -> str:
    return f"Annulation : {event.text}"
