"""Home: the firm at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.views.decorators.http import require_safe

from connectors.models import Firm, Push
from connectors.push.whereabouts import ELSEWHERE
from connectors.web.first_steps import first_steps, is_new
from connectors.web.live import LivePage, render_live
from connectors.web.overview import MOST_FOLDERS, firm_at_a_glance
from connectors.web.tags import agree, plural

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.web.overview import Glance

SECONDS = 3
FIRST_STEPS = "premiers_pas"
"""The parameter that shows the first steps again when they are long done."""


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """The page, which updates by itself."""
    now = timezone.now()
    glance, new, asked = firm_at_a_glance(now), is_new(now), FIRST_STEPS in request.GET
    steps = first_steps(glance.connectors) if new or asked else None
    context = {"firm": Firm.current(), "glance": glance, "most_folders": MOST_FOLDERS, "replaced_folder": ELSEWHERE}
    context |= {"first_steps": steps, "has_documents": Push.objects.exists()}
    context["reopened"] = asked and not (new and steps and steps.current)
    summary = _summary(glance) if context["has_documents"] else "Aucun document pour le moment."
    return render_live(request, LivePage("pages/home.html", "pages/home_live.html", SECONDS), context, summary=summary)


def _summary(glance: Glance) -> str:
    moving = f"{plural(glance.moving, 'document')} en cours" if glance.moving else "Aucun document en cours"
    published = f"{glance.published_today} {agree(glance.published_today, 'publié')} aujourd’hui"
    return f"{moving}, {published}, {glance.waiting} à traiter."
