"""First documents that wait for « C’est le bon dossier »: each client beside the partner's dossier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.first_documents import (
    CAUSE,
    confirm_links,
    doubts_about,
    links_to_confirm,
    start_checking,
    stop_checking,
    waiting_links,
)
from connectors.domain.states import PushState
from connectors.models import AttributeMapping, Push
from connectors.tasks import wake
from connectors.web.forms.control import asked_document, confirmed_codes
from connectors.web.tags import agree, plural
from connectors.web.value_grid import known_dossiers
from connectors.web.views.connector import load_connector
from connectors.web.views.dossiers import fetch_dossiers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

    from connectors.configure.first_documents import WaitingLink
    from connectors.models import Connector
    from connectors.providers.base import Dossier, Provider

ROWS_ON_A_PAGE = 25
CHANGED = "Le lien a changé entre-temps, ou n’existe plus : rien n’a été confirmé pour {}. Comparez de nouveau."


@dataclass(frozen=True)
class Line:
    """A client beside the partner's dossier with its code. `unlisted`: the partner lists its dossiers, and this one is not among them."""

    link: WaitingLink
    dossier: Dossier | None
    unlisted: bool
    doubts: Sequence[str]


@require_http_methods(["GET", "HEAD", "POST"])
def edit_first_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """GET compares; POST says yes for one, for those that are ticked or for the page, or turns the check on or off."""
    connector, provider = load_connector(pk)
    if request.method != "POST":
        return _show(request, connector, provider)
    action = request.POST.get("action", "")
    if action in {"start", "stop"}:
        return _switch(request, connector, action)
    if action == "fetch":
        fetch_dossiers(request, connector)
        return _back(request, connector)
    return _confirm(request, connector)


def _confirm(request: HttpRequest, connector: Connector) -> HttpResponse:
    seen = confirmed_codes(request.POST)
    confirmed = confirm_links(connector, seen, timezone.now(), request.user, seen)
    if confirmed:
        wake(connector.pk)
        words = agree(confirmed, "ses documents partent,leurs documents partent")
        messages.success(request, f"C’est noté pour {plural(confirmed, 'client')} : {words}.")
    if missed := len(seen) - confirmed:
        messages.warning(request, CHANGED.format(plural(missed, "client")))
    if not seen:
        messages.warning(request, "Cochez au moins un client.")
    return _back(request, connector)


def _switch(request: HttpRequest, connector: Connector, action: str) -> HttpResponse:
    now = timezone.now()
    if action == "start":
        if start_checking(connector, now, request.user):
            messages.success(request, "Les premiers documents d’un client nouvellement relié attendront votre accord.")
        return _back(request, connector)
    released = stop_checking(connector, now, request.user)
    wake(connector.pk)
    told = f" {plural(released, 'document retenu part,documents retenus partent')}." if released else ""
    messages.success(request, f"Les premiers documents partent désormais sans attendre.{told}")
    return _back(request, connector)


def _back(request: HttpRequest, connector: Connector) -> HttpResponseRedirect:
    document = asked_document(request.POST)
    if document and Push.objects.filter(reference=document).exists():
        return redirect("connectors:document", document)
    return redirect("connectors:first_documents", connector.pk)


def _show(request: HttpRequest, connector: Connector, provider: type[Provider]) -> HttpResponse:
    page = Paginator(links_to_confirm(connector), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    dossiers = known_dossiers(connector)
    mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute").first()
    context = {
        "connector": connector,
        "page": page,
        "lines": compare(waiting_links(connector, list(page.object_list)), dossiers),
        "asked": dossiers is not None,
        "can_list": provider.abilities.dossiers,
        "attribute": mapping.attribute.name if mapping else "Valeur",
        "documents": Push.objects.filter(connector=connector, state=PushState.HELD, cause=CAUSE).count(),
    }
    return render(request, "connectors/first_documents.html", context)


def compare(links: Sequence[WaitingLink], dossiers: Sequence[Dossier] | None) -> list[Line]:
    """Each link beside the dossier that it names."""
    by_code = {dossier.code.casefold(): dossier for dossier in dossiers or ()}
    return [_line(link, by_code.get(link.code.casefold()) if link.code else None, bool(by_code)) for link in links]


def _line(link: WaitingLink, dossier: Dossier | None, listed: bool) -> Line:  # noqa: FBT001 - one caller
    return Line(link, dossier, listed and dossier is None, doubts_about(link.client, dossier) if dossier else ())
