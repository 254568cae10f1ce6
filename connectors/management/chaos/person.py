"""One of those who drop documents, in every way that people and programs have."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections import deque
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from connectors.domain.paths import RECOMMENDED
from connectors.management.chaos.contents import draw_kind, draw_name, draw_size, make_content
from connectors.management.chaos.firm import CLIENTS
from connectors.management.chaos.journal import REPLACED, Version
from connectors.management.chaos.putting import (
    EXCHANGE,
    NO_REPLACE,
    draft_of,
    put_appended,
    put_renamed,
    put_slowly,
    put_written,
    rename,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.management.chaos.dropper import Dropper

WAYS = {"renamed": 46, "written": 20, "slow": 10, "appended": 6, "again": 10, "replaced": 8}
MOVE_SHARE = 0.06
"""How often an earlier document is carried to another deposit folder of its client meanwhile."""

PATIENCE_SECONDS = 30.0
"""A document that lies longer no longer counts: it waits for a person, or for a broken product."""

DEPOSITS = tuple(deposit for deposit, _ in RECOMMENDED)


class Person:
    """One of those who drop; nobody else touches this person's documents, so what happens to each version is known exactly."""

    def __init__(self, office: Dropper) -> None:
        self.office = office
        self.lying: deque[tuple[float, Path]] = deque()
        self.versions: dict[Path, Version] = {}

    def wait_for_room(self, window: int) -> None:
        """Until few enough documents lie about."""
        while not self.office.stopping.is_set():
            ended = time.monotonic() - PATIENCE_SECONDS
            there = deque((at, path) for at, path in self.lying if path.exists())
            self.office.count_taken(len(self.lying) - len(there))
            self.lying = deque((at, path) for at, path in there if at > ended)
            if len(self.lying) < window:
                return
            time.sleep(0.05)

    def drop(self, number: int) -> None:
        """One version; the number and the seed decide which and how."""
        random = Random(f"{self.office.seed}/{number}")
        client, kind = random.choice(CLIENTS), draw_kind(random)
        deposit, how = random.choice(DEPOSITS), random.choices(list(WAYS), list(WAYS.values()))[0]
        path = self.office.root / client.folder / deposit / draw_name(random, number, kind)
        if random.random() < MOVE_SHARE:
            self._move_one(random)
        content = make_content(random, kind, draw_size(random))
        if how == "again" and (free := self._free_name(kind)):
            path = free
        if how == "replaced" and self._replace_one(random, number, kind, content):
            return
        put: dict[str, Callable[[Path, bytes, int], None]] = {
            "written": put_written,
            "slow": lambda path, content, _: put_slowly(path, content, random),
            "appended": lambda path, content, _: put_appended(path, content, random),
        }
        way = put_renamed if how == "appended" and kind != "pdf" else put.get(how, put_renamed)
        self._put(path, content, number, how, partial(way, path, content, number))

    def _put(self, path: Path, content: bytes, number: int, how: str, put: Callable[[], None]) -> None:
        version = self._version(path, content, number, how)
        put()
        self.office.journal.note(version)
        self.versions[path] = version
        self.lying.append((time.monotonic(), path))

    def _version(self, path: Path, content: bytes, number: int, how: str) -> Version:
        client, deposit = path.relative_to(self.office.root).parts[0], "/".join(path.relative_to(self.office.root).parts[1:-1])
        code = next(known.code for known in CLIENTS if known.folder == client)
        return Version(number, client, code, deposit, path.name, hashlib.sha256(content).hexdigest(), len(content), how)

    def _free_name(self, kind: str) -> Path | None:
        """An earlier name of this kind; as soon as the product has taken its document away."""
        path = next((path for path in reversed(self.versions) if path.suffix.lower() == f".{kind}"), None)
        for _ in itertools.repeat(None, 2000):
            if path is None or not path.exists():
                return path
            time.sleep(0.002)
        return None

    def _replace_one(self, random: Random, number: int, kind: str, content: bytes) -> bool:
        """Swap a lying document for a new version. False when none lies there any more."""
        paths = [path for _, path in self.lying if path.suffix.lower() == f".{kind}" and path in self.versions]
        if not paths:
            return False
        path = random.choice(paths)
        version, draft = self._version(path, content, number, "replaced"), draft_of(path, number)
        draft.write_bytes(content)
        try:
            rename(draft, path, EXCHANGE)
        except FileNotFoundError:
            draft.unlink()
            return False
        before = self.versions[path]
        if hashlib.sha256(draft.read_bytes()).hexdigest() != before.sha256:
            self.office.failures.append(f"{path.name} : d’autres octets que ceux qui y avaient été déposés")
        before.fate = REPLACED
        for changed in (before, version):
            self.office.journal.note(changed)
        draft.unlink()
        self.versions[path] = version
        return True

    def _move_one(self, random: Random) -> None:
        """Carry a lying document to the other deposit folder of its client."""
        paths = [path for _, path in self.lying if path in self.versions]
        if not paths:
            return
        path = random.choice(paths)
        version = self.versions.pop(path)
        other = DEPOSITS[1 - DEPOSITS.index(version.deposit)]
        target = self.office.root / version.client / other / path.name
        try:
            rename(path, target, NO_REPLACE)
        except OSError:
            return
        version.deposit, version.moved = other, True
        self.office.journal.note(version)
        self.versions[target] = version
        self.lying.append((time.monotonic(), target))
