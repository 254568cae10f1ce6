"""Deposit paths: rows that are typed, added, removed and filled without losing a word, then saved together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.deposit_paths import PathRow, PathsRefused, recommended_rows, save_deposit_paths
from connectors.domain.millesime import millesime_of
from connectors.domain.names import fold
from connectors.domain.paths import KNOWN_PLACEHOLDERS, PathRefused, clean_path, fill
from connectors.models import Client
from connectors.tasks import wake, watch_settings
from connectors.web.forms.deposit_paths import FIELDS, MOST_ROWS, NUMBER, is_blank, typed_rows
from connectors.web.views.classification import classification_of, guessed_codes, known_classification, offered_codes
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector


@dataclass(frozen=True)
class ShownRow:
    """A row of the page with what is wrong in it. `example` is the archive of a real client today."""

    number: int
    row: PathRow
    errors: dict[str, str]
    example: str

    @property
    def index(self) -> str:
        """The number as part of a field's name."""
        return str(self.number)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_deposit_paths(request: HttpRequest, pk: int) -> HttpResponse:
    """« Valider » saves all rows; the other buttons change what stands on the page, and save nothing."""
    connector, _ = load_connector(pk)
    if request.method != "POST":
        stored = connector.deposit_paths.all()
        rows = [PathRow(path.deposit, path.archive, path.domaine, path.type, path.sous_type, path.pk) for path in stored]
        return _show(request, connector, rows or [PathRow("", "", "", "")], {})
    rows = typed_rows(request.POST.dict())
    action = request.POST.get("action", "")
    if action == "save":
        return _save(request, connector, rows)
    return _show(request, connector, _changed(connector, rows, action), {})


def _changed(connector: Connector, rows: list[PathRow], action: str) -> list[PathRow]:
    verb, _, number = action.partition(":")
    if verb == "add" and len(rows) < MOST_ROWS:
        return [*rows, PathRow("", "", "", "")]
    if verb == "remove" and NUMBER.fullmatch(number):
        return [row for position, row in enumerate(rows) if position != int(number)]
    if verb == "recommended":
        kept = [row for row in rows if not is_blank(row)]
        there = {fold(row.deposit.strip()) for row in kept}
        recommended = recommended_rows(*guessed_codes(classification_of(connector)))
        return [*kept, *(row for row in recommended if fold(row.deposit) not in there)][:MOST_ROWS]
    return rows


def _save(request: HttpRequest, connector: Connector, rows: list[PathRow]) -> HttpResponse:
    """A row in which nothing was typed is no row; if there is no other, it says so on its fields."""
    written = [row for row in rows if not is_blank(row)] or rows[:1]
    try:
        save_deposit_paths(connector, written, timezone.now(), request.user)
    except PathsRefused as refused:
        return _show(request, connector, written or [PathRow("", "", "", "")], refused.problems)
    watch_settings(connector)
    wake(connector.pk)
    plural = "s" if len(written) > 1 else ""
    messages.success(request, f"{len(written)} chemin{plural} de dépôt enregistré{plural}.")
    return redirect("connectors:connector", connector.pk)


def _show(request: HttpRequest, connector: Connector, rows: list[PathRow], problems: Mapping[tuple[int, str], str]) -> HttpResponse:
    client = Client.objects.filter(selections__connector=connector).order_by("name").first()
    shown = [
        ShownRow(
            number,
            row,
            {name: problems.get((number, name), "") for name in FIELDS},
            _example(row.archive, client),
        )
        for number, row in enumerate(rows)
    ]
    context = {"connector": connector, "rows": shown, "client": client, "problems": len(problems), "full": len(rows) >= MOST_ROWS}
    return render(request, "connectors/deposit_paths.html", {**context, "codes": offered_codes(known_classification(connector))})


def _example(archive: str, client: Client | None) -> str:
    """Where a document of this client would be archived today; empty when the path is not one yet."""
    if client is None or not archive.strip():
        return ""
    year = millesime_of(timezone.localdate(), client.closing_month, client.closing_day)
    try:
        return f"{client.folder}/{fill(clean_path(archive, KNOWN_PLACEHOLDERS), {'millésime': str(year)})}"
    except PathRefused:
        return ""
