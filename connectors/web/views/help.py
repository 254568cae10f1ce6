"""Help: the journey in short, and the words of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors.domain.causes import CAUSES
from connectors.web.glossary.documents import DOCUMENTS, PROMISED, STATES
from connectors.web.glossary.settings import FIRM, SETTINGS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FAMILIES = (FIRM, SETTINGS, DOCUMENTS, PROMISED)


@require_safe
def show_help(request: HttpRequest) -> HttpResponse:
    """What to do in which order, what happens to a document, and what to do when it does not go."""
    return render(request, "help/help.html")


@require_safe
def show_glossary(request: HttpRequest) -> HttpResponse:
    """Every word with its anchor; states and causes as the product itself knows them."""
    return render(request, "help/glossary.html", {"families": FAMILIES, "states": STATES.items(), "causes": CAUSES.values()})
