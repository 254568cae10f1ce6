"""Mode à blanc: everything but the request and the move. Going live sends exactly the backlog that was looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from connectors.configure.settings_change import note_change
from connectors.domain.causes import CAUSES
from connectors.domain.routing import Destination
from connectors.domain.states import PushState
from connectors.models import Connector, Push
from connectors.models.rules import facts_about, path_rule, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connectors.domain.causes import Cause
    from connectors.domain.routing import Rules
    from connectors.models.push import PushQuerySet

CAUSE = "dry_run"


class CountChanged(Exception):
    """Other documents are concerned than those that a person was told of: `count` of them. Nothing was done."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True)
class Tally:
    """Some documents before they go: how many leave, and how many each cause would keep back."""

    count: int
    size: int
    clients: int
    leaving: int
    kept: tuple[tuple[Cause, int], ...] = ()


@dataclass(frozen=True)
class WouldGo:
    """One document of the backlog. `cause` keeps it back in the live mode, under today's settings; `changed`: these differ from those it met."""

    push: Push
    goes: Destination
    cause: Cause | None = None
    changed: bool = False


def backlog(connector: Connector) -> PushQuerySet:
    """The documents that the mode keeps back, in the order in which they would leave."""
    return Push.objects.filter(connector=connector, state=PushState.HELD, cause=CAUSE).order_by("pk")


def count_under(rules: Rules, found: PushQuerySet) -> Tally:
    """What would become of these documents under these rules: one query, however many they are."""
    groups = found.order_by().values_list("client_id", "deposit_path_id").annotate(Count("pk"), Sum("size"))
    count = size = leaving = 0
    clients, kept = set(), dict.fromkeys(CAUSES, 0)
    for client_id, path_pk, number, total in groups:
        count, size = count + number, size + (total or 0)
        clients.add(client_id)
        if cause := rules.cause_for(client_id, path_pk):
            kept[cause] += number
        else:
            leaving += number
    return Tally(count, size, len(clients), leaving, tuple((CAUSES[code], number) for code, number in kept.items() if number))


def count_backlog(connector: Connector) -> Tally:
    """What leaves when the mode ends."""
    return count_under(_live_rules(connector), backlog(connector))


def would_go(connector: Connector, pushes: Iterable[Push]) -> list[WouldGo]:
    """Where each of these would go; what the ledger recorded, or what today's settings say where they have changed since."""
    rules = _live_rules(connector)
    return [_would_go(push, rules) for push in pushes]


def _live_rules(connector: Connector) -> Rules:
    return replace(rules_of(connector), dry_run=False)


def _would_go(push: Push, rules: Rules) -> WouldGo:
    recorded = Destination(push.client_code, push.millesime or 0, push.domaine, push.type, push.sous_type, push.archive_folder)
    if cause := rules.cause_for(push.client_id, push.deposit_path_id):
        return WouldGo(push, recorded, CAUSES[cause], changed=True)
    assert push.deposit_path is not None  # noqa: S101 - the rules hold rows without a path
    goes = rules.destination(facts_about(push.client), path_rule(push.deposit_path), timezone.localdate(push.seen_at))
    return WouldGo(push, goes, changed=goes != recorded)


def start_dry_run(connector: Connector, now: datetime, actor: Any) -> bool:
    """From the next claim on nothing leaves. False when nothing did before."""
    with transaction.atomic():
        if not Connector.objects.filter(pk=connector.pk, dry_run=False).update(dry_run=True):
            return False
        connector.dry_run = True
        note_change(connector, "dry_run", now, actor, "Mode à blanc activé", dry_run=[False, True])
    return True


def go_live(connector: Connector, expected: int, now: datetime, actor: Any) -> int:
    """The backlog leaves; give how many documents do. Raises CountChanged when it is not what a person was told. The caller then wakes."""
    with transaction.atomic():
        if not Connector.objects.select_for_update().get(pk=connector.pk).dry_run:
            return 0
        leaving = count_backlog(connector).leaving
        if leaving != expected:
            raise CountChanged(leaving)
        Connector.objects.filter(pk=connector.pk).update(dry_run=False)
        connector.dry_run = False
        note_change(connector, "dry_run", now, actor, "Passage en mode réel", dry_run=[True, False], leaving=leaving)
    return leaving
