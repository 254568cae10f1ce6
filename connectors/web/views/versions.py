"""« Historique du paramétrage »: who changed what, what a version consists of, and putting a part back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from connectors.configure.restore import RESTORABLE, RestoreRefused, preview_restore, restore_version
from connectors.configure.version_lines import lines_of
from connectors.configure.versions import changed_since, find_version, page_of
from connectors.tasks import wake, watch_settings
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.configure.versions import Version
    from connectors.models import Connector, Event

ON_A_PAGE = 30
NUMBER = re.compile(r"[0-9]{1,18}")
LABELS = {
    "activation": "Activation",
    "clients": "Clients",
    "attribute": "Attribut",
    "credentials": "Identifiants",
    "deposit_paths": "Chemins de dépôt",
    "pause": "Pauses",
    "first_documents": "Premiers documents",
    "dry_run": "Mode à blanc",
}
BEFORE, AFTER = "avant", "apres"


@require_safe
def show_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest first; `avant` continues where a page has ended."""
    connector, _ = load_connector(pk)
    older = request.GET.get("avant", "")
    page = page_of(connector, ON_A_PAGE, int(older) if NUMBER.fullmatch(older) else None)
    lines = [(version, LABELS.get(version.part, version.part)) for version in page.versions]
    return render(request, "connectors/versions.html", {"connector": connector, "lines": lines, "page": page, "is_first": not older})


@require_safe
def show_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What this version changed, field by field."""
    connector, provider = load_connector(pk)
    version, event = _load_version(connector, number)
    context = {
        "lines": lines_of(connector, event, number, provider.credential_fields),
        "can_restore": version.part in RESTORABLE,
        "superseded": changed_since(connector, version.part, number),
    }
    return render(request, "connectors/version.html", _context(connector, version) | context)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """GET says what would change, POST does it; `etat` says whether the state before the version is meant, or after it."""
    connector, provider = load_connector(pk)
    version, _event = _load_version(connector, number)
    if version.part not in RESTORABLE:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    before = asked.get("etat") == BEFORE
    if request.method == "POST":
        seen = asked.get("vu", "")
        try:
            restore_version(
                connector,
                version,
                provider.credential_fields,
                int(seen) if NUMBER.fullmatch(seen) else 0,
                timezone.now(),
                request.user,
                before=before,
            )
        except RestoreRefused as refused:
            messages.error(request, str(refused))
        else:
            return _finish(request, connector, version, before=before)
    connector.refresh_from_db()
    plan = preview_restore(connector, version, provider.credential_fields, before=before)
    context = _context(connector, version) | {"plan": plan, "state": BEFORE if before else AFTER, "before": before}
    return render(request, "connectors/restore.html", context)


def _finish(request: HttpRequest, connector: Connector, version: Version, *, before: bool) -> HttpResponse:
    watch_settings(connector)
    wake(connector.pk)
    what = f"L’état d’avant la version {version.version} est rétabli." if before else f"La version {version.version} est rétablie."
    messages.success(request, what)
    if version.part == "credentials":
        messages.warning(request, "Testez la connexion ; un secret effacé est à saisir de nouveau.")
        return redirect("connectors:credentials", connector.pk)
    return redirect("connectors:versions", connector.pk)


def _load_version(connector: Connector, number: int) -> tuple[Version, Event]:
    found = find_version(connector, number)
    if found is None:
        raise Http404
    return found


def _context(connector: Connector, version: Version) -> dict[str, Any]:
    return {"connector": connector, "version": version, "label": LABELS.get(version.part, version.part)}
