"""Search that forgives accents, case and typing errors."""

from __future__ import annotations

from difflib import SequenceMatcher

from connectors.domain.names import fold_for_search

CLOSE_ENOUGH = 0.75
"""Two words of which this share agrees are taken for the same: "ilinks" finds Illinks, "pennylan" Pennylane, "inqom" not Illinks."""

SHORTEST_GUESS = 4
"""Shorter words have too many neighbours."""


def matches(query: str, *texts: str) -> bool:
    """Whether each word of the query stands in one of the texts, or nearly so."""
    words = fold_for_search(" ".join(texts)).split()
    return all(_has_word(word, words) for word in fold_for_search(query).split())


def _has_word(wanted: str, words: list[str]) -> bool:
    if any(wanted in word for word in words):
        return True
    return len(wanted) >= SHORTEST_GUESS and any(SequenceMatcher(None, wanted, word).ratio() >= CLOSE_ENOUGH for word in words)
