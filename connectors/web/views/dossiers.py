"""The partner's dossiers beside the firm's clients: asked for by a button, matched, and taken over into the draft of the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from connectors.configure.dossier_matching import match_dossiers
from connectors.configure.readiness import parts_of
from connectors.configure.values import chosen_clients, clean_value, refusal_of, values_of
from connectors.domain.outcomes import PushError
from connectors.models.sealing import SealBroken
from connectors.providers.registry import provider_class
from connectors.tasks import provider_for
from connectors.web.tags import plural
from connectors.web.value_draft import ValueDraft
from connectors.web.value_grid import dossiers_key, known_dossiers
from connectors.web.views.value_check import load_mapped

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from connectors.configure.dossier_matching import Matching
    from connectors.models import Attribute, Connector
    from connectors.providers.base import Dossier

KEPT_SECONDS = 600
MOST_ROWS = 200
"""Rows of each kind on the page; the counts are of all."""


@require_http_methods(["GET", "HEAD", "POST"])
def match_clients(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is asked of the partner before somebody says so, and nothing is taken over by itself."""
    connector, attribute = load_mapped(pk)
    if attribute is None:
        return redirect("connectors:attribute", pk)
    if request.method == "POST" and request.POST.get("action") == "fetch":
        fetch_dossiers(request, connector)
        return redirect("connectors:attribute_dossiers", pk)
    dossiers = known_dossiers(connector)
    draft = ValueDraft(request.session, connector, attribute)
    if request.method == "POST":
        if dossiers is None:
            messages.info(request, "La liste du partenaire n’est plus en mémoire : demandez-la de nouveau.")
        else:
            _accept(request, connector, attribute, draft, dossiers)
        return redirect("connectors:attribute_dossiers", pk)
    matching = None if dossiers is None else _matching(connector, attribute, draft, dossiers)
    context = {
        "connector": connector,
        "attribute": attribute,
        "draft": draft,
        "matching": matching,
        "total": len(dossiers or ()),
        "most": MOST_ROWS,
        "slice": f":{MOST_ROWS}",
        "can_list": provider_class(connector.provider).abilities.dossiers,
    }
    return render(request, "connectors/attribute_dossiers.html", context)


def fetch_dossiers(request: HttpRequest, connector: Connector) -> None:
    """A partner that is down is told, with what was known before left as it is."""
    if any(part.name == "credentials" and part.missing for part in parts_of(connector, provider_class(connector.provider))):
        messages.error(request, "Il manque des identifiants : renseignez-les d’abord, puis demandez la liste.")
        return
    try:
        provider = provider_for(connector)
    except SealBroken as broken:
        messages.error(request, str(broken))
        return
    try:
        dossiers = provider.list_dossiers()
    except PushError as error:
        messages.error(request, f"Le partenaire n’a pas donné sa liste : {error.message} Rien n’a changé ; réessayez plus tard.")
    else:
        cache.set(dossiers_key(connector), dossiers, KEPT_SECONDS)
    finally:
        provider.close()


def _matching(connector: Connector, attribute: Attribute, draft: ValueDraft, dossiers: list[Dossier]) -> Matching:
    return match_dossiers(list(chosen_clients(connector).values()), draft.over(values_of(connector, attribute)), dossiers)


def _accept(request: HttpRequest, connector: Connector, attribute: Attribute, draft: ValueDraft, dossiers: list[Dossier]) -> None:
    """One pair that a person has pointed at, or all certain ones as they are now."""
    stored = values_of(connector, attribute)
    pairs: dict[int, str] = {}
    if request.POST.get("action") == "accept_certain":
        pairs = {proposal.client.pk: proposal.dossier.code for proposal in _matching(connector, attribute, draft, dossiers).certain}
    else:
        client, _, code = request.POST.get("pair", "").partition(":")
        if code in {dossier.code for dossier in dossiers}:
            pairs = {pk: code for pk in stored if str(pk) == client}
    values = {pk: clean_value(code) for pk, code in pairs.items() if not refusal_of(clean_value(code))}
    if not values:
        messages.error(request, "Ce rapprochement n’est plus possible : relisez la liste.")
        return
    draft.take(values, stored)
    messages.success(request, f"{plural(len(values), 'valeur reprise,valeurs reprises')} dans la saisie : vérifiez, puis validez.")
