"""A crash point dies where it is told to, once, and is inert everywhere else; a process that was put to sleep there goes on when it is woken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

import pytest

ROOT = Path(__file__).parents[2]
WAY = "from connectors.domain.crash_points import PLACES, reach\nfor place in PLACES:\n    print(place, flush=True)\n    reach(place)\n"


@pytest.fixture
def start() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    starter.end()


class Starter:
    """Starts processes that reach every place one after the other and say so."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []

    def __call__(self, **environment: str) -> subprocess.Popen[str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PUSHDOC_CRASH_")}
        command = [sys.executable, "-c", WAY]
        process = subprocess.Popen(command, cwd=ROOT, env={**ours, **environment}, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


def reached(process: subprocess.Popen[str]) -> list[str]:
    """The places at which it was, up to its end."""
    return process.communicate(timeout=30)[0].split()


def fall_asleep(process: subprocess.Popen[str]) -> None:
    """Wait until it is stopped."""
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


def test_nothing_happens_where_nobody_asked_for_it(start: Starter) -> None:
    process = start()
    assert reached(process)[-1] == "ask.after_answer"
    assert process.returncode == 0


def test_a_process_dies_at_the_place_that_was_named_and_the_mark_keeps_the_next_one_alive(start: Starter, tmp_path: Path) -> None:
    armed = {"PUSHDOC_CRASH_AT": "claim.after_commit", "PUSHDOC_CRASH_MARK": str(tmp_path / "mark")}
    first = start(**armed)
    assert reached(first)[-1] == "claim.after_commit"
    assert first.returncode == -signal.SIGKILL
    second = start(**armed)
    assert reached(second)[-1] == "ask.after_answer"
    assert second.returncode == 0


@pytest.mark.parametrize("marked", [False, True])
def test_a_process_that_was_put_to_sleep_goes_on_when_it_is_woken(
    start: Starter,
    tmp_path: Path,
    marked: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    mark = {"PUSHDOC_CRASH_MARK": str(tmp_path / "mark")} if marked else {}
    process = start(PUSHDOC_CRASH_AT="archive.hidden", PUSHDOC_CRASH_SIGNAL="STOP", **mark)
    fall_asleep(process)
    process.send_signal(signal.SIGCONT)
    assert reached(process)[-1] == "ask.after_answer"
    assert process.returncode == 0
    assert (tmp_path / "mark").exists() == marked
