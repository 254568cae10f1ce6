"""Backfills: choosing prior documents, and following what becomes of them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from connectors.configure.backfill import (
    cancel_backfill,
    choose,
    count_chosen,
    modified_at,
    pause_backfill,
    resume_backfill,
    start_backfill,
)
from connectors.configure.dry_run import CountChanged
from connectors.domain.states import PushState
from connectors.models import Backfill, Push
from connectors.web.forms.backfill import USUAL_RATE, BackfillForm
from connectors.web.forms.control import told_count
from connectors.web.live import LivePage, render_live
from connectors.web.tags import NO_BREAK, plural
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector

ROWS_ON_A_PAGE = 25
MOST_BACKFILLS = 20
LONGEST_ASKED = 250
SECONDS = 5
CRITERIA = ("client", "name", "path", "since", "until", "per_minute")
UNDER_WAY = (PushState.SETTLING, PushState.WAITING, PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_backfill(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what a backfill of these documents would do; POST starts it, when they are still as many as the page has told."""
    connector, _ = load_connector(pk)
    if request.method != "POST":
        return _show(request, connector, BackfillForm(connector, request.GET))
    form = BackfillForm(connector, request.POST)
    if not form.is_valid():
        return _show(request, connector, form)
    try:
        started = start_backfill(connector, form.criteria(), form.rate(), told_count(request.POST), timezone.now(), request.user)
    except CountChanged as changed:
        text = (
            f"Le nombre a changé entre-temps : {plural(changed.count, 'document correspond,documents correspondent')}. Rien n’a été lancé."
        )
        messages.warning(request, text)
        asked = {name: text[:LONGEST_ASKED] for name in CRITERIA if (text := request.POST.get(name, ""))}
        return redirect(f"{reverse('connectors:backfill', args=[pk])}?{urlencode(asked)}")
    messages.success(request, "Le rappel est lancé : les premiers documents sont pris dans la minute.")
    return redirect("connectors:backfill_progress", pk, started.pk)


def _show(request: HttpRequest, connector: Connector, form: BackfillForm) -> HttpResponse:
    context: dict[str, Any] = {"connector": connector, "form": form, "tally": None, "usual_rate": USUAL_RATE}
    context["backfills"] = Backfill.objects.filter(connector=connector).select_related("created_by")[:MOST_BACKFILLS]
    context["any"] = bool(form.errors) or Push.objects.filter(connector=connector, state=PushState.PRIOR).exists()
    if form.is_valid():
        criteria = form.criteria()
        tally, rate = count_chosen(connector, criteria), form.rate()
        pages = Paginator(choose(connector, criteria).select_related("client"), ROWS_ON_A_PAGE)
        pages.count = tally.count  # counted already
        page = pages.get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "rows": [(push, modified_at(push)) for push in page.object_list],
            "tally": tally,
            "rate": rate,
            "duration": duration_text(tally.count, rate),
            "asked": [(name, form[name].value() or "") for name in CRITERIA],
        }
    return render(request, "connectors/backfill.html", context, status=200 if request.method != "POST" else 422)


def duration_text(count: int, per_minute: int) -> str:
    """How long it takes to take up so many documents: « moins d’une minute », « 12 min », « 2 h 05 »."""
    minutes = ceil(count / per_minute)
    if minutes <= 1:
        return "moins d’une minute"
    hours, rest = divmod(minutes, 60)
    return f"{hours}{NO_BREAK}h{NO_BREAK}{rest:02d}" if hours else f"{minutes}{NO_BREAK}min"


VERBS = {
    "pause": (pause_backfill, "Le rappel est en pause : ce qui est déjà pris continue, rien d’autre n’est pris."),
    "resume": (resume_backfill, "Le rappel reprend."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def follow_backfill(request: HttpRequest, pk: int, backfill_pk: int) -> HttpResponse:
    """GET shows how far it is, and updates by itself; POST pauses, resumes or cancels it."""
    connector, _ = load_connector(pk)
    backfill = get_object_or_404(Backfill.objects.select_related("created_by"), pk=backfill_pk, connector=connector)
    if request.method != "POST":
        return _follow(request, connector, backfill)
    action, now = request.POST.get("action", ""), timezone.now()
    if action in VERBS:
        change, text = VERBS[action]
        if change(backfill, now, request.user):
            messages.success(request, text)
    elif action == "cancel" and (back := cancel_backfill(backfill, now, request.user)):
        messages.success(request, f"Le rappel est annulé : {plural(back, 'document reste,documents restent')} « Antérieur ».")
    return redirect("connectors:backfill_progress", pk, backfill_pk)


def _follow(request: HttpRequest, connector: Connector, backfill: Backfill) -> HttpResponse:
    counts = Push.objects.filter(backfill=backfill).counts()
    total, left = sum(counts.values()), counts.get(PushState.PRIOR, 0)
    context: dict[str, Any] = {
        "connector": connector,
        "backfill": backfill,
        "counts": [(state, counts[state]) for state in PushState if counts.get(state)],
        "total": total,
        "left": left,
        "taken": total - left,
        "published": counts.get(PushState.PUBLISHED, 0),
        "moving": sum(counts.get(state, 0) for state in UNDER_WAY),
        "running": not (backfill.cancelled_at or backfill.finished_at),
        "duration": duration_text(left, backfill.per_minute),
        "path": connector.deposit_paths.filter(pk=backfill.criteria.get("path")).first(),
        **{name: parse_date(backfill.criteria.get(name, "")) for name in ("since", "until")},
    }
    summary = f"{plural(total - left, 'document pris,documents pris')} sur {total}, {context['published']} publiés."
    live = LivePage("connectors/backfill_progress.html", "connectors/backfill_live.html", SECONDS)
    return render_live(request, live, context, summary=summary)
