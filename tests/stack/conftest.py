"""Starts tiny stacks, and ends what a failed test left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stack.tiny import TinyStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def start_stack(tmp_path: Path) -> Iterator[Callable[..., TinyStack]]:
    started: list[TinyStack] = []

    def start(*codes: str) -> TinyStack:
        started.append(TinyStack(tmp_path / "data", *codes))
        return started[-1]

    yield start
    for stack in started:
        if stack.process.poll() is None:
            stack.process.kill()
        stack.close()


@pytest.fixture
def grandparent(tmp_path: Path) -> tuple[str, Path]:
    """The code of a child that has a child of its own and hears no SIGTERM, and the file that names the grandchild."""
    told = tmp_path / "grandchild"
    code = (
        "import os, signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)']);"
        f"open({str(told) + '.new'!r}, 'w').write(str(child.pid)); os.rename({str(told) + '.new'!r}, {str(told)!r}); time.sleep(600)"
    )
    return code, told
