"""Activation: says what will happen, and does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.activation import NotReady, activate_connector, deactivate_connector, unfinished_documents, waiting_documents
from connectors.configure.readiness import parts_of
from connectors.tasks import local_store, take_baseline, wake
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector
    from connectors.providers.base import Provider


@require_http_methods(["GET", "HEAD", "POST"])
def edit_activation(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what a change of the switch means; POST with `active` 1 or 0 changes it."""
    connector, provider = load_connector(pk)
    wanted = request.POST.get("active", "")
    if request.method != "POST" or wanted not in {"0", "1"}:
        return _show(request, connector, provider, [])
    if connector.active == (wanted == "1"):
        return redirect("connectors:connector", pk)
    if wanted == "0":
        return _switch_off(request, connector)
    try:
        activate_connector(connector, provider, local_store(), timezone.now(), request.user)
    except NotReady as refused:
        return _show(request, connector, provider, refused.missing)
    messages.success(request, f"Le paramétrage est effectif. {_prior_sentence(take_baseline(pk))}")
    wake(pk)
    return redirect("connectors:connector", pk)


def _prior_sentence(count: int) -> str:
    if not count:
        return "Aucun document n’était déjà là."
    if count == 1:
        return "1 document était déjà là : il ne sera pas envoyé."
    return f"{count} documents étaient déjà là : ils ne seront pas envoyés."


def _switch_off(request: HttpRequest, connector: Connector) -> HttpResponse:
    deactivate_connector(connector, timezone.now(), request.user)
    waiting = waiting_documents(connector)
    plural = "s" if waiting > 1 else ""
    kept = f" {waiting} document{plural} reste{'nt' if plural else ''} en attente." if waiting else ""
    messages.success(request, f"Le connecteur est désactivé : plus rien ne part.{kept}")
    return redirect("connectors:connector", connector.pk)


def _show(request: HttpRequest, connector: Connector, provider: type[Provider], refused: list[str]) -> HttpResponse:
    missing = [part for part in parts_of(connector, provider) if part.missing]
    context = {"connector": connector, "missing": missing, "refused": refused, "unfinished": unfinished_documents(connector)}
    return render(request, "connectors/activation.html", context, status=422 if refused else 200)
