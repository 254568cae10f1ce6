"""Template tags that help a person on: the « ? » beside things, and the next of the first steps after something was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from connectors.models import Connector
from connectors.web.first_steps import first_steps, is_new
from connectors.web.help import PARTS, hint_of
from connectors.web.overview import glance_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.web.help import Hint

register = template.Library()

HOME = "connectors:home"


@register.inclusion_tag("help/hint.html")
def hint(part: str) -> dict[str, Hint]:
    """The « ? » beside a part of a page: `{% hint "guarantee" %}`."""
    return {"hint": PARTS[part]}


@register.inclusion_tag("help/hint.html", takes_context=True)
def page_hint(context: Mapping[str, Any]) -> dict[str, Hint | None]:
    """The « ? » beside a page's title, where the page has one."""
    place = getattr(context.get("request"), "resolver_match", None)
    return {"hint": hint_of(place.view_name) if place else None}


@register.inclusion_tag("help/next_step.html", takes_context=True)
def next_step(context: Mapping[str, Any]) -> dict[str, Any]:
    """While the firm is new: what comes next, unless this page says it already."""
    request, now = context.get("request"), timezone.now()
    place = getattr(request, "resolver_match", None)
    if request is None or place is None or place.view_name == HOME or not request.user.is_authenticated or not is_new(now):
        return {"step": None}
    steps = first_steps([glance_at(connector, now) for connector in Connector.objects.all()])
    step = steps.current
    return {"step": None if step is None or step.url == request.path else step, "number": steps.done + 1, "total": len(steps.steps)}
