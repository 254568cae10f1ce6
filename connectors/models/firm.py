"""The firm that this installation serves, and its clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from connectors.domain.names import fold_for_search

if TYPE_CHECKING:
    from typing import Any


class Firm(models.Model):
    """The accounting firm: one row, `pk` 1."""

    name = models.CharField(max_length=200, default="Mon cabinet")
    first_admin_token_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_firm")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Firm:
        """The firm's row, made on first use."""
        return cls.objects.get_or_create(pk=1)[0]


class ClientGroup(models.Model):
    """A group of clients, as the firm sorts them."""

    name = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ClientQuerySet(models.QuerySet["Client"]):
    """Clients by what people ask for."""

    def named_like(self, text: str) -> Self:
        """Those whose name, SIREN, SIRET or folder holds every word of the text, whatever the accents."""
        found = self
        for word in fold_for_search(text).split():
            found = found.filter(search_text__contains=word)
        return found


class Client(models.Model):
    """A client of the firm. `folder` is its folder below the root of all clients; the closing day ends its accounting year.

    `responsible` is the person of the firm who keeps this client's books.
    """

    name = models.CharField(max_length=200, unique=True)
    folder = models.CharField(max_length=200, unique=True)
    group = models.ForeignKey(ClientGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="clients")
    siren = models.CharField(max_length=9, blank=True, default="")
    siret = models.CharField(max_length=14, blank=True, default="")
    responsible = models.CharField(max_length=200, blank=True, default="")
    closing_month = models.PositiveSmallIntegerField(default=12)
    closing_day = models.PositiveSmallIntegerField(default=31)
    search_text = models.CharField(max_length=700, editable=False, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what a search compares beside what it finds."""
        self.search_text = fold_for_search(f"{self.name} {self.siren} {self.siret} {self.folder}")[:700]
        super().save(*args, **kwargs)
