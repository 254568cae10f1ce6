"""« Que deviendrait ce fichier ? »: a question about one file, answered by the code of production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from connectors.push.simulate import Surroundings, simulate
from connectors.tasks import local_store, provider_for
from connectors.web.forms.simulator import SimulatorForm
from connectors.web.path_page import suggested_clients
from connectors.web.tags import file_size
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector
    from connectors.providers.base import Provider

AROUND_A_FILE = 1024 * 1024
"""Bytes of the request besides the sample: its other fields, and what stands between them."""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def simulate_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What is too long for the partner is turned away unread: looking for the form's token would read all of it, so that is done behind."""
    connector, provider = load_connector(pk)
    if _length(request) > provider.limits.max_bytes + AROUND_A_FILE:
        form = SimulatorForm(connector, {"date": ""})
        text = f"Ce fichier est trop gros pour le partenaire : {file_size(provider.limits.max_bytes)} au plus."
        form.errors.clear()
        form.errors["file"] = form.error_class([text])
        return _show(request, connector, form, status=413)
    return _answer(request, connector, provider)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0


@csrf_protect
def _answer(request: HttpRequest, connector: Connector, provider: type[Provider]) -> HttpResponse:
    if request.method != "POST":
        return _show(request, connector, SimulatorForm(connector))
    form = SimulatorForm(connector, request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, connector, form)
    around = Surroundings(settings.DOSSIERS_DIR, local_store(), provider.limits, provider_for)
    return _show(request, connector, form, answer=simulate(connector, form.question(), around))


def _show(request: HttpRequest, connector: Connector, form: SimulatorForm, answer: Any = None, status: int = 200) -> HttpResponse:
    context = {"connector": connector, "form": form, "answer": answer, "names": suggested_clients(connector, "")}
    return render(request, "connectors/simulator.html", context, status=status)
