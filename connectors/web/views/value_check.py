"""« Vérifier »: what « Valider » would change, and nothing saved; « Annuler ce changement » after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors.configure.changed_rules import with_values
from connectors.configure.impact import impact_of
from connectors.configure.link_preview import preview_links
from connectors.configure.value_undo import UndoRefused, undo_change
from connectors.models import AttributeMapping
from connectors.models.rules import rules_of
from connectors.tasks import wake
from connectors.web.value_draft import ValueDraft
from connectors.web.value_grid import judge
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.models import Attribute, Connector

MOST_ROWS = 200
"""Changed values on the page; the counts are of all."""


@require_safe
def check_values(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft beside what is saved."""
    connector, attribute = load_mapped(pk)
    if attribute is None:
        return redirect("connectors:attribute", pk)
    draft = ValueDraft(request.session, connector, attribute)
    if not (draft.count or draft.wrong or draft.blank):
        messages.info(request, "Aucun changement n’attend d’être validé.")
        return redirect("connectors:attribute", pk)
    judged = judge(connector, attribute, draft, {}, {})
    rules = rules_of(connector)
    later = with_values(connector, rules, draft.typed, draft.links)
    rows = [judged.row(client) for client in judged.clients if client in draft.typed or client in draft.links]
    context = {
        "connector": connector,
        "attribute": attribute,
        "draft": draft,
        "rows": rows[:MOST_ROWS],
        "more": max(len(rows) - MOST_ROWS, 0),
        "changed": len(rows),
        "preview": preview_links(connector, rules, later),
        "impact": impact_of(connector, rules, later),
    }
    return render(request, "connectors/attribute_check.html", context)


@require_POST
def undo_values(request: HttpRequest, pk: int) -> HttpResponse:
    """The button stands on the attribute's page, beside what it takes back."""
    connector, _ = load_connector(pk)
    event = request.POST.get("event", "")
    try:
        undo_change(connector, int(event) if event.isascii() and event.isdigit() and len(event) < 19 else 0, timezone.now(), request.user)  # noqa: PLR2004 - what a 64-bit column can hold
    except UndoRefused as refused:
        messages.error(request, str(refused))
    else:
        wake(connector.pk)
        messages.success(request, "Le changement est annulé.")
    return redirect("connectors:attribute", pk)


def load_mapped(pk: int) -> tuple[Connector, Attribute | None]:
    """The connector with the attribute that links its clients; without one there is nothing to type yet."""
    connector, _ = load_connector(pk)
    mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute__data_model").first()
    return connector, mapping.attribute if mapping else None
