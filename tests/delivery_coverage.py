"""`python -m tests.delivery_coverage`: branch coverage of the modules that a document goes through, on both databases; 0 only at 100 %.

The settings stand in `pyproject.toml`. Processes that the tests start are measured too, but not those that are killed: whoever dies writes nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = (
    *("tests/domain", "tests/deposits", "tests/providers", "tests/push", "connectors/providers", "tests/faults/partner"),
    *(f"tests/faults/test_{name}.py" for name in ("archive", "detection", "door", "operations", "time", "verify")),
)
WITH_POSTGRES = ("tests/push",)
"""What only PostgreSQL has: advisory locks, and two writers at once."""


def main() -> int:
    ours = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with tempfile.TemporaryDirectory(prefix="pushdoc-coverage-") as place:
        environment, data = {**ours, "PUSHDOC_DATA": f"{place}/pushdoc"}, f"--data-file={place}/coverage"
        measured = [sys.executable, "-m", "coverage", "run", data, "-m", "pytest", "-n", "2"]
        commands = (
            [*measured, *TESTS],
            [sys.executable, "tests/with_postgres.py", *measured, *WITH_POSTGRES],
            [sys.executable, "-m", "coverage", "combine", "--quiet", data, place],
            [sys.executable, "-m", "coverage", "report", data],
        )
        codes = [subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode for command in commands]
    return next(filter(None, codes), 0)  # a test that fails does not hide the figures


if __name__ == "__main__":
    sys.exit(main())
