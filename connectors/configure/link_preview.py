"""What a change of the attribute or of its values would do to the links, before anybody makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from connectors.domain.states import PushState
from connectors.models import Push

if TYPE_CHECKING:
    from connectors.domain.routing import Rules
    from connectors.models import Connector

OPEN_STATES = (PushState.SETTLING, PushState.WAITING, PushState.HELD)
"""Documents that have not been sent: they go where the settings of that moment say."""


@dataclass(frozen=True)
class LinkPreview:
    """How many clients are linked `before` and `after`, who gets, loses or changes a folder, and how many open documents that concerns.

    `to_confirm` are the clients whose next document will wait for somebody's « c'est le bon dossier ».
    """

    before: int
    after: int
    gained: frozenset[int]
    lost: frozenset[int]
    moved: frozenset[int]
    to_confirm: int
    documents: int


def preview_links(connector: Connector, rules: Rules, later: Rules) -> LinkPreview:
    """Compare the rules of today with those of a change, as `connectors.configure.changed_rules` makes them."""
    before, after = _links(rules), _links(later)
    gained, lost = frozenset(after.keys() - before.keys()), frozenset(before.keys() - after.keys())
    moved = frozenset(pk for pk in after.keys() & before.keys() if after[pk].casefold() != before[pk].casefold())
    changed = gained | moved
    to_confirm = sum(not later.clients[pk].confirmed for pk in changed) if later.checks_first_documents else 0
    waiting = Push.objects.filter(connector=connector, state__in=OPEN_STATES).order_by().values_list("client_id").annotate(Count("pk"))
    documents = sum(count for client_id, count in waiting if client_id in changed | lost)
    return LinkPreview(len(before), len(after), gained, lost, moved, to_confirm, documents)


def _links(rules: Rules) -> dict[int, str]:
    return {pk: rule.code for pk, rule in rules.clients.items() if rule.code and not rule.to_link}
