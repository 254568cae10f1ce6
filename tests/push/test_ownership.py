"""Who owns a document: a living process for as long as its lock is held, seen from this host and from another one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from connectors.push.direct_connection import direct_connection
from connectors.push.ownership import AdvisoryOwnership, FileOwnership

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = """
import sys
from pathlib import Path
from connectors.push.ownership import FileOwnership
print(FileOwnership(Path(sys.argv[1])).name, flush=True)
sys.stdin.read()
"""

with_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has advisory locks: DATABASE_URL names none")


def start_owner(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process of this host, and its name."""
    command = [sys.executable, "-c", OWNER, str(folder)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_process_of_this_host_is_alive_until_it_dies_and_then_leaves_nothing(tmp_path: Path) -> None:
    ours = FileOwnership(tmp_path)
    process, name = start_owner(tmp_path)
    assert (ours.is_alive(name), ours.is_alive(ours.name)) == (True, True)
    process.kill()
    process.communicate()
    assert not ours.is_alive(name)
    assert [path.name for path in tmp_path.iterdir()] == [ours.name]


@pytest.mark.parametrize("name", ["", "never-seen", "../elsewhere"])
def test_a_name_that_no_process_of_this_host_has_is_not_alive(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").touch()
    assert not FileOwnership(tmp_path / "owners").is_alive(name)
    assert (tmp_path / "elsewhere").exists()


class Hosts:
    """Each host has a folder of its own: only the database is common."""

    def __init__(self, place: Path) -> None:
        self._place, self.connections = place, list[Any]()

    def connect(self) -> Any:
        self.connections.append(direct_connection())
        return self.connections[-1]

    def new_owner(self, host: str) -> AdvisoryOwnership:
        return AdvisoryOwnership(self._place / host, self.connect)

    def cut(self, owner: AdvisoryOwnership) -> None:
        """End the session that holds its lock, as a restart or a firewall does."""
        with direct_connection() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [owner._connection.info.backend_pid])


@pytest.fixture
def hosts(transactional_db: None, tmp_path: Path) -> Iterator[Hosts]:
    hosts = Hosts(tmp_path)
    yield hosts
    for each in hosts.connections:
        each.close()


@with_postgres
def test_a_process_of_another_host_is_alive_until_its_session_ends(hosts: Hosts) -> None:
    here, there = hosts.new_owner("here"), hosts.new_owner("there")
    assert (here.is_alive(there.name), there.is_alive(here.name)) == (True, True)
    hosts.cut(there)
    assert not here.is_alive(there.name)
    assert not here.is_alive("never-seen")


@with_postgres
def test_a_process_of_this_host_is_judged_by_its_file_and_not_by_its_session(hosts: Hosts) -> None:
    here, neighbour = hosts.new_owner("here"), hosts.new_owner("here")
    hosts.cut(neighbour)
    assert here.is_alive(neighbour.name)


@with_postgres
def test_a_process_takes_its_lock_again_when_its_session_was_cut(hosts: Hosts, caplog: pytest.LogCaptureFixture) -> None:
    here, there = hosts.new_owner("here"), hosts.new_owner("there")
    there.hold()
    assert len(hosts.connections) == 2
    hosts.cut(there)
    assert not here.is_alive(there.name)
    there.hold()
    assert here.is_alive(there.name)
    assert "lock was lost" in caplog.text


@with_postgres
def test_who_cannot_be_asked_about_counts_as_alive(hosts: Hosts) -> None:
    here, there = hosts.new_owner("here"), hosts.new_owner("there")
    hosts.cut(here)
    hosts.cut(there)
    assert here.is_alive(there.name)
    assert not here.is_alive(there.name)
