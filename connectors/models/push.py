"""The ledger: one row for every file that was ever seen below a deposit path, one for every try at the partner."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import F, Q

from connectors.domain.names import fold_for_search, shown_name
from connectors.domain.states import FINAL, FOR_A_PERSON, IN_FLIGHT, UNSENT, PushState
from connectors.models.backfill import Backfill
from connectors.models.connector import Connector, DepositPath
from connectors.models.firm import Client

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class PushQuerySet(models.QuerySet["Push"]):
    """Questions that the pipeline and the screens ask of the ledger."""

    def present(self) -> Self:
        """Rows whose file is expected in its deposit folder."""
        return self.exclude(state__in=FINAL)

    def unsent(self) -> Self:
        """Rows of which no byte can be at the partner."""
        return self.filter(state__in=UNSENT)

    def in_flight(self) -> Self:
        """Rows that move by themselves."""
        return self.filter(state__in=IN_FLIGHT)

    def for_a_person(self) -> Self:
        """Rows that wait for somebody: held, refused, or unknown with nobody left to ask."""
        return self.filter(Q(state__in=FOR_A_PERSON) | Q(state=PushState.UNKNOWN, next_attempt_at=None))

    def due(self, now: datetime) -> Self:
        """Ready to be claimed, the oldest deposit first."""
        return self.filter(state=PushState.WAITING, next_attempt_at__lte=now).order_by("next_attempt_at", "pk")

    def to_ask(self, now: datetime) -> Self:
        """Unknown outcomes, and receipts without integration, that are to be asked about now."""
        return self.filter(Q(state=PushState.UNKNOWN) | Q(state=PushState.ACCEPTED, integrated=False), next_attempt_at__lte=now)

    def to_archive(self, now: datetime) -> Self:
        """Accepted and integrated: the file has to leave its deposit folder."""
        return self.filter(state=PushState.ACCEPTED, integrated=True, next_attempt_at__lte=now)

    def named_like(self, text: str) -> Self:
        """Whose name or partner id holds every word of the text, whatever the accents."""
        found = self
        for word in fold_for_search(text).split():
            found = found.filter(Q(search_name__contains=word) | Q(remote_id__icontains=word))
        return found

    def claim(self, pks: Iterable[int], owner: str, now: datetime, version: int) -> int:
        """Move these rows to SENDING under this owner, in one statement; rows that somebody else took meanwhile stay his."""
        return self.filter(pk__in=list(pks), state=PushState.WAITING).update(
            state=PushState.SENDING, owner=owner, claimed_at=now, attempts=F("attempts") + 1, settings_version=version, changed_at=now
        )

    def counts(self) -> dict[PushState, int]:
        """How many rows stand in each state."""
        rows = self.order_by().values_list("state").annotate(models.Count("pk"))
        return {PushState(state): count for state, count in rows}


class Push(models.Model):
    """One file of one client. `name_bytes` is its exact name, `name` what is shown; `identity` is device, inode, size and mtime.

    `reference` is the UUID that the partner gets with every attempt; `deaths` counts the workers that died while they sent it, `absences`
    the times that the partner did not know it. `doubtful`: an attempt's outcome is unknown, also while it is sent again to a partner that
    recognises the reference. `size` is in bytes. `folder` is below the root of all clients.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="pushes")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="pushes")
    deposit_path = models.ForeignKey(DepositPath, null=True, on_delete=models.SET_NULL, related_name="pushes")
    backfill = models.ForeignKey(Backfill, null=True, blank=True, on_delete=models.SET_NULL, related_name="pushes")
    folder = models.CharField(max_length=700)
    name_bytes = models.BinaryField(max_length=255)
    name = models.CharField(max_length=1000)
    search_name = models.CharField(max_length=1000)
    identity = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in PushState])
    cause = models.CharField(max_length=20, blank=True, default="")
    explanation = models.CharField(max_length=500, blank=True, default="")
    released = models.BooleanField(default=False)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    doubtful = models.BooleanField(default=False)
    absences = models.PositiveSmallIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=100, blank=True, default="")
    claimed_at = models.DateTimeField(null=True, blank=True)
    settings_version = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField()
    identity_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    client_code = models.CharField(max_length=200, blank=True, default="")
    millesime = models.PositiveSmallIntegerField(null=True, blank=True)
    remote_id = models.CharField(max_length=200, blank=True, default="")
    repeated = models.BooleanField(default=False)
    integrated = models.BooleanField(default=True)
    domaine = models.CharField(max_length=100, blank=True, default="")
    type = models.CharField(max_length=100, blank=True, default="")
    sous_type = models.CharField(max_length=100, blank=True, default="")
    archive_folder = models.CharField(max_length=700, blank=True, default="")
    archive_path = models.CharField(max_length=1500, blank=True, default="")

    objects = PushQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "name_bytes", "connector"], condition=~Q(state__in=sorted(FINAL)), name="one_living_push_for_a_file"
            )
        ]
        indexes = [
            models.Index(fields=["connector", "state", "next_attempt_at"], name="push_due"),
            models.Index(fields=["client", "-seen_at", "-id"], name="push_of_client"),
            models.Index(fields=["-seen_at", "-id"], name="push_newest"),
            models.Index(fields=["state", "next_attempt_at"], name="push_swept"),
            models.Index(fields=["connector", "client", "sha256"], name="push_same_bytes"),
            models.Index(fields=["connector", "remote_id"], name="push_remote_id"),
        ]

    def __str__(self) -> str:
        return self.name

    def set_name(self, raw: bytes) -> None:
        """Take the exact name, and derive what is shown and searched."""
        self.name_bytes, self.name = raw, shown_name(raw)
        self.search_name = fold_for_search(self.name)[:1000]

    def move(self, to: PushState, now: datetime, **changes: Any) -> bool:
        """Change the state if the row still stands as it was read (state, owner, attempt), and write the event; False when somebody was faster.

        All changes of a row's state but the claim go through here; call it inside a transaction where more has to agree with it.
        """
        from connectors.models.event import Event  # noqa: PLC0415 - the two rows refer to each other

        before, values = self.state, {"state": to, "changed_at": now, **changes}
        mine = type(self).objects.filter(pk=self.pk, state=before, owner=self.owner, attempts=self.attempts)
        with transaction.atomic(savepoint=False):
            if not mine.update(**values):
                return False
            for name, value in values.items():
                setattr(self, name, value)
            if to != before:
                Event.objects.note_move(self, now)
        return True

    @property
    def state_label(self) -> str:
        """The French word for the state."""
        return PushState(self.state).label

    @property
    def state_tone(self) -> str:
        """How a badge shows the state."""
        return PushState(self.state).tone


class PushAttempt(models.Model):
    """One try at the partner, stored before its first byte leaves. `outcome` is empty while it runs or when its worker died."""

    push = models.ForeignKey(Push, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    owner = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=30, blank=True, default="")
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=64, blank=True, default="")
    message = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["push", "number"], name="attempts_are_numbered")]

    def __str__(self) -> str:
        return f"{self.push_id} #{self.number}"
