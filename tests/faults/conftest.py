"""Trials with real processes, and a PostgreSQL that a test may strike down."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.database_server import DatabaseServer
from tests.faults.rehearsal import ledger_in_a_file
from tests.faults.stack_trial import StackTrial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def database_server() -> Iterator[DatabaseServer]:
    """Nobody else's: other tests have a server of theirs."""
    with tempfile.TemporaryDirectory(prefix="pushdoc-pg-") as folder:
        server = DatabaseServer(Path(folder))
        server.start()
        yield server
        server.stop_at_once()


@pytest.fixture
def ledger_file(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """The ledger in a real file, which threads share as in production."""
    with ledger_in_a_file(tmp_path / "ledger.sqlite3"):
        yield


@pytest.fixture
def start_stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., StackTrial]]:
    """Give it a database ("sqlite", "postgres" or a URL), a delivery class and what the environment says besides."""
    trials: list[StackTrial] = []

    def start(
        database: str = "sqlite", delivery: str = "B", *, deadline: float = 1.5, way: Callable[[str], str] | None = None, **more: str
    ) -> StackTrial:
        url = database
        if database == "sqlite":
            url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
        elif database == "postgres":
            url = request.getfixturevalue("database_server").new_database()
        trials.append(StackTrial(tmp_path, delivery, url, deadline=deadline, more=more, way=way))
        trials[-1].begin()
        return trials[-1]

    yield start
    for trial in trials:
        trial.end()
