"""A backfill: a person asks for documents that were there before the activation; some are taken up each minute, and none that was not sent is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import BigIntegerField, CharField, F, Func, Q, Value
from django.db.models.functions import Cast, Replace
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils import timezone

from connectors.configure.dry_run import CountChanged, count_under
from connectors.domain.states import PushState
from connectors.models import Backfill, Client, Connector, Event, Push
from connectors.models.rules import rules_of

if TYPE_CHECKING:
    from connectors.configure.dry_run import Tally
    from connectors.models.push import PushQuerySet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GIVEN_BACK = (PushState.SETTLING, PushState.WAITING, PushState.HELD)
"""Where a document stands that was taken up and not sent. What the partner may have, or has refused, stays where it is."""


@dataclass(frozen=True)
class Criteria:
    """Which of the prior documents: words of the client's and of the file's name, a deposit path, and the days between which a file was modified."""

    client: str = ""
    name: str = ""
    path: int | None = None
    since: date | None = None
    until: date | None = None

    def as_json(self) -> dict[str, Any]:
        """To be kept with the backfill, and shown."""
        days = {name: day.isoformat() for name in ("since", "until") if (day := getattr(self, name))}
        return {"client": self.client, "name": self.name, "path": self.path, **days}


def choose(connector: Connector, criteria: Criteria) -> PushQuerySet:
    """The prior documents that nobody has asked for yet and that agree with all criteria, the oldest deposit first."""
    free = Q(backfill=None) | Q(backfill__in=Backfill.objects.filter(connector=connector, cancelled_at__isnull=False))
    found = Push.objects.filter(free, connector=connector, state=PushState.PRIOR)
    if criteria.name:
        found = found.named_like(criteria.name)
    if criteria.client:
        found = found.filter(client__in=Client.objects.named_like(criteria.client))
    if criteria.path is not None:
        found = found.filter(deposit_path_id=criteria.path)
    if criteria.since:
        found = found.filter(GreaterThanOrEqual(_modified_ns(), _ns(criteria.since)))
    if criteria.until:
        found = found.filter(LessThan(_modified_ns(), _ns(criteria.until + timedelta(days=1))))
    return found.order_by("pk")


def _modified_ns() -> Cast:
    """What follows the last colon of an identity, as a number: without its other characters on the right, a text ends with its last colon."""
    others = Replace(F("identity"), Value(":"), Value(""))
    beginning = Func(F("identity"), others, function="RTRIM", output_field=CharField())
    stamp = Func(F("identity"), beginning, Value(""), function="REPLACE", output_field=CharField())
    return Cast(stamp, BigIntegerField())


def _ns(day: date) -> int:
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    return (midnight - EPOCH) // timedelta(microseconds=1) * 1000


def modified_at(push: Push) -> datetime | None:
    """When the file was last written to, as its disk says: a copy may keep the date of what it was copied from, or have its own."""
    stamp = push.identity.rpartition(":")[2]
    try:
        return EPOCH + timedelta(microseconds=int(stamp) // 1000)
    except (ValueError, OverflowError):
        return None


def count_chosen(connector: Connector, criteria: Criteria) -> Tally:
    """What a backfill of these would do. Nothing is sent, nothing changes."""
    return count_under(rules_of(connector), choose(connector, criteria))


def start_backfill(connector: Connector, criteria: Criteria, per_minute: int, expected: int, now: datetime, actor: Any) -> Backfill:
    """Ask for these documents. Raises CountChanged when they are not as many as a person was told, or none."""
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        chosen = list(choose(connector, criteria).values_list("pk", flat=True))
        if len(chosen) != expected or not chosen:
            raise CountChanged(len(chosen))
        backfill = Backfill.objects.create(
            connector=connector,
            criteria=criteria.as_json() | {"count": expected},
            per_minute=per_minute,
            advanced_at=now,
            created_at=now,
            created_by=actor,
        )
        for start in range(0, expected, 500):
            Push.objects.filter(pk__in=chosen[start : start + 500], state=PushState.PRIOR).update(backfill=backfill)
        _note(backfill, "started", now, actor, f"Rappel de documents antérieurs : {expected} demandé(s), {per_minute} par minute")
    return backfill


def pause_backfill(backfill: Backfill, now: datetime, actor: Any) -> bool:
    """Nothing more is taken up for a while. False when it does not run."""
    return _change(backfill, now, actor, "paused", "Rappel mis en pause", {"paused_at": None}, {"paused_at": now})


def resume_backfill(backfill: Backfill, now: datetime, actor: Any) -> bool:
    """It goes on where it stood, at its rate. False when it is not paused."""
    asleep = {"paused_at__isnull": False}
    return _change(backfill, now, actor, "resumed", "Rappel repris", asleep, {"paused_at": None, "advanced_at": now})


def cancel_backfill(backfill: Backfill, now: datetime, actor: Any) -> int:
    """What was not sent becomes PRIOR again; give how many documents are given back, those that were still PRIOR included."""
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=backfill.connector_id)  # no claim meanwhile
        if not _change(backfill, now, actor, "cancelled", "Rappel annulé", {}, {"cancelled_at": now}):
            return 0
        waiting = Push.objects.filter(backfill=backfill, state=PushState.PRIOR).count()
        taken = Push.objects.filter(backfill=backfill, state__in=GIVEN_BACK, doubtful=False)
        return waiting + sum(_give_back(push, now) for push in taken)


def _give_back(push: Push, now: datetime) -> bool:
    route = {"client_code": "", "millesime": None, "domaine": "", "type": "", "sous_type": "", "archive_folder": ""}
    fresh = {"sha256": "", "cause": "", "explanation": "", "released": False, "settled_at": None, "next_attempt_at": None}
    return push.move(PushState.PRIOR, now, **route, **fresh, first_attempt_at=None)


def _change(backfill: Backfill, now: datetime, actor: Any, kind: str, text: str, only: dict[str, Any], values: dict[str, Any]) -> bool:
    with transaction.atomic():
        open_ones = Backfill.objects.filter(pk=backfill.pk, cancelled_at=None, finished_at=None, **only)
        if not open_ones.update(**values):
            return False
        backfill.refresh_from_db()
        _note(backfill, kind, now, actor, text)
    return True


def _note(backfill: Backfill, kind: str, now: datetime, actor: Any, text: str) -> None:
    detail = {"backfill": backfill.pk}
    Event.objects.create(at=now, kind=f"backfill.{kind}", connector_id=backfill.connector_id, actor=actor, text=text, detail=detail)
