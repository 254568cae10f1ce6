"""An access token for one trial of credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.providers.base import Token


class TrialToken:
    """Keeps a token for one trial. With the shared one, a wrong secret would pass as long as an older token lives."""

    def __init__(self) -> None:
        self._value = ""

    def token(self, fetch: Callable[[], Token]) -> str:
        """Fetched once."""
        self._value = self._value or fetch().value
        return self._value

    def drop(self, value: str) -> None:
        """The partner has just refused it."""
        if self._value == value:
            self._value = ""
