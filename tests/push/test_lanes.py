"""Documents that a lane cannot deliver: whatever goes wrong, nobody keeps them in his hands."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from connectors.push.lanes import Lanes

CLAIMED: Any = [SimpleNamespace(push=SimpleNamespace(pk=number)) for number in range(3)]


def away(*_: object) -> Any:
    raise ConnectionError("the database is away")


def test_documents_are_let_go_when_a_lane_cannot_even_begin() -> None:
    let_go: list[Any] = []
    lanes = Lanes(away, away, let_go.extend, build=away, count=2)  # type: ignore[arg-type]
    lanes.take(CLAIMED)
    lanes.close()
    assert sorted(item.push.pk for item in let_go) == [0, 1, 2]
    assert lanes.is_idle()


def test_what_follows_a_failure_in_the_only_lane_is_let_go_too() -> None:
    let_go: list[Any] = []
    lanes = Lanes(away, away, let_go.extend, build=None, count=1)  # type: ignore[arg-type]
    with pytest.raises(ConnectionError):
        lanes.take(CLAIMED)
    assert let_go == CLAIMED
