"""Pausing one client or one deposit path, and letting it go again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.activation import WAITING_STATES
from connectors.configure.pause import pause_client, pause_path, resume_client, resume_path
from connectors.models import Client, Push
from connectors.tasks import wake
from connectors.web.forms.pause import PauseSearch, asked_action
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from connectors.models import ClientSelection, Connector, DepositPath

MOST_FOUND = 20
MOST_PAUSED = 200
"""Paused clients on the page; more are counted, and found by the search."""

DONE = {
    "pause_client": "Les envois de ce client sont en pause : ses documents attendent.",
    "resume_client": "Les envois de ce client ont repris.",
    "pause_path": "Les envois de ce chemin sont en pause : les documents qui y sont déposés attendent.",
    "resume_path": "Les envois de ce chemin ont repris.",
}
VERBS = {"pause_client": pause_client, "resume_client": resume_client, "pause_path": pause_path, "resume_path": resume_path}


@dataclass(frozen=True)
class PathLine:
    """A deposit path with the documents that wait in it."""

    path: DepositPath
    waiting: int


@dataclass(frozen=True)
class ClientLine:
    """A chosen client with its documents that wait."""

    selection: ClientSelection
    waiting: int


@require_http_methods(["GET", "HEAD", "POST"])
def edit_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """A button pauses or resumes one client or path, and comes back to the same search."""
    connector, _ = load_connector(pk)
    if request.method != "POST":
        return _show(request, connector)
    verb, target = asked_action(request.POST.get("action", ""))
    if verb and VERBS[verb](connector, target, timezone.now(), request.user):
        messages.success(request, DONE[verb])
        wake(pk)
    asked = request.POST.get("asked", "")[:100]
    return redirect(reverse("connectors:pause", args=[pk]) + (f"?{urlencode({'q': asked})}" if asked else ""))


def _show(request: HttpRequest, connector: Connector) -> HttpResponse:
    form = PauseSearch(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    paused = connector.selections.exclude(paused_at=None).select_related("client").order_by("client__name", "client_id")
    found = _found(connector, query) if query else []
    paths = list(connector.deposit_paths.all())
    waiting = dict(_waiting(connector, "deposit_path", [path.pk for path in paths]))
    count = paused.count()
    context = {
        "connector": connector,
        "form": form,
        "query": query,
        "paused": _lines(connector, paused[:MOST_PAUSED]),
        "count": count,
        "hidden": max(0, count - MOST_PAUSED),
        "found": _lines(connector, found[:MOST_FOUND]),
        "more": len(found) > MOST_FOUND,
        "paths": [PathLine(path, waiting.get(path.pk, 0)) for path in paths],
    }
    return render(request, "connectors/pause.html", context)


def _found(connector: Connector, query: str) -> list[ClientSelection]:
    named = Client.objects.named_like(query).values("pk")
    rows = connector.selections.filter(client__in=named, paused_at=None).select_related("client")
    return list(rows.order_by("client__name", "client_id")[: MOST_FOUND + 1])


def _lines(connector: Connector, selections: Iterable[ClientSelection]) -> list[ClientLine]:
    rows = list(selections)
    waiting = dict(_waiting(connector, "client", [row.client_id for row in rows]))
    return [ClientLine(row, waiting.get(row.client_id, 0)) for row in rows]


def _waiting(connector: Connector, what: str, ids: list[int]) -> QuerySet[Push, tuple[int, int]]:
    documents = Push.objects.filter(connector=connector, state__in=WAITING_STATES, **{f"{what}__in": ids})
    return documents.order_by().values_list(what).annotate(Count("pk"))
