"""The attribute that links clients to the partner's folders: the choice, what changing it would do, then the grid of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.attribute import choose_attribute, facts_of, recommended
from connectors.configure.changed_rules import with_attribute
from connectors.configure.impact import impact_of
from connectors.configure.link_preview import preview_links
from connectors.models import AttributeMapping, Client, DataModel
from connectors.models.rules import rules_of
from connectors.tasks import wake
from connectors.web.forms.attribute import AttributeChoice, DataModelChoice
from connectors.web.views.connector import load_connector
from connectors.web.views.values import edit_values

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from connectors.models import Attribute, Connector

MOST_NAMES = 50
"""Clients of each kind that the preview of another attribute names; the counts are of all."""


@require_http_methods(["GET", "HEAD", "POST"])
def edit_attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """As long as no attribute is chosen, or « Changer d’attribut » is asked: the choice. Then the grid."""
    connector, _ = load_connector(pk)
    mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute__data_model").first()
    if request.method == "POST" and request.POST.get("action") == "choose":
        return _choose(request, connector, mapping)
    if mapping is None or "choisir" in request.GET:
        return _show_choice(request, connector, mapping, AttributeChoice())
    return edit_values(request, connector, mapping.attribute)


def _choose(request: HttpRequest, connector: Connector, mapping: AttributeMapping | None) -> HttpResponse:
    """Another attribute than before is first shown with what it would change."""
    form = AttributeChoice(request.POST)
    if not form.is_valid():
        return _show_choice(request, connector, mapping, form)
    attribute = form.cleaned_data["attribute"]
    changes = mapping is None or mapping.attribute_id != attribute.pk
    if mapping and changes and request.POST.get("version") != str(connector.settings_version):
        return _show_change(request, connector, mapping.attribute, attribute)
    if changes:
        messages.success(request, f"Vos clients sont maintenant reliés par « {attribute} ».")
    choose_attribute(connector, attribute, timezone.now(), request.user)
    wake(connector.pk)
    return redirect("connectors:attribute", connector.pk)


def _show_choice(request: HttpRequest, connector: Connector, mapping: AttributeMapping | None, form: AttributeChoice) -> HttpResponse:
    facts = facts_of(connector)
    best = recommended(facts)
    first = mapping.attribute.data_model if mapping else (best.data_model if best else DataModel.objects.first())
    models = DataModelChoice(request.GET if "modele" in request.GET else {"modele": first.pk if first else ""})
    model = (models.cleaned_data["modele"] or first) if models.is_valid() else first
    context = {
        "connector": connector,
        "models": models,
        "form": form,
        "facts": [fact for fact in facts if model and fact.attribute.data_model_id == model.pk],
        "current": mapping.attribute_id if mapping else None,
        "recommended": best,
    }
    return render(request, "connectors/attribute.html", context)


def _show_change(request: HttpRequest, connector: Connector, current: Attribute, attribute: Attribute) -> HttpResponse:
    """Confirming holds for what was shown: when the settings have changed since, it is shown again."""
    rules = rules_of(connector)
    later = with_attribute(connector, rules, attribute.pk)
    preview = preview_links(connector, rules, later)
    groups = [
        ("gained", "Seraient reliés", preview.gained),
        ("lost", "Ne seraient plus reliés", preview.lost),
        ("moved", "Iraient dans un autre dossier du partenaire", preview.moved),
    ]
    context = {
        "connector": connector,
        "current": current,
        "attribute": attribute,
        "preview": preview,
        "impact": impact_of(connector, rules, later),
        "groups": [(kind, title, len(ids), _named(ids)) for kind, title, ids in groups if ids],
        "most": MOST_NAMES,
    }
    return render(request, "connectors/attribute_change.html", context)


def _named(ids: Collection[int]) -> QuerySet[Client, str]:
    return Client.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True)[:MOST_NAMES]
