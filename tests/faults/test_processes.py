"""Processes that die, sleep, are asked to end, or are there twice. What counts is what the partner stored, and what lies on the disk."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
import requests

from pushdoc_admin.stack.programs import web_program
from tests.faults.person import ALIX, Person
from tests.faults.stack_trial import FULL, NEVER, children_of, draw, dropping, is_asleep, stop_now, wait_for
from tests.faults.ways import DeadlyWay

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.database_server import DatabaseServer
    from tests.faults.stack_trial import StackTrial

    StartStack = Callable[..., StackTrial]

pytestmark = pytest.mark.timeout(1800 if FULL else 240)

LONGEST_END = 30.0
"""Seconds that a worker which is asked to end may take."""

SWITCH = "/administration/connecteurs/1/activation/"

NOBODY = "redis://127.0.0.1:9/0"
"""A broker's address at which nobody is."""

PATIENT = 20
"""Seconds that the partner may take, on however busy a machine: a doubt would be the product's own."""

SLEEPING_PLACES = ("send.before_request", "send.before_last_bytes", "send.after_answer", "record.before_commit")


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_f01_workers_and_watchers_that_are_killed_at_random_lose_and_double_nothing(start_stack: StartStack, database: str) -> None:
    documents, kills = (10_000, 200) if FULL else (80, 12)
    trial, random = start_stack(database, "B"), draw(f"f01 {database}")
    trial.fault(route="upload", action="delay_headers", probability=0.3, seconds=0.5)
    trial.start_broker()
    start = {"threads": trial.start_worker, "prefork": lambda: trial.start_prefork(2), "watcher": trial.start_watcher}
    living = {name: begin() for name, begin in start.items()}
    killed, next_kill_at = 0, time.monotonic() + 3
    with dropping(trial, documents, 6) as step:
        while step() or killed < kills:
            if killed < kills and time.monotonic() >= next_kill_at:
                name = random.choice(["threads", "threads", "prefork", "prefork", "watcher"])
                children = children_of(living[name].pid)
                if name == "prefork" and children and random.random() < 0.5:
                    with suppress(ProcessLookupError):
                        os.kill(random.choice(children), signal.SIGKILL)
                else:
                    stop_now(living[name])
                    living[name] = start[name]()
                killed, next_kill_at = killed + 1, time.monotonic() + random.uniform(0.2, 1.6)
            time.sleep(0.02)
    trial.wait_published(60)
    assert trial.deaths(), "nobody died with a document in its hands"
    trial.assert_all_published()


def fall_asleep(trial: StackTrial) -> list[subprocess.Popen[bytes]]:
    """Workers, each asleep at a place of its own with a document in its hands."""
    trial.start_watcher()
    sleepers = []
    for number, place in enumerate(SLEEPING_PLACES, 1):
        armed = {"PUSHDOC_CRASH_AT": place, "PUSHDOC_CRASH_SIGNAL": "STOP", "PUSHDOC_CRASH_MARK": str(trial.place / f"mark-{number}")}
        sleepers.append(trial.start_worker(number, PUSHDOC_LANES="1", **armed))

    def are_asleep() -> bool:
        states = trial.states()
        if not states["settling"] + states["waiting"]:
            trial.drop(f"facture {len(trial.dropped):02}.pdf")
        return all(is_asleep(sleeper.pid) for sleeper in sleepers)

    wait_for(are_asleep, 60, trial.told)
    return sleepers


def test_f04_a_sleeping_worker_keeps_its_documents_on_its_host_while_the_database_restarts(
    start_stack: StartStack, database_server: DatabaseServer
) -> None:
    trial = start_stack("postgres", "B", PUSHDOC_TRANSACTION_SECONDS="1")
    sleepers = fall_asleep(trial)
    database_server.restart_at_once()
    trial.start_worker(9)
    trial.drop("after the restart.pdf")
    wait_for(lambda: trial.state_of("after the restart.pdf") == "published", 30, "the successor")
    time.sleep(4)  # several sweeps, and longer than the deadline and the longest processing
    assert trial.states()["sending"] >= len(SLEEPING_PLACES)
    wake_up(sleepers)
    trial.wait_published(30)
    assert (trial.ever("unknown"), trial.deaths()) == (0, 0), trial.told()
    trial.assert_all_published()


def test_f04_a_worker_that_wakes_after_another_host_has_taken_over_does_not_send_the_end(
    start_stack: StartStack, database_server: DatabaseServer
) -> None:
    trial = start_stack("postgres", "B", PUSHDOC_TRANSACTION_SECONDS="1")
    sleepers = fall_asleep(trial)
    database_server.restart_at_once()
    trial.start_worker(9, PUSHDOC_DATA=str(another_host(trial)))
    trial.wait_published(40)
    assert trial.deaths() >= len(SLEEPING_PLACES)
    assert all(is_asleep(sleeper.pid) for sleeper in sleepers)
    before = trial.at_the_partner()
    wake_up(sleepers)
    time.sleep(4)
    assert not any(sleeper.poll() for sleeper in sleepers)
    assert trial.at_the_partner() == before
    trial.assert_all_published()


