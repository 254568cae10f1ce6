"""What the ticks would do, shown before « Valider »; and « Annuler ce changement » after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from connectors.configure.client_effect import documents_in, effect_of
from connectors.configure.client_links import links_of
from connectors.configure.client_undo import UndoRefused, undo_clients
from connectors.configure.clients import change_clients
from connectors.configure.impact import impact_of
from connectors.domain.causes import CAUSES
from connectors.models import Client
from connectors.tasks import wake, watch_settings
from connectors.web.forms.clients import clean_id
from connectors.web.tags import plural
from connectors.web.views.client_choice import ClientChoice
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from connectors.configure.client_effect import SelectionEffect
    from connectors.configure.clients import SelectionChange
    from connectors.models import Connector

MOST_NAMES = 100
"""Names and documents of each kind on the page; the counts are of all."""

OPEN_BELOW = 20
"""Shorter lists are shown at once."""


@require_http_methods(["GET", "HEAD", "POST"])
def preview_clients(request: HttpRequest, pk: int) -> HttpResponse:
    """« Valider » holds for what was shown: when the settings have changed since, they are shown again."""
    connector, _ = load_connector(pk)
    choice = ClientChoice(request.session, connector)
    if not choice.changed:
        messages.info(request, "Aucun changement n’attend d’être validé.")
        return redirect("connectors:clients", pk)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action == "discard":
        choice.forget()
        messages.info(request, "Changements abandonnés : la sélection est restée la même.")
        return redirect("connectors:clients", pk)
    if action == "save" and clean_id(request.POST.get("version", "")) == connector.settings_version:
        return _save(request, connector, choice)
    if action == "save":
        messages.warning(request, "Le paramétrage a changé entre-temps : relisez l’effet de votre choix. Rien n’a été enregistré.")
    return render(request, "connectors/clients_preview.html", _context(connector, choice))


def _context(connector: Connector, choice: ClientChoice) -> dict[str, Any]:
    links = links_of(connector)
    effect = effect_of(links, choice.ids)
    unlinked, clashing = effect.unlinked, effect.clashing
    return {
        "connector": connector,
        "effect": effect,
        "groups": [
            ("ajouté", len(effect.added), _named(effect.added, effect)),
            ("retiré", len(effect.removed), _named(effect.removed, effect)),
        ],
        "refused": [(client, effect.refused[client.pk]) for client, _why in _named(effect.refused, effect)],
        "unlinked": len(unlinked),
        "clashing": _named(clashing, effect),
        "clashing_count": len(clashing),
        "documents": [(item, CAUSES[item.cause].sentence if item.cause else "") for item in documents_in(links, effect, MOST_NAMES)],
        "impact": impact_of(connector, effect.before, effect.after),
        "most": MOST_NAMES,
        "open_below": OPEN_BELOW,
        "total": len(effect.after.clients),
    }


def _named(ids: Iterable[int], effect: SelectionEffect) -> list[tuple[Client, str]]:
    """The first of these clients by name, each with why he would not push; empty for those who go."""
    clients = Client.objects.filter(pk__in=list(ids)).only("name").order_by("name", "pk")[:MOST_NAMES]
    causes = [(client, effect.after.cause_for_client(client.pk) if client.pk in effect.after.clients else "") for client in clients]
    return [(client, CAUSES[cause].sentence if cause else "") for client, cause in causes]


def _save(request: HttpRequest, connector: Connector, choice: ClientChoice) -> HttpResponse:
    change = change_clients(connector, choice.added, choice.removed, timezone.now(), request.user)
    choice.forget()
    _watch(connector)
    count = connector.selections.count()
    told = f"{plural(count, 'client choisi,clients choisis')}." if count else "Aucun client n’est choisi."
    messages.success(request, f"{_told(change)} {told}".strip())
    return redirect("connectors:clients", connector.pk)


def _told(change: SelectionChange) -> str:
    if not change.refused:
        return ""
    return f"{plural(len(change.refused), 'client n’a pas été ajouté,clients n’ont pas été ajoutés')} : déjà surveillés ailleurs."


@require_POST
def undo_change(request: HttpRequest, pk: int) -> HttpResponse:
    """The button is on the clients page for an hour."""
    connector, _ = load_connector(pk)
    try:
        change = undo_clients(connector, clean_id(request.POST.get("event", "")), timezone.now(), request.user)
    except UndoRefused as refused:
        messages.error(request, str(refused))
    else:
        _watch(connector)
        back, gone = plural(change.added, "client est revenu,clients sont revenus"), plural(change.removed, "client retiré,clients retirés")
        messages.success(request, f"Changement annulé : {back}, {gone}.")
    return redirect("connectors:clients", pk)


def _watch(connector: Connector) -> None:
    watch_settings(connector)
    wake(connector.pk)
