"""« C’est bien ce dossier »: accepting a folder that was replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from connectors.deposits.base import StoreProblem
from connectors.models import DepositFolder
from connectors.push.whereabouts import accept_folder
from connectors.tasks import local_store

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def accept(request: HttpRequest, pk: int, folder_pk: int) -> HttpResponse:
    """Back to the home page, where its alarm is gone."""
    watched = DepositFolder.objects.select_related("client", "deposit_path__connector").filter(deposit_path__connector=pk)
    folder = get_object_or_404(watched, pk=folder_pk)
    try:
        accept_folder(folder, local_store(), timezone.now(), request.user)
    except StoreProblem as problem:
        messages.error(request, f"Rien n’a changé. {problem}")
    else:
        messages.success(request, "Le dossier est accepté : les documents qui n’y sont plus comptent comme retirés.")
    return redirect("connectors:home")
