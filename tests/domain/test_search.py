"""Search as people type: without accents, with mistakes, and never so forgiving that everything is found."""

from __future__ import annotations

import pytest

from connectors.domain.search import matches

PARTNER = ("Illinks", "Dépôt de pièces comptables")


@pytest.mark.parametrize("query", ["illinks", "ILLI", "depot pieces", "pièces illinks", "ilinks", "comtpables", "", "  "])
def test_what_was_meant_is_found(query: str) -> None:
    assert matches(query, *PARTNER)


@pytest.mark.parametrize("query", ["inqom", "illinks factures", "pennylane", "xx", "ill1"])
def test_what_was_not_meant_is_not_found(query: str) -> None:
    assert not matches(query, *PARTNER)


def test_a_word_is_only_guessed_when_it_is_long_enough_to_be_meant() -> None:
    assert matches("dats", "date")
    assert not matches("ta", "tva")
