"""The five parts of the settings as a stepper: shown on each of their pages, so that none is more than one step away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse

from connectors.configure.readiness import parts_of
from connectors.providers.registry import PROVIDERS

if TYPE_CHECKING:
    from connectors.configure.readiness import Part
    from connectors.models import Connector

register = template.Library()

DONE, MISSING, OPEN = "done", "missing", "open"
WORDS = {DONE: "complet", MISSING: "à compléter", OPEN: "pas encore possible"}
ACTIVATION = "Activation"
LABELS = ("Clients", "Attribut", "Identifiants", "Chemins de dépôt", ACTIVATION)


@dataclass(frozen=True)
class Step:
    """One part of the settings, as the stepper shows it."""

    name: str
    label: str
    url: str
    state: str
    word: str
    current: bool


@register.inclusion_tag("elements/stepper.html")
def journey(connector: Connector, here: str) -> dict[str, Any]:
    """`{% journey connector "Clients" %}`: the page is one of the five, by the label that its breadcrumb shows; on any other there is no stepper."""
    provider = PROVIDERS.get(connector.provider)
    if provider is None or here not in LABELS:
        return {"steps": []}
    parts = parts_of(connector, provider)
    steps = [_step(connector, part, here) for part in parts]
    return {"steps": [*steps, _activation(connector, here, ready=all(part.complete for part in parts))]}


def _step(connector: Connector, part: Part, here: str) -> Step:
    state = DONE if part.complete else MISSING
    return Step(part.name, part.label, reverse(f"connectors:{part.name}", args=[connector.pk]), state, WORDS[state], part.label == here)


def _activation(connector: Connector, here: str, *, ready: bool) -> Step:
    state = DONE if connector.active and ready else MISSING if ready else OPEN
    word = {DONE: "actif", MISSING: "prêt à activer"}.get(state, WORDS[OPEN])
    return Step("activation", ACTIVATION, reverse("connectors:activation", args=[connector.pk]), state, word, here == ACTIVATION)
