"""The grid of values: what is typed is kept as a draft whatever button is pressed, and saved as a whole by « Valider »."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from connectors.configure.client_table import ClientFileError
from connectors.configure.value_file import read_pasted_values
from connectors.configure.value_undo import last_change
from connectors.configure.values import ValuesRefused, chosen_clients, clean_value, refusal_of, save_values, values_of
from connectors.tasks import wake
from connectors.web.forms.attribute import LONGEST_ASKED, ValueSearch, ticked_clients, typed_values
from connectors.web.tags import plural
from connectors.web.value_draft import ValueDraft
from connectors.web.value_grid import TO_LINK, judge, page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Attribute, Connector

CHANGED = "L’attribut choisi a changé entre-temps : relisez les valeurs. Rien n’a été enregistré."


def edit_values(request: HttpRequest, connector: Connector, attribute: Attribute) -> HttpResponse:
    """Every button sends the cells of its page; cells that cannot even be kept are shown again with what is wrong."""
    draft = ValueDraft(request.session, connector, attribute)
    if request.method != "POST":
        return _show(request, connector, attribute, draft)
    if request.POST.get("attribute") != str(attribute.pk):
        messages.error(request, CHANGED)
        return redirect("connectors:attribute", connector.pk)
    stored = values_of(connector, attribute)
    typed = {pk: text for pk, text in typed_values(request.POST.dict()).items() if pk in stored}
    cleaned = {pk: clean_value(text) for pk, text in typed.items()}
    if refused := {pk: message for pk, value in cleaned.items() if (message := refusal_of(value))}:
        return _show(request, connector, attribute, draft, typed=typed, refused=refused)
    draft.take(cleaned, stored)
    draft.tick(typed.keys(), ticked_clients(request.POST) & typed.keys())
    return _act(request, connector, attribute, draft, stored)


def _act(request: HttpRequest, connector: Connector, attribute: Attribute, draft: ValueDraft, stored: Mapping[int, str]) -> HttpResponse:
    action, _, wanted = request.POST.get("action", "").partition(":")
    if action == "paste":
        return _paste(request, connector, attribute, draft, stored)
    if action == "link_new":
        _tick_all(connector, attribute, draft)
    if action in {"check", "link_new"}:
        return redirect("connectors:attribute_check", connector.pk)
    if action == "discard":
        draft.forget()
        messages.info(request, "Saisie abandonnée : les valeurs sont restées les mêmes.")
    elif action not in {"page", "filter", "search"}:
        return save_draft(request, connector, attribute, draft)
    here = {"q": request.POST.get("q", ""), "filtre": request.POST.get("filtre", "")}
    here |= {"page": wanted} if action == "page" else {"filtre": wanted} if action == "filter" else {}
    return _go(connector, here)


def save_draft(request: HttpRequest, connector: Connector, attribute: Attribute, draft: ValueDraft) -> HttpResponse:
    """All of it, or nothing with the cells that are wrong."""
    try:
        changed = save_values(connector, attribute, draft.typed, timezone.now(), request.user, seen=draft.seen, link=draft.links)
    except ValuesRefused as refused:
        return _show(request, connector, attribute, draft, refused=refused.problems)
    draft.forget()
    wake(connector.pk)
    done = plural(changed, "valeur enregistrée,valeurs enregistrées")
    messages.success(request, f"{done}." if changed else "Les valeurs sont enregistrées.")
    return _go(connector, {name: request.POST.get(name, "") for name in ("q", "filtre", "page")})


def _paste(request: HttpRequest, connector: Connector, attribute: Attribute, draft: ValueDraft, stored: Mapping[int, str]) -> HttpResponse:
    try:
        found = read_pasted_values(request.POST.get("pasted", ""), attribute, chosen_clients(connector), stored)
    except ClientFileError as error:
        return _show(request, connector, attribute, draft, paste_error=str(error))
    draft.take_found(found, stored)
    return redirect("connectors:attribute_check", connector.pk)


def _tick_all(connector: Connector, attribute: Attribute, draft: ValueDraft) -> None:
    """All new clients whose value is theirs alone; the others stay to be linked."""
    judged = judge(connector, attribute, draft, {}, {})
    new = {pk for pk, problem in judged.problems.items() if problem.kind == "new"}
    draft.tick(new, new)


def _go(connector: Connector, here: Mapping[str, str]) -> HttpResponse:
    address = urlencode({name: value[:LONGEST_ASKED] for name, value in here.items() if value})
    return redirect(f"{reverse('connectors:attribute', args=[connector.pk])}{'?' if address else ''}{address}")


def _show(
    request: HttpRequest,
    connector: Connector,
    attribute: Attribute,
    draft: ValueDraft,
    *,
    typed: Mapping[int, str] | None = None,
    refused: dict[int, str] | None = None,
    paste_error: str = "",
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    judged = judge(connector, attribute, draft, typed or {}, refused or {})
    chosen = asked.get("filtre", "") if asked.get("filtre", "") in judged.offered else ""
    search = ValueSearch({"q": asked.get("q", "")[:LONGEST_ASKED]})
    only = {*(typed or {}), *(refused or {})} if refused else ()
    page, rows = page_of(judged, chosen, search.cleaned_data["q"] if search.is_valid() else None, asked.get("page"), only)
    context = {
        "connector": connector,
        "attribute": attribute,
        "page": page,
        "rows": rows,
        "judged": judged,
        "filters": judged.filters(chosen),
        "chosen": chosen,
        "search": search,
        "total": len(judged.clients),
        "new": sum(problem.kind == "new" for problem in judged.problems.values()) if chosen == TO_LINK else 0,
        "draft": draft,
        "refused": len(refused or {}),
        "pasted": request.POST.get("pasted", "") if paste_error else "",
        "paste_error": paste_error,
        "change": last_change(connector, timezone.now()),
    }
    return render(request, "connectors/attribute_values.html", context)
