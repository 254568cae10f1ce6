"""« Réessayer maintenant »: ending the pause of a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from connectors.configure.breaker import reset_breaker
from connectors.tasks import wake
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def end_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the connector's page, which says how it stands now."""
    connector, _ = load_connector(pk)
    if reset_breaker(connector, timezone.now(), request.user):
        wake(pk)
        messages.success(request, "La pause est levée : les documents en attente repartent.")
    else:
        messages.info(request, "Ce connecteur n’est plus en pause.")
    return redirect("connectors:connector", pk)
