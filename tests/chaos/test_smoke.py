"""The whole product under attack, in small: `./pushdoc manage chaos` runs large ones. Each case is a run of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 280
pytestmark = pytest.mark.timeout(LONGEST_SECONDS + 20)


def start_chaos(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PUSHDOC_DATA": str(tmp_path / "data")}
    command = [sys.executable, str(ROOT / "manage.py"), "chaos", "--json", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_chaos(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    process = start_chaos(tmp_path, *arguments)
    out, errors = process.communicate(timeout=LONGEST_SECONDS)
    assert out, errors
    answer: dict[str, Any] = json.loads(out)
    assert process.returncode == (0 if answer["findings"] == [] else 1), errors
    return answer


def findings_of(answer: dict[str, Any]) -> list[str]:
    """Empty, or what somebody has to look at, with the seed that shows it again."""
    return [*answer["findings"], *([] if answer["calm"] else [f"never calm, seed {answer['seed']}"])]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize("partner", ["A", "B"])
def test_300_documents_survive_12_kills(tmp_path: Path, partner: str, database: str) -> None:
    answer = run_chaos(tmp_path, "--documents", "300", "--kills", "12", "--partner", partner, "--database", database, "--seed", "2")
    assert findings_of(answer) == []
    assert (answer["documents"], answer["kills"]) == (300, 12)
    assert answer["published"] + answer["replaced"] + answer["parked"] >= 300
    assert set(answer["parked_by_cause"]) <= {"duplicate"}  # a document that was carried to another folder while it was sent
    assert answer["kills_by_kind"].keys() >= {"worker", "watcher", "broker", *(["database"] if database == "postgres" else [])}


def test_with_a_partner_that_cannot_be_asked_a_person_decides_and_nothing_doubles(tmp_path: Path) -> None:
    answer = run_chaos(tmp_path, "--documents", "80", "--kills", "4", "--faults", "0.2", "--partner", "C", "--seed", "3")
    assert findings_of(answer) == []
    assert 0 < answer["parked_by_cause"]["undecided"] < 60


def test_without_a_broker_everything_is_delivered(tmp_path: Path) -> None:
    answer = run_chaos(tmp_path, "--documents", "80", "--kills", "4", "--broker", "off", "--seed", "4")
    assert findings_of(answer) == []
    assert "broker" not in answer["kills_by_kind"]
    assert answer["published"] + answer["replaced"] + answer["parked"] >= 80


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_run_that_is_interrupted_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    process = start_chaos(tmp_path, "--documents", "2000", "--kills", "2", "--keep")
    marks = {"celery", "valkey", "simulator"}
    deadline = time.monotonic() + 60
    while not marks <= {mark for line in children_of(process.pid).values() for mark in marks if mark in line}:
        assert time.monotonic() < deadline, children_of(process.pid)
        time.sleep(0.2)
    pids = children_of(process.pid)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    place = Path(errors.strip().splitlines()[-1].partition(" : ")[2])
    assert place.is_dir()
    assert not [line for pid, line in pids.items() if Path(f"/proc/{pid}").exists()]
    shutil.rmtree(place)


def children_of(parent: int) -> dict[int, str]:
    """The command lines of its child processes."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
