"""The history: every document that was ever seen, for all clients or for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from connectors.models import Client, Connector, Push
from connectors.web.forms.history import HistoryFilterForm
from connectors.web.ledger_page import MOST_COUNTED, count_up_to, ledger_page, read_key
from connectors.web.live import LivePage, render_live
from connectors.web.tags import plural

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOVING_SECONDS, RESTING_SECONDS = 2, 3
"""Between two looks, while a document of the page moves, and while none does."""


@require_safe
def show_history(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One page of the ledger that updates by itself; `pk` is a client's."""
    client = get_object_or_404(Client, pk=pk) if pk is not None else None
    form = HistoryFilterForm(request.GET)
    found = Push.objects.filter(client=client) if client else Push.objects.all()
    found = form.narrow(found)
    older, newer = read_key(request.GET.get("older", "")), read_key(request.GET.get("newer", ""))
    page = ledger_page(found.select_related("client", "connector"), older, newer)
    count = count_up_to(found)
    context = {"form": form, "client": client, "page": page, "watched": bool(page.rows) or _is_watched(client)}
    seconds = MOVING_SECONDS if page.moves else RESTING_SECONDS
    return render_live(request, LivePage("pages/history.html", "pages/history_live.html", seconds), context, summary=_counted(count))


def _is_watched(client: Client | None) -> bool:
    """Whether an active connector looks into the folders of this client, or of any."""
    active = Connector.objects.filter(active=True)
    return (active.filter(clients=client) if client else active).exists()


def _counted(count: int) -> str:
    if count > MOST_COUNTED:
        return "Plus de 1\u202f000 documents"
    return plural(count, "document") if count else "Aucun document"
