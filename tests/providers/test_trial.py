"""The token of one trial: its own, and a fresh one only when the partner has refused it."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.providers.base import Token
from connectors.providers.trial import TrialToken


def test_a_trial_fetches_one_token_and_another_one_only_when_that_one_was_refused() -> None:
    given: list[str] = []

    def fetch() -> Token:
        given.append(f"token-{len(given) + 1}")
        return Token(given[-1], datetime(2026, 11, 24, tzinfo=UTC))

    tokens = TrialToken()
    assert (tokens.token(fetch), tokens.token(fetch)) == ("token-1", "token-1")
    tokens.drop("an older one")
    assert tokens.token(fetch) == "token-1"
    tokens.drop("token-1")
    assert tokens.token(fetch) == "token-2"
    assert given == ["token-1", "token-2"]
