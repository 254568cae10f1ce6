"""What an entry of the glossary is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word and what it means. `anchor` is its place on the page: other pages lead there, so it never changes."""

    anchor: str
    word: str
    meaning: str


@dataclass(frozen=True)
class Family:
    """Words that are read together."""

    anchor: str
    title: str
    terms: tuple[Term, ...]
