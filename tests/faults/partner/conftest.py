"""The house with the real time, which a real partner needs, and a ledger in a real file, which threads share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.rehearsal import WallClock

if TYPE_CHECKING:
    from tests.conftest import House


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def house(ledger_file: None, house: House) -> House:
    return house
