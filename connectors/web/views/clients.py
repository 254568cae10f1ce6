"""Choosing clients: a table with filters, whose ticks are kept until « Valider »."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.client_undo import undoable_change
from connectors.models import Client
from connectors.web.forms.clients import CRITERIA, clean_ids
from connectors.web.tags import plural
from connectors.web.views.client_choice import ClientChoice
from connectors.web.views.client_list import ClientList
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from connectors.models import Connector

ASKED = (*CRITERIA, "etat", "page")
LONGEST_ASKED = 250
"""Characters of a filter that are carried to the next address: enough for its own message to say that it is too long."""


@require_http_methods(["GET", "HEAD", "POST"])
def edit_clients(request: HttpRequest, pk: int) -> HttpResponse:
    """Every button of the page sends its ticks too, so that none is lost on the way to another page or filter."""
    connector, _ = load_connector(pk)
    choice = ClientChoice(request.session, connector)
    if request.method != "POST":
        return _show(request, connector, choice)
    shown = clean_ids(request.POST.getlist("shown"))
    ticked = clean_ids(request.POST.getlist("chosen")) & shown
    choice.remove(shown - ticked)
    choice.add(ticked)
    action = request.POST.get("action", "")
    if action == "save":
        return _go_on(request, connector, choice)
    _act(action, request.POST, connector, choice, shown)
    name = "living_selections" if action == "follow" else "clients"
    return redirect(f"{reverse(f'connectors:{name}', args=[pk])}?{_address(request.POST, action)}")


def _show(request: HttpRequest, connector: Connector, choice: ClientChoice) -> HttpResponse:
    change = None if choice.changed else undoable_change(connector, timezone.now())
    context = ClientList(connector, choice, request.GET).context(request.GET.get("page"))
    return render(request, "connectors/clients.html", {**context, "change": change})


def _act(action: str, asked: QueryDict, connector: Connector, choice: ClientChoice, shown: set[int]) -> None:
    if action == "add_page":
        choice.add(Client.objects.filter(pk__in=shown).values_list("pk", flat=True))
    elif action == "remove_page":
        choice.remove(shown)
    elif action == "add_matching":
        choice.add(ClientList(connector, choice, asked).found.values_list("pk", flat=True))
    elif action == "remove_matching":
        choice.remove(ClientList(connector, choice, asked).found.values_list("pk", flat=True))
    elif action == "discard":
        choice.forget()


def _address(asked: QueryDict, action: str) -> str:
    values = {name: asked.get(name, "")[:LONGEST_ASKED] for name in ASKED}
    if action.startswith("page:"):
        values["page"] = action.removeprefix("page:")[:LONGEST_ASKED]
    elif action in {"filter", "follow"}:
        values["page"] = ""
    return urlencode({name: value for name, value in values.items() if value})


def _go_on(request: HttpRequest, connector: Connector, choice: ClientChoice) -> HttpResponse:
    """To the preview; straight back to the connector when nothing was changed."""
    if choice.changed:
        return redirect("connectors:clients_preview", connector.pk)
    count = len(choice.saved)
    told = plural(count, "client choisi,clients choisis") if count else "Aucun client n’est choisi"
    messages.info(request, f"Rien n’a changé : {told}." if count else f"{told}.")
    return redirect("connectors:connector", connector.pk)
