"""« Demander les identifiants manquants »: a letter to copy, or to open in one's own mail program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors.configure.credential_request import missing_fields, write_letter
from connectors.models import Firm
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ALL = "tous"


@require_safe
def show_credential_request(request: HttpRequest, pk: int) -> HttpResponse:
    """For the missing ones; `?tous=1` asks for all of them, for instance when a secret is lost."""
    connector, provider = load_connector(pk)
    missing = missing_fields(connector, provider.credential_fields)
    wanted = list(provider.credential_fields) if ALL in request.GET else missing
    letter = write_letter(Firm.current().name, provider.name, wanted) if wanted else None
    context = {"connector": connector, "letter": letter, "missing": missing, "wanted": wanted, "total": len(provider.credential_fields)}
    return render(request, "connectors/credentials_request.html", context)
