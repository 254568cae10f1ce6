"""One document: where it is, everything that happened to it, and what a person can do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors.configure.decide import ReasonMissing, confirm_received, is_undecided, send_again
from connectors.configure.first_documents import CAUSE as FIRST
from connectors.configure.first_documents import links_to_confirm, waiting_links
from connectors.domain.states import IN_FLIGHT, PushState
from connectors.models import Push
from connectors.models.release import dismiss_by_hand, is_held_by_settings, release_by_hand
from connectors.push.explaining.known_document import explain_push
from connectors.tasks import circumstances, wake
from connectors.web.forms.decision import DISMISS, RECEIVED, RELEASE, SEND_AGAIN, DecisionForm
from connectors.web.live import LivePage, render_live
from connectors.web.value_grid import known_dossiers
from connectors.web.views.first_documents import compare

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from connectors.web.views.first_documents import Line

USE_CASES = {RELEASE: release_by_hand, DISMISS: dismiss_by_hand, RECEIVED: confirm_received, SEND_AGAIN: send_again}
DONE = {
    RELEASE: "Le document est relancé.",
    DISMISS: "Le document est écarté : il reste dans son dossier de dépôt.",
    RECEIVED: "C’est noté : le document va être archivé.",
    SEND_AGAIN: "Le document va être envoyé de nouveau.",
}
CAN_RELEASE = {PushState.HELD, PushState.REFUSED, PushState.DISMISSED}
CAN_DISMISS = {PushState.HELD, PushState.REFUSED, PushState.WAITING, PushState.PRIOR}
REPAIRS = {
    "mapping": ("attribute", "Lui donner une valeur"),
    "to_link": ("attribute", "Relier ce client"),
    "not_selected": ("clients", "Choisir ce client"),
    "path": ("deposit_paths", "Voir les chemins de dépôt"),
    "paused": ("pause", "Voir les pauses"),
    "dry_run": ("dry_run", "Voir le mode à blanc"),
    "credentials": ("credentials", "Corriger les identifiants"),
    "client_unknown": ("attribute", "Corriger sa valeur"),
}
"""Where a person repairs what holds a document: the page, and the words of its link."""

MOVING_SECONDS, RESTING_SECONDS = 2, 3


@require_safe
def show_document(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The document's page, which updates by itself."""
    return _show(request, _load(reference), DecisionForm(initial={"action": ""}))


@require_POST
def decide_document(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Do what a person decided, and show what became of it."""
    push = _load(reference)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, push, form)
    action, now = form.cleaned_data["action"], timezone.now()
    try:
        with transaction.atomic():
            done = USE_CASES[action](push, now, request.user, form.cleaned_data["reason"])
    except ReasonMissing as error:
        form.add_error("reason", str(error))
        return _show(request, push, form)
    if done:
        wake(push.connector_id)
        messages.success(request, DONE[action])
    else:
        messages.warning(request, "Ce document a changé entre-temps : rien n’a été fait. Voici où il en est.")
    return redirect("connectors:document", push.reference)


def _load(reference: UUID) -> Push:
    return get_object_or_404(Push.objects.select_related("client", "connector", "backfill__created_by"), reference=reference)


def _show(request: HttpRequest, push: Push, form: DecisionForm) -> HttpResponse:
    told = explain_push(push, replace(circumstances(), looks=False))
    seconds = MOVING_SECONDS if PushState(push.state) in IN_FLIGHT else RESTING_SECONDS
    mark = f"{push.state} {push.changed_at} {push.next_attempt_at} {len(told.steps)} {told.conclusion} {told.reasons} {told.next}"
    context = {"push": push, "form": form, "told": told, "steps": told.steps, **_choices(push)}
    live = LivePage("pages/document.html", "pages/document_live.html", seconds, mark)
    return render_live(request, live, context, summary=f"État : {push.state_label}")


def _choices(push: Push) -> dict[str, Any]:
    undecided, held = is_undecided(push), push.state == PushState.HELD
    can_release = push.state in CAN_RELEASE and not is_held_by_settings(push)
    return {
        "undecided": undecided,
        "can_release": can_release,
        "can_dismiss": push.state in CAN_DISMISS,
        "can_decide": undecided or can_release or push.state in CAN_DISMISS,
        "repair": _repair(push) if held else None,
        "link": _link_of(push) if held and push.cause == FIRST else None,
    }


def _repair(push: Push) -> tuple[str, str] | None:
    if push.cause not in REPAIRS:
        return None
    page, words = REPAIRS[push.cause]
    return reverse(f"connectors:{page}", args=[push.connector_id]), words


def _link_of(push: Push) -> Line:
    """The client beside the partner's dossier, as far as the partner has been asked for it."""
    rows = links_to_confirm(push.connector).filter(client_id=push.client_id)
    return compare(waiting_links(push.connector, list(rows)), known_dossiers(push.connector))[0]
