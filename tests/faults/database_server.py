"""A PostgreSQL of a test's own that can be struck down and started again."""

from __future__ import annotations

import signal
import subprocess
import uuid
from typing import TYPE_CHECKING

import psycopg

from pushdoc_admin.stack.postgres import Postgres

if TYPE_CHECKING:
    from pathlib import Path


class DatabaseServer:
    """`restart_at_once` is what a crash does: nothing is closed, and the next start recovers."""

    def __init__(self, place: Path) -> None:
        place.chmod(0o755)
        self.postgres = Postgres(place)
        self.postgres.prepare()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.postgres.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.postgres.wait()

    def stop_at_once(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def restart_at_once(self) -> None:
        self.stop_at_once()
        self.start()

    def is_down(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def new_database(self) -> str:
        """The URL of an empty one."""
        name = f"trial_{uuid.uuid4().hex}"
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        return self.postgres.url.rpartition("/")[0] + f"/{name}"
