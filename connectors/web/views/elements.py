"""What pages are made of, on one living page: for contributors, and for who judges the product's look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors.domain.states import PushState
from connectors.web.forms.elements import SampleForm
from connectors.web.journey import DONE, MISSING, OPEN, WORDS, Step

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TOKENS = ("page", "surface", "surface-2", "line", "line-strong", "text", "muted", "accent", "accent-soft", "on")
TONES = ("neutral", "info", "success", "warning", "danger")


@require_safe
def show_elements(request: HttpRequest) -> HttpResponse:
    """In development for everybody, on an installation for its administrators only: others have no use for it."""
    user = request.user
    if not (settings.DEBUG or getattr(user, "is_staff", False) or getattr(user, "is_superuser", False)):
        raise Http404
    steps = [
        Step(label, label, "#stepper", state, WORDS[state], label == "Attribut")
        for label, state in (("Clients", DONE), ("Attribut", MISSING), ("Identifiants", MISSING), ("Activation", OPEN))
    ]
    views = [("Tous", "#stepper", True), ("À relier", "#stepper", False), ("Reliés", "#stepper", False)]
    refused = SampleForm({"name": "", "closing": "13"}, prefix="refused")
    context: dict[str, Any] = {"tokens": TOKENS, "tones": TONES, "states": list(PushState), "steps": steps, "views": views}
    context |= {"form": SampleForm(), "refused": refused}
    return render(request, "elements/gallery/page.html", context)