def another_host(trial: StackTrial) -> Path:
    """The same keys, and a folder of locks of its own."""
    return shutil.copytree(trial.place / "data", trial.place / "data-of-another-host", ignore=shutil.ignore_patterns("owners"))


def wake_up(sleepers: list[subprocess.Popen[bytes]]) -> None:
    for sleeper in sleepers:
        os.kill(sleeper.pid, signal.SIGCONT)


def test_f05_a_document_that_kills_its_worker_each_time_is_held_and_takes_no_other_along(start_stack: StartStack) -> None:
    victims: list[subprocess.Popen[bytes]] = []
    way = DeadlyWay(b"poison", lambda: stop_now(victims[-1]))
    trial = start_stack("sqlite", "B", way=way.to)
    trial.fault(route="upload", action="delay_headers", seconds=0.3)
    trial.start_watcher()
    trial.drop("poison.pdf")
    for number in range(24):
        trial.drop(f"innocent {number:02}.pdf")
    wait_for(lambda: trial.states()["waiting"] == len(trial.dropped), 30, "documents that wait")
    victims.append(trial.start_worker())

    def judged() -> bool:
        if victims[-1].poll() is not None:
            victims.append(trial.start_worker())
        states = trial.states()
        return states["published"] + states["held"] == len(trial.dropped)

    wait_for(judged, 60, lambda: str((way.struck, trial.states())))
    with closing(way):
        assert trial.rows("SELECT name, cause, deaths FROM connectors_push WHERE state = 'held'") == [("poison.pdf", "poison", 3)]
        assert way.struck == 3
        verdict = trial.verdict()
        assert verdict.pop("poison.pdf") == "parked"
        assert set(verdict.values()) == {"published"}
        assert "poison.pdf" not in trial.at_the_partner()


def test_f06_workers_that_are_asked_to_end_hand_over_and_leave_no_doubt(start_stack: StartStack) -> None:
    restarts = 50 if FULL else 6
    trial = start_stack("postgres", "C", deadline=PATIENT)
    trial.fault(route="upload", action="delay_headers", seconds=0.6)
    trial.start_broker()
    trial.start_watcher()
    kinds = [trial.start_worker, trial.start_prefork]
    current, took = trial.start_worker(1), []
    with dropping(trial, restarts * 12, 6) as step:
        for number in range(restarts):
            turn_ends_at = time.monotonic() + 2
            while time.monotonic() < turn_ends_at:
                step()
                time.sleep(0.02)
            successor = kinds[(number + 1) % 2](number + 2)
            time.sleep(1.5)
            asked_at = time.monotonic()
            current.send_signal(signal.SIGTERM)
            current.wait(LONGEST_END + 15)
            took.append(round(time.monotonic() - asked_at, 1))
            current = successor
        while step():
            time.sleep(0.1)
    trial.wait_published(90)
    assert max(took) <= LONGEST_END, took
    assert (trial.ever("unknown"), trial.deaths()) == (0, 0)
    trial.assert_all_published()


def test_f08_a_hint_that_was_never_published_is_made_up_for_by_the_sweep(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B")
    broker = trial.start_broker()
    trial.run_manage("createsuperuser", "--noinput", **ALIX)
    watcher = trial.start_watcher()
    trial.drop("facture.pdf")
    wait_for(lambda: trial.state_of("facture.pdf") == "waiting", 20, "a document that waits")
    stop_now(watcher)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        web = trial.start(web_program(listening.fileno()))
        person = Person(f"http://127.0.0.1:{listening.getsockname()[1]}")
        person.sign_in()
        person.send(SWITCH, active="0")
        trial.start_worker()
        time.sleep(3)
        assert trial.state_of("facture.pdf") == "waiting"
        broker.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(person.send, SWITCH, active="1")
            wait_for(lambda: trial.rows("SELECT active FROM connectors_connector") == [(1,)], 10, "the commit")
            stop_now(web)
            assert isinstance(sent.exception(), requests.ConnectionError), "the web had already published its hint"
    stop_now(broker)
    trial.wait_published(20)
    trial.assert_all_published()


def test_f09_two_beats_bring_every_document_once(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B")
    trial.start_broker()
    trial.start_watcher(REDIS_URL=NOBODY)
    for name in ("beat", "beat2"):
        trial.start_beat(name)
    for number in (1, 2):
        trial.start_worker(number, PUSHDOC_SWEEP_SECONDS=NEVER)
    with dropping(trial, 30, 5) as step:
        while step():
            time.sleep(0.05)
    trial.wait_published(40)
    trial.assert_all_published()


def test_f09_without_a_beat_the_workers_sweep_themselves(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B")
    trial.start_broker()
    trial.start_watcher(REDIS_URL=NOBODY)
    trial.start_worker()
    with dropping(trial, 12, 5) as step:
        while step():
            time.sleep(0.05)
    trial.wait_published(30)
    trial.assert_all_published()
