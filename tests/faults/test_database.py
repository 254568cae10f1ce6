"""A database that is struck down, loses its answers, is full or locked. What counts is what the partner stored, and what lies on the disk."""

from __future__ import annotations

import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crash.conftest import other_device
from tests.faults.database_server import DatabaseServer
from tests.faults.stack_trial import FULL, dropping, stop_now, wait_for
from tests.faults.ways import ForgetfulWay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.stack_trial import StackTrial

    StartStack = Callable[..., StackTrial]

pytestmark = pytest.mark.timeout(900 if FULL else 240)

LOCKED_SECONDS = 25
"""Longer than a statement waits for SQLite's lock."""


@pytest.mark.parametrize("delivery", ["B", "C"])
def test_f17_a_database_that_is_struck_down_again_and_again_loses_and_doubles_nothing(
    start_stack: StartStack, database_server: DatabaseServer, delivery: str
) -> None:
    trial, restarts = start_stack("postgres", delivery, deadline=20), 20 if FULL else 10
    trial.fault(route="upload", action="delay_headers", seconds=0.3)
    trial.start_broker()
    trial.start_watcher()
    for number in (1, 2):
        trial.start_worker(number)
    done, next_at = 0, time.monotonic() + 3
    with dropping(trial, 500 if FULL else 60, 5) as step:
        while step() or done < restarts:
            if done < restarts and time.monotonic() > next_at:
                database_server.restart_at_once()
                done, next_at = done + 1, time.monotonic() + 0.8
            time.sleep(0.02)
    trial.wait_published(60)
    assert not trial.deaths(), "a living worker was taken for dead"
    trial.assert_all_published()


def test_f18_a_commit_whose_answer_is_lost_is_read_again_before_anything_else(
    start_stack: StartStack, database_server: DatabaseServer
) -> None:
    trial, cuts = start_stack("postgres", "B"), 500 if FULL else 50
    with closing(ForgetfulWay(database_server.postgres.port, 0.2, "f18")) as way:
        trial.start_watcher()
        there = trial.database_url.replace(f":{database_server.postgres.port}/", f":{way.port}/")
        for number in (1, 2):
            trial.start_worker(number, DATABASE_URL=there)
        with dropping(trial, 20 * cuts, 8) as step:
            while way.cuts < cuts and step():
                time.sleep(0.05)
        way.forget_nothing_more()
        trial.wait_published(60)
    assert way.done >= cuts // 2
    assert way.undone
    trial.assert_all_published()


def test_f20_while_the_database_has_no_room_nothing_is_sent_that_is_not_written_down(start_stack: StartStack) -> None:
    with tempfile.TemporaryDirectory(prefix="pushdoc-full-") as folder, small_server(Path(folder)) as server:
        trial = start_stack(server.new_database(), "B")
        watcher = trial.start_watcher()
        for number in range(60):
            trial.drop(f"facture {number:02}.pdf")
        wait_for(lambda: trial.states()["waiting"] == len(trial.dropped), 30, "documents that wait")
        stop_now(watcher)
        ballast = Path(folder) / "ballast"
        fill(ballast)
        trial.start_worker()
        time.sleep(6)
        received = trial.at_the_partner()
        assert len(received) < len(trial.dropped), "the database was not full"
        ballast.unlink()
        if server.is_down():
            server.start()
        tried = {
            name for (name,) in trial.rows("SELECT DISTINCT name FROM connectors_push p JOIN connectors_pushattempt a ON a.push_id = p.id")
        }
        assert received.keys() <= tried
        trial.wait_published(60)
        trial.assert_all_published()


@contextmanager
def small_server(place: Path) -> Iterator[DatabaseServer]:
    """On a file system of its own that is soon full."""
    with other_device(place) as mounted:
        if not mounted:
            pytest.skip("needs the right to mount a tmpfs (root)")
        subprocess.run(["mount", "-o", "remount,size=400m", str(place)], check=True)
        server = DatabaseServer(place)
        server.start()
        yield server
        server.stop_at_once()


def fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass


def test_f21_answers_outlast_a_ledger_that_another_process_keeps_locked(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "C", deadline=20)
    trial.fault(route="upload", action="delay_headers", seconds=0.8)
    trial.start_watcher()
    trial.start_worker(PUSHDOC_SWEEP_SECONDS="0.2")
    for number in range(12):
        trial.drop(f"facture {number:02}.pdf")
    wait_for(trial.at_the_partner, 20, "a document whose answer is on its way")
    with closing(sqlite3.connect(trial.database_url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)) as intruder:
        intruder.execute("BEGIN EXCLUSIVE")
        time.sleep(30 if FULL else LOCKED_SECONDS)
        answered = len(trial.at_the_partner())
        intruder.execute("ROLLBACK")
    assert trial.ever("accepted") < answered, "no answer had to wait"
    trial.wait_published(60)
    assert (trial.ever("unknown"), trial.deaths()) == (0, 0)
    trial.assert_all_published()
