"""Whoever dies is started again; whoever is told to stop leaves nothing; even a killed supervisor leaves nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack.tiny import TinyStack, is_alive, owner_of, wait_for

SLEEP = "import time; time.sleep(600)"
StartStack = Callable[..., TinyStack]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux_only
def test_a_killed_child_is_started_again(start_stack: StartStack) -> None:
    stack = start_stack(SLEEP)
    first = stack.pid_of("child0")
    os.kill(first, signal.SIGKILL)
    second = wait_for(lambda: (pid := stack.pids().get("child0")) != first and pid)
    assert is_alive(second)
    assert not is_alive(first)


def test_a_child_that_always_dies_is_tried_with_longer_and_longer_pauses(start_stack: StartStack, tmp_path: Path) -> None:
    told = tmp_path / "starts"
    stack = start_stack(f"import time; open({str(told)!r}, 'a').write(f'{{time.monotonic()}}\\n'); raise SystemExit(3)")
    wait_for(lambda: told.exists() and len(told.read_text().splitlines()) >= 4)
    starts = [float(line) for line in told.read_text().splitlines()]
    assert starts[3] - starts[2] > starts[1] - starts[0]
    assert stack.kill(signal.SIGTERM) == 0


@linux_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stack_that_is_asked_to_stop_leaves_nothing(start_stack: StartStack, number: signal.Signals) -> None:
    stack = start_stack(SLEEP, SLEEP)
    pids = [stack.pid_of("child0"), stack.pid_of("child1")]
    assert stack.kill(number) == 0
    assert not any(is_alive(pid) for pid in pids)
    assert not (stack.data / "pids.json").exists()


@linux_only
def test_a_child_that_hears_nothing_goes_with_its_own_children(start_stack: StartStack, grandparent: tuple[str, Path]) -> None:
    code, told = grandparent
    stack = start_stack(code)
    grandchild = owner_of(told)
    assert stack.kill(signal.SIGTERM) == 0
    assert not is_alive(grandchild)


@linux_only
def test_what_a_killed_child_left_goes_before_it_is_started_again(start_stack: StartStack, grandparent: tuple[str, Path]) -> None:
    code, told = grandparent
    stack = start_stack(code)
    grandchild = owner_of(told)
    os.kill(stack.pid_of("child0"), signal.SIGKILL)
    wait_for(lambda: not is_alive(grandchild))


@linux_only
def test_a_killed_supervisor_leaves_nothing(start_stack: StartStack, grandparent: tuple[str, Path]) -> None:
    code, told = grandparent
    stack = start_stack(SLEEP, code)
    pids = [stack.pid_of("child0"), stack.pid_of("child1"), owner_of(told)]
    stack.kill(signal.SIGKILL)
    wait_for(lambda: not any(is_alive(pid) for pid in pids), seconds=8)


def test_a_second_stack_on_the_same_data_is_refused(start_stack: StartStack) -> None:
    first = start_stack(SLEEP)
    first.pid_of("child0")
    second = start_stack(SLEEP)
    assert second.process.wait(20) == 1
    assert f"processus {first.process.pid}" in str(second.process.stdout and second.process.stdout.read())
    assert first.process.poll() is None


@linux_only
def test_after_a_killed_stack_the_next_one_waits_for_the_end_of_what_it_left(
    start_stack: StartStack, grandparent: tuple[str, Path]
) -> None:
    code, told = grandparent
    first = start_stack(code)
    grandchild = owner_of(told)
    first_child = first.pid_of("child0")
    first.kill(signal.SIGKILL)
    second = start_stack(SLEEP)
    wait_for(lambda: second.pids().get("supervisor") == second.process.pid)
    assert not is_alive(grandchild)
    assert not is_alive(first_child)


def test_the_output_of_a_child_is_in_its_log(start_stack: StartStack) -> None:
    stack = start_stack("print('told', flush=True); import time; time.sleep(600)")
    log = stack.data / "logs" / "child0.log"
    wait_for(lambda: log.exists() and "told" in log.read_text())


@linux_only
def test_a_killed_guard_is_replaced(start_stack: StartStack) -> None:
    stack = start_stack(SLEEP)
    child = stack.pid_of("child0")
    os.kill(guard_of(stack), signal.SIGKILL)
    wait_for(lambda: guard_of(stack))
    stack.kill(signal.SIGKILL)
    wait_for(lambda: not is_alive(child), seconds=8)


def guard_of(stack: TinyStack) -> int:
    children = Path(f"/proc/{stack.process.pid}/task/{stack.process.pid}/children").read_text().split()
    for pid in map(int, children):
        if is_alive(pid) and b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return 0
