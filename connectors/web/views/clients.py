"""Choosing clients: a table with filters, whose ticks are kept until « Valider »."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.clients import select_clients
from connectors.models import AttributeMapping, AttributeValue, Client
from connectors.tasks import wake, watch_settings
from connectors.web.forms.clients import ClientFilters, clean_ids
from connectors.web.views.client_choice import ClientChoice
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, QueryDict

    from connectors.models import Connector

ROWS_ON_A_PAGE = 50
ASKED = ("q", "groupe", "etat", "page")
LONGEST_ASKED = 200
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
        return _save(request, connector, choice)
    _act(action, request.POST, connector, choice, shown)
    return redirect(f"{reverse('connectors:clients', args=[pk])}?{_address(request.POST, action)}")


def _act(action: str, asked: QueryDict, connector: Connector, choice: ClientChoice, shown: set[int]) -> None:
    if action == "add_page":
        choice.add(Client.objects.filter(pk__in=shown).values_list("pk", flat=True))
    elif action == "remove_page":
        choice.remove(shown)
    elif action == "add_matching":
        choice.add(_found(ClientFilters(asked), connector, choice).values_list("pk", flat=True))
    elif action == "remove_matching":
        choice.remove(_found(ClientFilters(asked), connector, choice).values_list("pk", flat=True))
    elif action == "discard":
        choice.forget()


def _address(asked: QueryDict, action: str) -> str:
    values = {name: asked.get(name, "")[:LONGEST_ASKED] for name in ASKED}
    if action.startswith("page:"):
        values["page"] = action.removeprefix("page:")[:LONGEST_ASKED]
    elif action == "filter":
        values["page"] = ""
    return urlencode({name: value for name, value in values.items() if value})


def _save(request: HttpRequest, connector: Connector, choice: ClientChoice) -> HttpResponse:
    select_clients(connector, choice.ids, timezone.now(), request.user)
    choice.forget()
    watch_settings(connector)
    wake(connector.pk)
    count = connector.selections.count()
    plural = "s" if count > 1 else ""
    messages.success(request, f"{count} client{plural} choisi{plural}." if count else "Aucun client n’est choisi.")
    return redirect("connectors:connector", connector.pk)


def _found(filters: ClientFilters, connector: Connector, choice: ClientChoice) -> QuerySet[Client]:
    """Those that the filters ask for; nobody when a filter is refused, so that « all that match » never means everybody by mistake."""
    clients = Client.objects.select_related("group")
    if not filters.is_valid():
        return clients.none()
    found = clients.named_like(filters.cleaned_data["q"])
    if group := filters.cleaned_data["groupe"]:
        found = found.filter(group=group)
    state = filters.cleaned_data["etat"]
    if state == "choisi":
        return found.filter(pk__in=choice.ids)
    if state == "non_choisi":
        return found.exclude(pk__in=choice.ids)
    return found.exclude(pk__in=_with_value(connector)) if state == "sans_valeur" else found


def _with_value(connector: Connector) -> QuerySet[AttributeValue, int]:
    mapped = AttributeValue.objects.filter(attribute__mappings__connector=connector)
    return mapped.exclude(value="").values_list("client_id", flat=True)


def _show(request: HttpRequest, connector: Connector, choice: ClientChoice) -> HttpResponse:
    filters = ClientFilters(request.GET)
    found = _found(filters, connector, choice)
    page = Paginator(found.order_by("name", "pk"), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute__data_model").first()
    chosen = Client.objects.filter(pk__in=choice.ids)
    context = {
        "connector": connector,
        "form": filters,
        "page": page,
        "rows": _rows(page, mapping, choice),
        "choice": choice,
        "count": chosen.count(),
        "attribute": mapping.attribute if mapping else None,
        "without_value": chosen.exclude(pk__in=_with_value(connector)).count() if mapping else 0,
    }
    return render(request, "connectors/clients.html", context)


def _rows(page: Page[Client], mapping: AttributeMapping | None, choice: ClientChoice) -> list[tuple[Client, bool, str]]:
    clients = list(page.object_list)
    stored = AttributeValue.objects.filter(attribute=mapping.attribute, client__in=clients) if mapping else AttributeValue.objects.none()
    values = dict(stored.values_list("client_id", "value"))
    return [(client, client.pk in choice.ids, values.get(client.pk, "")) for client in clients]
