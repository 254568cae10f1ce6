"""The attribute that links clients to the partner's folders: the choice, then the values in a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.attribute import ValuesRefused, choose_attribute, facts_of, problems_in, save_values, values_of
from connectors.models import AttributeMapping, Client, DataModel
from connectors.tasks import wake
from connectors.web.forms.attribute import AttributeChoice, DataModelChoice, typed_values
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Attribute, Connector

ROWS_ON_A_PAGE = 100
TO_LINK = "a_relier"


@dataclass(frozen=True)
class Row:
    """One client of the grid. `refused` says that the problem kept the value from being saved."""

    client: Client
    value: str
    problem: str
    refused: bool


@require_http_methods(["GET", "HEAD", "POST"])
def edit_attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """As long as no attribute is chosen, or « Changer d’attribut » is asked: the choice. Then the grid."""
    connector, _ = load_connector(pk)
    mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute__data_model").first()
    if request.method == "POST" and request.POST.get("action") == "choose":
        return _choose(request, connector)
    if mapping is None or "choisir" in request.GET:
        return _show_choice(request, connector, mapping, AttributeChoice())
    if request.method == "POST":
        return _save(request, connector, mapping.attribute)
    return _show_grid(request, connector, mapping.attribute, {}, {})


def _choose(request: HttpRequest, connector: Connector) -> HttpResponse:
    form = AttributeChoice(request.POST)
    if not form.is_valid():
        return _show_choice(request, connector, None, form)
    choose_attribute(connector, form.cleaned_data["attribute"], timezone.now(), request.user)
    wake(connector.pk)
    return redirect("connectors:attribute", connector.pk)


def _show_choice(request: HttpRequest, connector: Connector, mapping: AttributeMapping | None, form: AttributeChoice) -> HttpResponse:
    first = mapping.attribute.data_model if mapping else DataModel.objects.first()
    models = DataModelChoice(request.GET if "modele" in request.GET else {"modele": first.pk if first else ""})
    model = (models.cleaned_data["modele"] or first) if models.is_valid() else first
    context = {
        "connector": connector,
        "models": models,
        "form": form,
        "facts": [fact for fact in facts_of(connector) if model and fact.attribute.data_model_id == model.pk],
        "current": mapping.attribute_id if mapping else None,
        "chosen_clients": connector.selections.count(),
    }
    return render(request, "connectors/attribute.html", context)


def _save(request: HttpRequest, connector: Connector, attribute: Attribute) -> HttpResponse:
    typed = typed_values(request.POST.dict())
    if request.POST.get("attribute") != str(attribute.pk):
        messages.error(request, "L’attribut choisi a changé entre-temps : relisez les valeurs. Rien n’a été enregistré.")
        return _show_grid(request, connector, attribute, {}, {})
    try:
        changed = save_values(connector, attribute, typed, timezone.now(), request.user)
    except ValuesRefused as refused:
        return _show_grid(request, connector, attribute, typed, refused.problems)
    wake(connector.pk)
    plural = "s" if changed > 1 else ""
    messages.success(request, f"{changed} valeur{plural} enregistrée{plural}." if changed else "Les valeurs sont enregistrées.")
    if page := request.POST.get("page", "")[:10]:
        address = urlencode({"page": page, "filtre": request.POST.get("filtre", "")[:20]})
        return redirect(f"{reverse('connectors:attribute', args=[connector.pk])}?{address}")
    return redirect("connectors:connector", connector.pk)


def _show_grid(
    request: HttpRequest, connector: Connector, attribute: Attribute, typed: Mapping[int, str], refused: Mapping[int, str]
) -> HttpResponse:
    """After a refusal the page is the very one that was sent: the clients whose values were typed."""
    stored = values_of(connector, attribute)
    typed = {pk: value for pk, value in typed.items() if pk in stored}
    values = {**stored, **typed}
    problems = {**problems_in(values), **refused}
    clients = Client.objects.filter(selections__connector=connector).order_by("name", "pk")
    asked = request.POST if request.method == "POST" else request.GET
    only = asked.get("filtre", "")
    if typed:
        clients = clients.filter(pk__in=list(typed))
    elif only == TO_LINK:
        clients = clients.filter(pk__in=list(problems))
    page = Paginator(clients, ROWS_ON_A_PAGE).get_page("1" if typed else asked.get("page"))
    rows = [Row(client, values[client.pk], problems.get(client.pk, ""), client.pk in refused) for client in page.object_list]
    context = {
        "connector": connector,
        "attribute": attribute,
        "page": page,
        "rows": rows,
        "only_to_link": only == TO_LINK,
        "total": len(stored),
        "linked": len(stored) - len(problems),
        "refused": len(refused),
    }
    return render(request, "connectors/attribute_values.html", context)
