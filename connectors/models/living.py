"""A saved filter that lives: clients who match it later join the connector by themselves."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connectors.models.connector import Connector


class LivingSelection(models.Model):
    """`criteria` are the filters of the clients step as they were saved; `left_out` are the ids of those who match and were not wanted."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="living_selections")
    name = models.CharField(max_length=100)
    criteria = models.JSONField(default=dict)
    left_out = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["connector", "name"], name="living_selection_named_once")]

    def __str__(self) -> str:
        return self.name
