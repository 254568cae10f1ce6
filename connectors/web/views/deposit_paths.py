"""Deposit paths: rows that are typed, moved, copied and filled without losing a word, then saved together once their effect was seen."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from connectors.configure.deposit_paths import PathsRefused, checked_rows, recommended_rows, save_deposit_paths, with_paths
from connectors.configure.folder_check import check_folders
from connectors.configure.impact import impact_of
from connectors.configure.path_row import PathRow
from connectors.domain.names import fold
from connectors.domain.paths import PLACEHOLDERS, RECOMMENDED
from connectors.models.rules import rules_of
from connectors.tasks import local_store, wake, watch_settings
from connectors.web.forms.deposit_paths import BLANK, MOST_ROWS, is_blank, rearranged, typed_rows
from connectors.web.path_page import LONGEST_SEARCH, read_example, shown_rows, suggested_clients
from connectors.web.views.classification import classification_of, guessed_codes, known_classification, lists_known
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector

FOLDERS_WHEN_SAVING = 5
"""Clients whose folders are looked at after saving; the page of the check looks at more."""

NOTHING_ELSE = {"focus": "", "said": "", "impact": None, "seal": "", "save": False}
"""What only some buttons give the page."""


@require_http_methods(["GET", "HEAD", "POST"])
def edit_deposit_paths(request: HttpRequest, pk: int) -> HttpResponse:
    """« Valider » saves all rows; the other buttons change what stands on the page, and save nothing."""
    connector, _ = load_connector(pk)
    if request.method != "POST":
        stored = connector.deposit_paths.all()
        rows = [PathRow(path.deposit, path.archive, path.domaine, path.type, path.sous_type, path.pk) for path in stored]
        return _show(request, connector, rows or [BLANK])
    rows, action = typed_rows(request.POST.dict()), request.POST.get("action", "")
    if action in {"save", "impact"}:
        return _consider(request, connector, rows, save=action == "save")
    if action == "classify":
        classification_of(connector)
    if action == "recommended":
        return _show(request, connector, _with_recommended(connector, rows), said="Arborescence recommandée ajoutée.")
    rows, focus, said = rearranged(rows, action)
    return _show(request, connector, rows, focus=focus, said=said)


def _with_recommended(connector: Connector, rows: list[PathRow]) -> list[PathRow]:
    kept = [row for row in rows if not is_blank(row)]
    there = {fold(row.deposit.strip()) for row in kept}
    recommended = recommended_rows(*guessed_codes(classification_of(connector)))
    return [*kept, *(row for row in recommended if fold(row.deposit) not in there)][:MOST_ROWS]


def _consider(request: HttpRequest, connector: Connector, rows: list[PathRow], *, save: bool) -> HttpResponse:
    """A row in which nothing was typed is no row; if there is no other, it says so on its fields.

    What would go elsewhere is shown before it is saved; the seal of these very rows says that somebody has seen it.
    """
    written = [row for row in rows if not is_blank(row)] or rows[:1]
    nodes = known_classification(connector)
    try:
        cleaned = checked_rows(connector, written, nodes)
        before = rules_of(connector)
        impact = impact_of(connector, before, with_paths(before, cleaned))
        seal = hashlib.sha256(repr(cleaned).encode()).hexdigest()
        if not save or (impact and request.POST.get("seen") != seal):
            return _show(request, connector, written, impact=impact, seal=seal, save=save)
        save_deposit_paths(connector, written, timezone.now(), request.user, nodes)
    except PathsRefused as refused:
        return _show(request, connector, written or [BLANK], refused.problems)
    return _saved(request, connector, len(written))


def _saved(request: HttpRequest, connector: Connector, count: int) -> HttpResponse:
    watch_settings(connector)
    wake(connector.pk)
    plural = "s" if count > 1 else ""
    messages.success(request, f"{count} chemin{plural} de dépôt enregistré{plural}.")
    if check_folders(connector, local_store(), FOLDERS_WHEN_SAVING).troubled:
        messages.warning(request, "Des dossiers demandent votre attention : voyez ce qui a été vérifié.")
        return redirect("connectors:folder_check", connector.pk)
    return redirect("connectors:connector", connector.pk)


def _show(
    request: HttpRequest, connector: Connector, rows: list[PathRow], problems: Mapping[tuple[int, str], str] | None = None, **shown: Any
) -> HttpResponse:
    problems, example = problems or {}, read_example(connector, request.POST)
    context = {
        "connector": connector,
        "rows": shown_rows(rows, problems, known_classification(connector), example),
        "problems": len(problems),
        "full": len(rows) >= MOST_ROWS,
        "example": example,
        "names": suggested_clients(connector, ""),
        "lists": lists_known(connector),
        "placeholders": PLACEHOLDERS,
        "recommended": [deposit for deposit, _archive in RECOMMENDED],
    }
    return render(request, "connectors/deposit_paths.html", {**NOTHING_ELSE, **context, **shown})


@require_safe
def suggest_clients(request: HttpRequest, pk: int) -> HttpResponse:
    """Names of chosen clients for the field of the example."""
    connector, _ = load_connector(pk)
    names = suggested_clients(connector, request.GET.get("example_client", "")[:LONGEST_SEARCH])
    return render(request, "connectors/parts/_path_clients.html", {"names": names})
