"""« Vérifier les dossiers »: what the watched folders can do, as it is at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from connectors.configure.folder_check import check_folders
from connectors.tasks import local_store
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@never_cache
def show_folder_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Looking changes nothing: the page may be loaded as often as somebody likes."""
    connector, _ = load_connector(pk)
    return render(request, "connectors/folder_check.html", {"connector": connector, "check": check_folders(connector, local_store())})
