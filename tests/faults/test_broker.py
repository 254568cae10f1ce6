"""A broker that forgets, dies, hangs, is full or full of nonsense, or was never there. It carries hints: what counts is what the partner stored."""

from __future__ import annotations

import base64
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pushdoc_admin.broker_policy import RIGHT_POLICY
from tests.faults.stack_trial import FULL, NEVER, dropping, stop_now, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stack_trial import StackTrial

    StartStack = Callable[..., StackTrial]

pytestmark = pytest.mark.timeout(900 if FULL else 240)

HINTING = Path(__file__).with_name("hinting.py")
LONGEST_HINT = 3.0
"""Seconds that a person may wait for a broker that hangs."""

QUEUE = "celery"
BY_MESSAGE_ONLY = {"PUSHDOC_SWEEP_SECONDS": NEVER}


def test_f10_a_broker_that_is_emptied_again_and_again_only_delays(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B")
    trial.start_broker()
    trial.start_watcher()
    for number in (1, 2):
        trial.start_worker(number)
    emptied = 0
    with dropping(trial, 1000 if FULL else 40, 8) as step:
        while step():
            trial.tell_broker("FLUSHALL")
            emptied += 1
            time.sleep(0.1)
    trial.wait_published(30 + len(trial.dropped) / 5)
    assert emptied > 20
    trial.assert_all_published()


def test_f11_after_each_death_of_an_empty_broker_messages_bring_work_again(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B", **BY_MESSAGE_ONLY)
    broker = trial.start_broker(keeping=False)
    trial.start_watcher()
    trial.keep(lambda: trial.start_worker(1))  # one that dies of it is started again
    trial.keep(lambda: trial.start_prefork(2))
    for number in range(20 if FULL else 5):
        trial.drop(f"before {number}.pdf")
        stop_now(broker)
        trial.drop(f"meanwhile {number}.pdf")
        time.sleep(0.5)
        broker = trial.start_broker(keeping=False)
        keep_hinting(trial, number)
    assert (trial.ever("unknown"), trial.deaths()) == (0, 0)
    trial.assert_all_published()


def keep_hinting(trial: StackTrial, number: int) -> None:
    """A document brings a hint, and a hint brings all that is due: the workers sweep no more, so that only messages can do it."""
    begun, dropped = time.monotonic(), 0

    def resumed() -> bool:
        nonlocal dropped
        trial.look()
        if time.monotonic() - begun > dropped * 2:
            dropped += 1
            trial.drop(f"after {number}-{dropped}.pdf")
        return trial.states()["published"] == len(trial.dropped)

    wait_for(resumed, 60, trial.told)


def test_f12_without_any_broker_everything_is_delivered_and_workers_end_when_asked(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B")
    trial.start_watcher()
    workers = [trial.start_worker(1), trial.start_prefork(2)]
    with dropping(trial, 1000 if FULL else 20, 8) as step:
        while step():
            time.sleep(0.1)
    trial.wait_published(30 + len(trial.dropped) / 5)
    trial.assert_all_published()
    asked_at = time.monotonic()
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.wait(30)
    assert time.monotonic() - asked_at < 30


@pytest.mark.parametrize("warm", [True, False], ids=["after a first hint", "from the start"])
def test_f13_a_frozen_broker_holds_up_nobody_who_gives_a_hint_or_sends_a_form(start_stack: StartStack, *, warm: bool) -> None:
    trial = start_stack("sqlite", "B")
    broker = trial.start_broker()
    if not warm:
        broker.send_signal(signal.SIGSTOP)
    took = hint(trial, lambda: broker.send_signal(signal.SIGSTOP))
    assert max(took["hints"] + took["forms"]) < LONGEST_HINT, took


def hint(trial: StackTrial, trouble: Callable[[], object] = lambda: None) -> dict[str, list[float]]:
    """Seconds that hints and forms take in a process of their own, once the trouble has begun."""
    command = [sys.executable, str(HINTING)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=trial.environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "ready\n"
        trouble()
        said, errors = process.communicate("go on\n", timeout=60)
    assert not process.returncode, errors
    took: dict[str, list[float]] = json.loads(said)
    return took


def test_f14_repeated_foreign_and_hostile_messages_have_one_effect_and_run_nothing(start_stack: StartStack, tmp_path: Path) -> None:
    trial = start_stack("sqlite", "B")
    trial.start_broker()
    trial.start_watcher()
    for number in range(5):
        trial.drop(f"facture {number}.pdf")
    wait_for(lambda: trial.states()["waiting"] == 5, 20, "documents that wait")
    wait_for(lambda: trial.tell_broker("LLEN", QUEUE) != b":0\r\n", 10, "a hint")
    message = json.loads(take_bulk(trial.tell_broker("LINDEX", QUEUE, "0")))
    trap = tmp_path / "executed"
    for _ in range(10):
        trial.tell_broker("RPUSH", QUEUE, *[json.dumps(message)] * 100)
    for nonsense in hostile_messages(message, trap):
        trial.tell_broker("RPUSH", QUEUE, nonsense)
    trial.keep(lambda: trial.start_worker(1, **BY_MESSAGE_ONLY))

    def queue_is_empty() -> bool:
        trial.look()
        return trial.tell_broker("LLEN", QUEUE) == b":0\r\n"

    wait_for(queue_is_empty, 150, trial.told)
    trial.drop("after.pdf")
    trial.wait_published(40)
    assert not trap.exists()
    trial.assert_all_published()


class Trap:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


def hostile_messages(message: dict[str, Any], trap: Path) -> list[bytes]:
    """Envelopes as the real one, and what is none."""

    def changed(body: bytes, headers: dict[str, Any], **envelope: Any) -> bytes:
        copy = {**message, **envelope, "headers": {**message["headers"], **headers}, "body": base64.b64encode(body).decode()}
        return json.dumps(copy).encode()

    pickled = pickle.dumps(((Trap(trap),), {}, {}))
    return [
        changed(base64.b64decode(message["body"]), {"task": "os.system"}),
        changed(base64.b64decode(message["body"]), {"task": "connectors.tasks.erase"}),
        changed(b'[["no number"], {}, {}]', {}),
        changed(b'[[99999], {"more": 1}, {}]', {}),
        changed(b"not json", {}),
        changed(pickled, {}, **{"content-type": "application/x-python-serialize", "content-encoding": "binary"}),
        b"{}",
        b"garbage \xff\x00",
    ]


def take_bulk(answer: bytes) -> bytes:
    return answer.partition(b"\r\n")[2].removesuffix(b"\r\n")


def test_f15_a_push_that_outlives_the_visibility_timeout_has_one_effect(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B", deadline=10, PUSHDOC_VISIBILITY_SECONDS="1", PUSHDOC_LOG_LEVEL="INFO", **BY_MESSAGE_ONLY)
    trial.fault(route="upload", action="delay_headers", seconds=1.2)
    trial.start_broker()
    trial.start_watcher()
    logs = [trial.place / name for name in ("worker.log", "worker2.log")]
    for number in (1, 2):
        trial.start_worker(number)
    wait_for(lambda: all(" ready." in log.read_text() for log in logs), 30, "two workers")
    for number in range(16):
        trial.drop(f"facture {number:02}.pdf")
    trial.wait_published(60)
    log = "".join(log.read_text() for log in logs)
    received = re.findall(r"Task connectors\.tasks\.drain\[([^\]]+)\] received", log)
    assert len(received) > len(set(received)), "no message was given out twice"
    trial.assert_all_published()


def test_f16_a_full_broker_that_evicts_nothing_loses_nothing(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B")
    trial.start_broker()
    trial.tell_broker("CONFIG", "SET", "maxmemory", "1")
    trial.start_watcher()
    trial.keep(trial.start_worker)
    trial.keep(trial.start_beat)
    with dropping(trial, 20, 8) as step:
        while step():
            trial.look()
            time.sleep(0.05)
    trial.wait_published(60)
    took = hint(trial)
    assert max(took["hints"] + took["forms"]) < LONGEST_HINT, took
    trial.assert_all_published()


def test_f16_a_worker_refuses_a_broker_that_evicts_and_says_what_to_set(start_stack: StartStack) -> None:
    trial = start_stack("sqlite", "B")
    trial.start_broker(maxmemory_policy="allkeys-lru")
    for start, name in ((trial.start_worker, "worker"), (lambda: trial.start_prefork(2), "worker2")):
        assert start().wait(30) == 1
        said = (trial.place / f"{name}.log").read_text()
        assert "« maxmemory-policy allkeys-lru »" in said
        assert f"redis-cli CONFIG SET maxmemory-policy {RIGHT_POLICY}" in said
