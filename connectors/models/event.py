"""The trail: every change of a document's state and of the settings, written once and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.db import models

from connectors.domain.states import PushState
from connectors.models.connector import Connector
from connectors.models.push import Push

if TYPE_CHECKING:
    from datetime import datetime


class AppendOnlyError(TypeError):
    """Somebody tried to change or remove a line of the trail."""


class EventQuerySet(models.QuerySet["Event"]):
    """Writes lines; refuses to touch written ones."""

    def note_move(self, push: Push, now: datetime, actor: Any = None) -> Event:
        """The document has changed its state."""
        text = push.explanation if push.state in {PushState.HELD, PushState.REFUSED, PushState.UNKNOWN, PushState.WITHDRAWN} else ""
        return self.create(at=now, kind=f"push.{push.state}", push=push, connector_id=push.connector_id, actor=actor, text=text)

    def note_settings(self, connector: Connector, kind: str, now: datetime, actor: Any, text: str, **detail: Any) -> Event:
        """Somebody has changed the settings. Secrets never stand in `detail`: only that they were changed."""
        return self.create(at=now, kind=f"settings.{kind}", connector=connector, actor=actor, text=text[:500], detail=detail)

    def update(self, **_values: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("Events are written once.")

    def delete(self) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("Events are kept.")


class Event(models.Model):
    """One line of the trail. `actor` is None for what the product did by itself."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    push = models.ForeignKey(Push, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    connector = models.ForeignKey(Connector, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500, blank=True, default="")
    detail = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["connector", "kind", "-id"], name="event_of_connector")]

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if self.pk is not None:
            raise AppendOnlyError("Events are written once.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("Events are kept.")

    @property
    def label(self) -> str:
        """What happened, in French, for a document's story."""
        family, _, word = self.kind.partition(".")
        return PushState(word).label if family == "push" and word in PushState.__members__.values() else self.text
