"""Importing clients: upload, preview, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.client_file import ClientFileError, read_client_file
from connectors.configure.import_clients import ImportBlocked, apply_import, preview_import
from connectors.tasks import wake, watch_settings
from connectors.web.forms.import_clients import ClientFileForm
from connectors.web.tags import agree, plural
from connectors.web.uploads import drop_upload, keep_upload, read_upload

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.configure.client_file import ClientFile
    from connectors.configure.import_clients import ImportResult

KEPT = "client_import"
"""What the session calls the file that waits for its confirmation."""

MOST_SHOWN = 200
"""Rows of each kind on the preview; the counts are of all."""


@require_http_methods(["GET", "HEAD", "POST"])
def upload_clients(request: HttpRequest) -> HttpResponse:
    """Take a file that can be read, and go on to its preview."""
    form = ClientFileForm(request.POST, request.FILES) if request.method == "POST" else ClientFileForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            read_client_file(file.name, content)
        except ClientFileError as error:
            form.add_error("file", str(error))
        else:
            drop_upload(request.session.get(KEPT))
            request.session[KEPT] = keep_upload(file.name, content)
            return redirect("connectors:import_preview")
    return render(request, "pages/import_clients.html", {"form": form, "kept": request.session.get(KEPT)})


@require_http_methods(["GET", "HEAD", "POST"])
def preview_clients(request: HttpRequest) -> HttpResponse:
    """Show what the file would do; on POST do it, or throw the file away."""
    kept = request.session.get(KEPT)
    file = read_upload(kept)
    if file is None:
        messages.info(request, "Aucun fichier n’attend d’être importé : choisissez-en un.")
        return redirect("connectors:import_clients")
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if action == "cancel":
        return _finish(request, "Import abandonné : rien n’a été modifié.", "connectors:import_clients")
    client_file = read_client_file(file.name, file.content)
    if action not in {"confirm", "only_valid"}:
        return _show(request, client_file, file.name)
    try:
        result = apply_import(client_file, timezone.now(), request.user, only_valid=action == "only_valid")
    except ImportBlocked as blocked:
        messages.error(request, str(blocked))
        return _show(request, client_file, file.name)
    for connector in result.connectors:
        watch_settings(connector)
        wake(connector.pk)
    return _finish(request, _told(result), "connectors:clients_directory")


def _show(request: HttpRequest, client_file: ClientFile, name: str) -> HttpResponse:
    context = {"preview": preview_import(client_file), "name": name, "most": MOST_SHOWN, "slice": f":{MOST_SHOWN}"}
    context["attributes"] = [" / ".join(names) for names in client_file.attributes]
    return render(request, "pages/import_preview.html", context)


def _finish(request: HttpRequest, text: str, target: str) -> HttpResponse:
    drop_upload(request.session.pop(KEPT, None))
    messages.success(request, text)
    return redirect(target)


def _told(result: ImportResult) -> str:
    new, changed = f"{plural(result.created, 'nouveau client,nouveaux clients')}", f"{result.updated} {agree(result.updated, 'modifié')}"
    told = f"Import terminé : {new}, {changed}, {result.unchanged} {agree(result.unchanged, 'inchangé')}"
    return f"{told}, {plural(result.skipped, 'ligne laissée,lignes laissées')} de côté." if result.skipped else f"{told}."
