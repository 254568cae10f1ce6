"""One firm, one partner process and one database of its own, and what can be said about them from outside."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import unicodedata
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.management.chaos.short_contract import write_short_contract
from connectors.management.demo.firm import DEMO_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable

CHILD = Path(__file__).with_name("child.py")
CLIENT = DEMO_CLIENTS[0].folder
DEPOSIT = "ZONE DE DEPOT/Factures Fournisseurs"


@dataclass
class Trial:
    """`drop` puts a document down; `work` runs a process of the product; `verdict` says for each document what became of it."""

    place: Path
    delivery: str
    database_url: str
    dropped: dict[str, str] = field(default_factory=dict)
    url: str = ""
    simulator: subprocess.Popen[bytes] | None = None
    deadline: float = 1.5

    @property
    def root(self) -> Path:
        return self.place / "dossiers"

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PUSHDOC_", "DATABASE_", "REDIS_"))}
        return {
            **ours,
            "DJANGO_SETTINGS_MODULE": "pushdoc_admin.settings",
            "PUSHDOC_DATA": str(self.place / "data"),
            "PUSHDOC_DOSSIERS": str(self.root),
            "PUSHDOC_ALLOW_LOOPBACK": "1",
            "PUSHDOC_SETTLE_SECONDS": "0.1",
            "PUSHDOC_SCAN_SECONDS": "0.5",
            "PUSHDOC_ERRAND_SECONDS": "0.5",
            "PUSHDOC_LOG_LEVEL": "ERROR",
            "ILLINKS_CONTRACT": str(self.place / "contract.toml"),
            "DATABASE_URL": self.database_url,
        }

    def begin(self) -> None:
        contract = self.place / "contract.toml"
        write_short_contract(contract, self.delivery)
        text = re.sub(r"(?m)^deadline_seconds = .*", f"deadline_seconds = {self.deadline}", contract.read_text())
        contract.write_text(re.sub(r"(?m)^longest_processing_seconds = .*", "longest_processing_seconds = 0.5", text))
        command = [sys.executable, "-m", "connectors.providers.illinks.simulator", "--state", str(self.place / "partner")]
        address = self.place / "address"
        self.simulator = subprocess.Popen(
            [*command, "--delivery", self.delivery, "--address-file", str(address)], stdout=subprocess.DEVNULL, cwd=CHILD.parents[2]
        )
        while not address.exists():
            time.sleep(0.05)
        self.url = address.read_text().strip()
        subprocess.run([sys.executable, str(CHILD), "prepare", self.door()], env=self.environment, check=True, timeout=60)

    def door(self) -> str:
        """Where the product finds the partner."""
        return self.url

    def end(self) -> None:
        if self.simulator:
            self.simulator.terminate()
            self.simulator.wait()

    def drop(self, name: str, client: str = CLIENT) -> None:
        content = f"%PDF-1.4\n{name}\n".encode() + b"x" * 80_000 + b"\n%%EOF\n"
        folder = self.root / client / DEPOSIT
        (folder / f"{name}.part").write_bytes(content)
        (folder / f"{name}.part").rename(folder / name)
        self.dropped[name] = hashlib.sha256(content).hexdigest()

    def fault(self, **rule: Any) -> None:
        request = urllib.request.Request(f"{self.url}/_faults", json.dumps(rule).encode(), method="POST")
        urllib.request.urlopen(request, timeout=5).close()

    def work(self, seconds: float, **more: str) -> int:
        """The exit code of one process; -9 when it was killed."""
        command = [sys.executable, str(CHILD), "work", str(seconds)]
        return subprocess.run(command, env={**self.environment, **more}, check=False, timeout=seconds + 30).returncode

    def die_at(self, place: str, drop: Callable[[], None]) -> int:
        """A process that first brings everything to rest, is then armed to die at this place, and meets what `drop` puts down; its exit code."""
        mark, calm = self.place / f"mark-{place}", self.place / f"calm-{place}"
        mark.touch()
        armed = {**self.environment, "PUSHDOC_CRASH_AT": place, "PUSHDOC_CRASH_MARK": str(mark)}
        process = subprocess.Popen([sys.executable, str(CHILD), "work", "90", str(calm)], env=armed)
        try:
            while not calm.exists() and process.poll() is None:
                time.sleep(0.05)
            mark.unlink()
            drop()
            return process.wait(100)
        finally:
            process.kill()

    def at_the_partner(self) -> Counter[str]:
        with urllib.request.urlopen(f"{self.url}/_documents", timeout=10) as answer:
            documents = json.load(answer)["documents"]
        wrong = [item["nomFichier"] for item in documents if item["sha256"] != self.dropped.get(item["nomFichier"])]
        assert not wrong, f"other bytes than were dropped: {wrong}"
        return Counter(item["nomFichier"] for item in documents)

    def on_disk(self) -> dict[str, list[str]]:
        """Names to the folders in which a file with the dropped bytes lies."""
        found: dict[str, list[str]] = {}
        by_hash = {digest: name for name, digest in self.dropped.items()}
        for path in self.root.rglob("*"):
            if path.is_file():
                name = by_hash.get(hashlib.sha256(path.read_bytes()).hexdigest(), unicodedata.normalize("NFC", path.name))
                found.setdefault(name, []).append(path.relative_to(self.root).parts[1])
        return found

    def verdict(self) -> dict[str, str]:
        """For each document "published", "parked" (both at most once at the partner, once on the disk), or what is wrong with it."""
        received, disk = self.at_the_partner(), self.on_disk()
        assert disk.keys() <= self.dropped.keys(), f"left over: {disk.keys() - self.dropped.keys()}"
        return {name: _judge(received[name], disk.get(name, [])) for name in self.dropped}


def _judge(received: int, folders: list[str]) -> str:
    if folders == ["DOSSIER COMPTABLE"] and received == 1:
        return "published"
    if folders == ["ZONE DE DEPOT"] and received <= 1:
        return "parked"
    return f"received {received} times, on disk in {folders}"
