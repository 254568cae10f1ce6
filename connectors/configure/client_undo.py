"""« Annuler ce changement »: the last choice of clients is taken back, as long as nobody has chosen anything since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.client_links import watched_by_others
from connectors.configure.clients import SelectionChange, add_rows, change_text, former_facts, remember_choice
from connectors.configure.settings_change import note_change
from connectors.models import Client, Connector, Event

if TYPE_CHECKING:
    from collections.abc import Mapping

UNDO_FOR = timedelta(hours=1)
"""Who notices a mistake later has other things in mind by then: the history of the settings restores older states."""


class UndoRefused(Exception):
    """It is too late, or something else was chosen in between; the message is French. Nothing was changed."""


def undoable_change(connector: Connector, now: datetime) -> Event | None:
    """The last choice of clients, if it can still be taken back."""
    last = Event.objects.filter(connector=connector, kind="settings.clients").order_by("-pk").first()
    if last is None or now - last.at > UNDO_FOR or not (last.detail.get("added") or last.detail.get("removed")):
        return None
    return last


def undo_clients(connector: Connector, event_pk: int, now: datetime, actor: Any) -> SelectionChange:
    """Who came goes, and who went comes back as he was: paused, confirmed, to be linked. Raises UndoRefused. The caller then refreshes the folders."""
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        event = undoable_change(connector, now)
        if event is None or event.pk != event_pk:
            raise UndoRefused("Ce changement ne peut plus être annulé : la sélection a changé depuis, ou une heure est passée.")
        rows = list(connector.selections.filter(client_id__in=event.detail.get("added", [])))
        back = _returning(connector, event)
        connector.selections.filter(pk__in=[row.pk for row in rows]).delete()
        add_rows(connector, back, now)
        gone = sorted(row.client_id for row in rows)
        remember_choice(connector, back.keys(), set(gone))
        text = change_text(len(back), len(gone)).replace("Clients :", "Changement annulé :")
        detail = {"added": sorted(back), "removed": gone, "former": former_facts(rows), "undoes": event.pk}
        note_change(connector, "clients", now, actor, text, **detail)
    return SelectionChange(len(back), len(gone))


def _returning(connector: Connector, event: Event) -> Mapping[int, dict[str, Any]]:
    """Those who went and still exist, with what was known of them. Raises UndoRefused when another connector has taken one over."""
    chosen = connector.selections.values("client_id")
    known = set(Client.objects.filter(pk__in=event.detail.get("removed", [])).exclude(pk__in=chosen).values_list("pk", flat=True))
    if connector.active and (taken := [name for pk, name in watched_by_others(connector).items() if pk in known]):
        raise UndoRefused(
            f"Ce changement ne peut plus être annulé : le connecteur « {taken[0]} » surveille maintenant l’un de ces clients."
        )
    former = event.detail.get("former", {})
    return {pk: _facts(former.get(str(pk), {})) for pk in known}


def _facts(kept: Mapping[str, Any]) -> dict[str, Any]:
    facts = dict(kept)
    if paused := facts.get("paused_at"):
        facts["paused_at"] = datetime.fromisoformat(paused)
    return facts
