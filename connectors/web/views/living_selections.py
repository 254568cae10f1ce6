"""Living selections of a connector: saved from the filters of the clients step, renamed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.client_filters import Criteria, described, linking_attribute, matching
from connectors.configure.living_selections import LivingRefused, delete_living, rename_living, save_living, states_of
from connectors.models import Client, ClientGroup, LivingSelection
from connectors.web.forms.clients import CRITERIA, ClientFilters, LivingName, clean_id
from connectors.web.tags import plural
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from connectors.configure.living_selections import LivingState
    from connectors.models import Connector

NAMES = dict(zip(("text", "group", "closing_month", "responsible", "value", "siret"), CRITERIA, strict=True))
"""The filters' names in an address, by what a selection stores."""


@require_http_methods(["GET", "HEAD", "POST"])
def edit_living_selections(request: HttpRequest, pk: int) -> HttpResponse:
    """The list; above it the form that saves the filter of the address, when it has one."""
    connector, _ = load_connector(pk)
    if request.method != "POST":
        return _show(request, connector, request.GET)
    action = request.POST.get("action", "")
    if action == "create":
        return _create(request, connector)
    living = LivingSelection.objects.filter(connector=connector, pk=clean_id(request.POST.get("living", ""))).first()
    if living is None:
        messages.info(request, "Cette sélection vivante n’existe plus.")
    elif action == "rename":
        return _rename(request, living)
    elif action == "delete":
        delete_living(living, timezone.now(), request.user)
        messages.success(request, f"Sélection vivante « {living.name} » supprimée. Les clients choisis le restent.")
    return redirect("connectors:living_selections", pk)


def _criteria(asked: QueryDict) -> Criteria:
    """What the filters ask; nothing when one of them is refused."""
    form = ClientFilters(asked)
    return form.criteria() if form.is_valid() else Criteria()


def _create(request: HttpRequest, connector: Connector) -> HttpResponse:
    form, criteria = LivingName(request.POST), _criteria(request.POST)
    if not criteria:
        messages.error(request, "Choisissez d’abord un filtre : une sélection vivante suit au moins un critère.")
        return redirect("connectors:clients", connector.pk)
    if form.is_valid():
        try:
            save_living(connector, form.cleaned_data["name"], criteria, timezone.now(), request.user)
        except LivingRefused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"Sélection vivante « {form.cleaned_data['name']} » enregistrée.")
            return redirect("connectors:living_selections", connector.pk)
    return _show(request, connector, request.POST, create=form)


def _rename(request: HttpRequest, living: LivingSelection) -> HttpResponse:
    form = _row_form(living, request.POST)
    if form.is_valid():
        try:
            rename_living(living, form.cleaned_data["name"], timezone.now(), request.user)
        except LivingRefused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"La sélection s’appelle maintenant « {living.name} ».")
            return redirect("connectors:living_selections", living.connector_id)
    return _show(request, living.connector, request.GET, renamed=(living.pk, form))


def _row_form(living: LivingSelection, typed: QueryDict | None = None) -> LivingName:
    return LivingName(typed, initial={"name": living.name}, auto_id=f"id_%s_{living.pk}")


def _show(
    request: HttpRequest,
    connector: Connector,
    asked: QueryDict,
    create: LivingName | None = None,
    renamed: tuple[int, LivingName] | None = None,
) -> HttpResponse:
    criteria, groups = _criteria(asked), dict(ClientGroup.objects.values_list("pk", "name"))
    states, forms = states_of(connector), dict([renamed] if renamed else [])
    context = {
        "connector": connector,
        "rows": [_row(state, forms.get(state.selection.pk), groups) for state in states],
        "create": (create or LivingName()) if criteria else None,
        "criteria": described(criteria, groups),
        "asked": [(name, asked.get(name, "")) for name in CRITERIA if asked.get(name)],
        **_counts(connector, criteria),
    }
    return render(request, "connectors/clients_living.html", context)


def _counts(connector: Connector, criteria: Criteria) -> dict[str, Any]:
    found = Client.objects.filter(matching(criteria, linking_attribute(connector)))
    chosen = found.filter(pk__in=connector.selections.values("client_id"))
    total, already = found.count(), chosen.count()
    return {"total": total, "already": already, "others": total - already}


def _row(state: LivingState, form: LivingName | None, groups: dict[int, str]) -> dict[str, Any]:
    living = state.selection
    address = urlencode({NAMES[name]: value for name, value in living.criteria.items()})
    told = f"{plural(state.matching, 'client correspond,clients correspondent')}, {plural(state.chosen, 'choisi')}"
    left_out = f", {plural(state.left_out, 'laissé de côté,laissés de côté')}" if state.left_out else ""
    return {
        "living": living,
        "form": form or _row_form(living),
        "criteria": described(Criteria.stored(living.criteria), groups),
        "address": address,
        "told": told + left_out,
    }
