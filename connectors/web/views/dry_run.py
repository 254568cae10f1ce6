"""Mode à blanc: what would have been sent, and the way to send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.dry_run import CountChanged, backlog, count_backlog, go_live, start_dry_run, would_go
from connectors.domain.states import PushState
from connectors.models import Push
from connectors.tasks import wake
from connectors.web.forms.control import told_count
from connectors.web.tags import plural
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector

ROWS_ON_A_PAGE = 50
ON_THEIR_WAY = (PushState.SETTLING, PushState.WAITING)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_dry_run(request: HttpRequest, pk: int) -> HttpResponse:
    """GET lists the backlog; POST starts the mode, or goes live with the number of documents that the page has told."""
    connector, _ = load_connector(pk)
    if request.method != "POST":
        return _show(request, connector)
    action, now = request.POST.get("action", ""), timezone.now()
    if action == "start" and start_dry_run(connector, now, request.user):
        messages.success(request, "Mode à blanc : à partir de maintenant, rien ne part. Ce qui serait parti se lit ici.")
    elif action == "live" and connector.dry_run:
        _go_live(request, connector)
    return redirect("connectors:dry_run", pk)


def _go_live(request: HttpRequest, connector: Connector) -> None:
    try:
        leaving = go_live(connector, told_count(request.POST), timezone.now(), request.user)
    except CountChanged as changed:
        text = f"Entre-temps, le nombre a changé : {plural(changed.count, 'document partirait,documents partiraient')}. Rien n’est parti."
        messages.warning(request, f"{text} Relisez, puis confirmez.")
        return
    wake(connector.pk)
    told = f"{plural(leaving, 'document part,documents partent')} maintenant." if leaving else "Aucun document n’attendait."
    messages.success(request, f"Mode réel : {told}")


def _show(request: HttpRequest, connector: Connector) -> HttpResponse:
    page = Paginator(backlog(connector).select_related("client", "deposit_path"), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    following = Push.objects.filter(connector=connector, state__in=ON_THEIR_WAY).count()
    context = {
        "connector": connector,
        "page": page,
        "rows": would_go(connector, page.object_list),
        "tally": count_backlog(connector),
        "following": following,
    }
    return render(request, "connectors/dry_run.html", context)
