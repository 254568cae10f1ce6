"""F02: death at each durable step, for each delivery class, on both databases. What counts is what the partner stored and what lies on the disk.

A partner that cannot be asked (C) leaves to a person what a worker had in its hands when it died: such a document is parked, never doubled.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from connectors.domain.crash_points import PLACES
from connectors.management.demo.firm import DEMO_CLIENTS
from tests.crash.conftest import other_device
from tests.crash.trial import CLIENT, Trial

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ELSEWHERE = DEMO_CLIENTS[1].folder
ACROSS_DEVICES = {"archive.copying", "archive.copied"}
NEEDS_A_QUESTION = {"ask.after_answer"}


def die_at(trial: Trial, place: str, number: int) -> None:
    """Let a process die there, in the middle of two documents."""
    client = ELSEWHERE if place in ACROSS_DEVICES else CLIENT
    if place in NEEDS_A_QUESTION:
        trial.fault(route="upload", name_contains=place, action="drop_after", times=2)
    code = trial.die_at(place, lambda: [trial.drop(f"{number:02} {place} {letter}.pdf", client) for letter in "ab"] and None)
    assert code == -9, f"nobody died at {place} (exit {code})"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("delivery", ["A", "B", "C"])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_f02_death_at_each_durable_step_loses_and_doubles_nothing(
    start_trial: Callable[[str, str], Trial], database: str, delivery: str
) -> None:
    trial = start_trial(database, delivery)
    with other_device(trial.root / ELSEWHERE / "DOSSIER COMPTABLE") as mounted:
        left_out = (set() if mounted else ACROSS_DEVICES) | (NEEDS_A_QUESTION if delivery == "C" else set())
        places = [place for place in PLACES if place not in left_out]
        for number, place in enumerate(places):
            die_at(trial, place, number)
        assert trial.work(60) == 0, "something still moves"
        verdict = trial.verdict()
    fine = {"published"} if delivery != "C" else {"published", "parked"}
    assert not {name: said for name, said in verdict.items() if said not in fine}
    assert len(verdict) == 2 * len(places)
    assert "published" in verdict.values()


def test_a_crash_point_is_inert_unless_it_is_named(tmp_path: Path) -> None:
    code = "from connectors.domain.crash_points import PLACES, reach; [reach(place) for place in PLACES]; print('alive')"
    done = subprocess.run([".venv/bin/python", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "alive\n"
