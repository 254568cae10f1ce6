"""`python tests/with_postgres.py COMMAND…`: runs the command with DATABASE_URL naming a real PostgreSQL server that lives as long as it does."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pushdoc_admin.stack.postgres import Postgres


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="pushdoc-pg-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder))
        server.prepare()
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(server.command, stdout=log, stderr=log)
        try:
            server.wait()
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.url}, check=False).returncode
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
