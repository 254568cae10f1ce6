"""A backfill: prior documents that somebody has asked for, taken up little by little."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connectors.models.connector import Connector


class Backfill(models.Model):
    """Its documents carry it in `Push.backfill`; those that are still PRIOR wait for their turn. `criteria` say what was asked for, to be shown.

    `per_minute` documents are taken up; `paused_at` stops that for a while, `cancelled_at` for good, `finished_at` is when none was left.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="backfills")
    criteria = models.JSONField(default=dict)
    per_minute = models.PositiveIntegerField(default=60)
    advanced_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.connector_id}: {self.created_at:%Y-%m-%d}"
