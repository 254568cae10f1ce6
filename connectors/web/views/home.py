"""Home: the firm at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.views.decorators.http import require_safe

from connectors.models import Client, Firm
from connectors.push.whereabouts import ELSEWHERE
from connectors.web.live import LivePage, render_live
from connectors.web.overview import MOST_FOLDERS, firm_at_a_glance
from connectors.web.tags import agree, plural

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.web.overview import Glance

SECONDS = 3


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """The page, which updates by itself."""
    glance = firm_at_a_glance(timezone.now())
    context = {"firm": Firm.current(), "glance": glance, "has_clients": Client.objects.exists(), "most_folders": MOST_FOLDERS}
    context["replaced_folder"] = ELSEWHERE
    return render_live(request, LivePage("pages/home.html", "pages/home_live.html", SECONDS), context, summary=_summary(glance))


def _summary(glance: Glance) -> str:
    moving = f"{plural(glance.moving, 'document')} en cours" if glance.moving else "Aucun document en cours"
    published = f"{glance.published_today} {agree(glance.published_today, 'publié')} aujourd’hui"
    return f"{moving}, {published}, {glance.waiting} à traiter."
