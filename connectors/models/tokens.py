"""The partner's access token: one for all workers, sealed, fetched by one of them at a time."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from django.db.models import Q
from django.utils import timezone

from connectors.models.connector import AccessToken
from connectors.models.sealing import SealBroken, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

FETCHING = timedelta(seconds=20)
"""How long the others wait for the one who fetches before another one tries: longer than a slow token endpoint's whole deadline."""

GLANCE_SECONDS = 0.1


class FetchedToken(Protocol):
    """A token as a provider gives it."""

    @property
    def value(self) -> str:
        """What is sent."""

    @property
    def expires_at(self) -> datetime:
        """The moment (UTC) from which it must not be used."""


class SharedToken:
    """Keeps one connector's token in the database."""

    def __init__(self, connector_id: int, origin: str) -> None:
        self._connector_id = connector_id
        self._place = f"connector:{connector_id}/token/{origin}"

    def token(self, fetch: Callable[[], FetchedToken]) -> str:
        """The current token; only one worker fetches a new one, the others wait for it."""
        row, _ = AccessToken.objects.get_or_create(connector_id=self._connector_id)
        while True:
            if value := self._current(row):
                return value
            if self._may_fetch(row):
                return self._fetch(row, fetch)
            time.sleep(GLANCE_SECONDS)
            row.refresh_from_db()

    def drop(self, value: str) -> None:
        """Forget the token if it is still this one."""
        row = AccessToken.objects.filter(connector_id=self._connector_id).first()
        if row and row.sealed and self._current(row) == value:
            AccessToken.objects.filter(pk=row.pk, sealed=row.sealed).update(sealed=None, expires_at=None)

    def _current(self, row: AccessToken) -> str:
        if not row.sealed or not row.expires_at or row.expires_at <= timezone.now():
            return ""
        try:
            return unseal(bytes(row.sealed), self._place)
        except SealBroken:
            return ""

    def _may_fetch(self, row: AccessToken) -> bool:
        now = timezone.now()
        never = now + 2 * FETCHING  # a later moment was noted by a clock that has been set back since; one FETCHING is a fresh colleague's
        free = Q(refreshing_until=None) | Q(refreshing_until__lt=now) | Q(refreshing_until__gt=never)
        return bool(AccessToken.objects.filter(free, pk=row.pk).update(refreshing_until=now + FETCHING))

    def _fetch(self, row: AccessToken, fetch: Callable[[], FetchedToken]) -> str:
        rows = AccessToken.objects.filter(pk=row.pk)
        try:
            row.refresh_from_db()
            if value := self._current(row):
                return value
            token = fetch()
            rows.update(sealed=seal(token.value, self._place), expires_at=token.expires_at)
            return token.value
        finally:
            rows.update(refreshing_until=None)
