"""The programs of the embedded default, besides the broker: their command lines and what each option is for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pushdoc_admin.stack.process import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
PARTING_GRACE_SECONDS = 30.0
"""A worker that is killed earlier leaves a doubt about the document that it was sending to a slow partner."""

QUIET_CELERY = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def child_environment(base: Mapping[str, str], data: Path, redis_url: str) -> dict[str, str]:
    """What a child finds in its environment, beside what the person set."""
    environment = {**base, "PUSHDOC_DATA": str(data), "REDIS_URL": redis_url, "PYTHONUNBUFFERED": "1"}
    environment["PYTHONPATH"] = ":".join([str(ROOT), *filter(None, [base.get("PYTHONPATH")])])
    environment.setdefault("PUSHDOC_ALLOW_LOOPBACK", "1")
    if base.get("PUSHDOC_HOSTS"):  # the stack itself asks for `/healthz` under this name
        environment["PUSHDOC_HOSTS"] = f"{base['PUSHDOC_HOSTS']},localhost"
    environment.setdefault("DJANGO_SETTINGS_MODULE", "pushdoc_admin.settings")
    return environment


def manage(*arguments: str) -> list[str]:
    """A management command."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def web_program(descriptor: int) -> Program:
    """One process with threads: with SQLite, more processes would only wait for one another. No access log: addresses may hold a token."""
    options = ["--bind", f"fd://{descriptor}", "--worker-class", "gthread", "--workers", "1", "--threads", "8"]
    options += ["--graceful-timeout", "8", "--no-control-socket"]
    return Program("web", [sys.executable, "-m", "gunicorn", "pushdoc_admin.wsgi:application", *options], descriptors=(descriptor,))


def worker_program(number: int = 1) -> Program:
    """Threads: a push waits for the network and the disk. Workers need no talk with others."""
    name = "worker" if number == 1 else f"worker{number}"
    options = ["--hostname", f"{name}@%h", "--pool", "threads", "--concurrency", "4", "--loglevel", "INFO", *QUIET_CELERY]
    return Program(name, [sys.executable, "-m", "celery", "-A", "pushdoc_admin", "worker", *options], grace_seconds=PARTING_GRACE_SECONDS)


def beat_program(data: Path) -> Program:
    """Its own process: a worker that restarts doesn't lose the beat."""
    options = ["--schedule", str(data / "celerybeat-schedule"), "--pidfile", "", "--loglevel", "INFO"]
    return Program("beat", [sys.executable, "-m", "celery", "-A", "pushdoc_admin", "beat", *options])


def watcher_program() -> Program:
    """Sees what is dropped."""
    return Program("watcher", manage("watch"))


def simulator_program(data: Path, port: int, address_file: Path, delivery: str = "A") -> Program:
    """The partner of the demonstration, of this delivery class."""
    options = ["--port", str(port), "--state", str(data / "simulateur"), "--address-file", str(address_file), "--delivery", delivery]
    return Program("simulator", [sys.executable, "-m", "connectors.providers.illinks.simulator", *options])


def documents_program() -> Program:
    """Drops a document now and then, until it has none left."""
    return Program("documents", manage("demo_documents"), ends=True)
