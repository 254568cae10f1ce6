"""Trials on either database."""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from pushdoc_admin.stack.postgres import Postgres
from tests.crash.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="pushdoc-pg-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder))
        server.prepare()
        process = subprocess.Popen(server.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server.wait()
        yield server
        process.terminate()
        process.wait()


@pytest.fixture
def start_trial(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str, str], Trial]]:
    """Give it a database and a delivery class."""
    trials: list[Trial] = []

    def start(database: str, delivery: str) -> Trial:
        trials.append(Trial(tmp_path, delivery, _new_database(request, database, tmp_path)))
        trials[-1].begin()
        return trials[-1]

    yield start
    for trial in trials:
        trial.end()


def _new_database(request: pytest.FixtureRequest, database: str, place: Path) -> str:
    if database == "sqlite":
        return f"sqlite:///{place / 'ledger.sqlite3'}"
    url = request.getfixturevalue("postgres").url
    name = f"trial_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return str(url).rpartition("/")[0] + f"/{name}"


@contextmanager
def other_device(folder: Path) -> Iterator[bool]:
    """A tmpfs in this folder's place, where we may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mounted = os.getuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
