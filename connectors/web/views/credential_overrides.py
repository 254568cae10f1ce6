"""Credential values of their own for some clients, in a grid: those who have one, or those that were searched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.credentials import shown_credentials
from connectors.configure.overrides import count_overridden, overridable, overrides_of, save_overrides
from connectors.models import Client
from connectors.tasks import wake
from connectors.web.forms.credential_overrides import OverrideSearchForm, override_problems, typed_overrides
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from connectors.configure.overrides import Typed
    from connectors.models import Connector
    from connectors.models.firm import ClientQuerySet
    from connectors.providers.base import CredentialField

ROWS_ON_A_PAGE = 50
EVERYBODY = "tous"


@dataclass(frozen=True)
class Cell:
    """One field of one client; `common` is the firm's value, which counts while this one is empty."""

    name: str
    label: str
    value: str
    common: str
    problem: str


@require_http_methods(["GET", "HEAD", "POST"])
def edit_credential_overrides(request: HttpRequest, pk: int) -> HttpResponse:
    """An empty cell gives the client the firm's value."""
    connector, provider = load_connector(pk)
    fields = overridable(provider.credential_fields)
    if not fields:
        raise Http404
    if request.method != "POST":
        return _show(request, connector, fields, {}, {})
    typed = typed_overrides(request.POST.dict())
    if problems := override_problems(typed, fields):
        return _show(request, connector, fields, typed, problems)
    changed = save_overrides(connector, fields, typed, timezone.now(), request.user)
    wake(pk)
    plural = "s" if changed > 1 else ""
    messages.success(request, f"{changed} valeur{plural} changée{plural}." if changed else "Rien à changer : les valeurs sont les mêmes.")
    return redirect(f"{reverse('connectors:credential_overrides', args=[pk])}?{urlencode(_place(request))}")


def _place(request: HttpRequest) -> dict[str, str]:
    """Where the person was in the list."""
    form = OverrideSearchForm(request.POST)
    form.full_clean()
    asked = {"q": form.cleaned_data.get("q", ""), EVERYBODY: request.POST.get(EVERYBODY, "")[:1], "page": request.POST.get("page", "")[:10]}
    return {name: value for name, value in asked.items() if value}


def _show(
    request: HttpRequest,
    connector: Connector,
    fields: Sequence[CredentialField],
    typed: Typed,
    problems: Mapping[tuple[str, int], str],
) -> HttpResponse:
    """After a refusal the rows are the very ones that were sent, as they were typed."""
    asked = request.POST if request.method == "POST" else request.GET
    form = OverrideSearchForm(asked)
    form.full_clean()
    words, everybody = form.cleaned_data.get("q", ""), bool(asked.get(EVERYBODY))
    clients = _clients(connector, words, typed, everybody=everybody)
    page = Paginator(clients, ROWS_ON_A_PAGE).get_page("1" if typed else asked.get("page"))
    context = {
        "connector": connector,
        "fields": fields,
        "form": form,
        "words": words,
        "everybody": everybody,
        "page": page,
        "rows": _rows(connector, fields, list(page.object_list), typed, problems),
        "problems": len(problems),
        "overridden": count_overridden(connector),
        "chosen": connector.selections.count(),
    }
    return render(request, "connectors/credentials_overrides.html", context)


def _clients(connector: Connector, words: str, typed: Typed, *, everybody: bool) -> ClientQuerySet:
    chosen = Client.objects.filter(selections__connector=connector).order_by("name", "pk")
    if typed:
        return chosen.filter(pk__in={client_id for _, client_id in typed})
    if words:
        return chosen.named_like(words)
    return chosen if everybody else chosen.filter(pk__in=connector.credentials.exclude(client=None).values("client_id"))


def _rows(
    connector: Connector,
    fields: Sequence[CredentialField],
    clients: Sequence[Client],
    typed: Typed,
    problems: Mapping[tuple[str, int], str],
) -> list[tuple[Client, list[Cell]]]:
    common = {name: row.value for name, row in shown_credentials(connector).items()}
    values = {**overrides_of(connector, [client.pk for client in clients]), **typed}
    return [
        (
            client,
            [
                Cell(
                    f"{field.name}-{client.pk}",
                    field.label,
                    values.get((field.name, client.pk), ""),
                    common.get(field.name, ""),
                    problems.get((field.name, client.pk), ""),
                )
                for field in fields
            ],
        )
        for client in clients
    ]
