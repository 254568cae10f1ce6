"""A document's real way past a partner that fails: real files, a ledger in a real SQLite file, the real provider, real HTTP on loopback."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from connectors.domain.states import PushState
from connectors.models import Connector, Push
from connectors.models.tokens import SharedToken
from connectors.providers.base import NetworkRules
from connectors.providers.illinks.contract import OWN, load_contract
from connectors.providers.illinks.provider import IllinksProvider
from connectors.push.drain import drain_connector
from tests.conftest import Clock
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.providers.illinks.contract import Contract
    from tests.conftest import House

REPEATED = '[[upload.success]]\nstatus = 200\ntext = "DEJA_PUBLIE"\nreceipt = "repeated"\n'
DOCUMENT_LOOK_UP = 'document = "/pushdoc/v1/documents"\n'


class WallClock(Clock):
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    @property
    def now(self) -> datetime:  # type: ignore[override]
        return datetime.now(UTC) + self.ahead

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        self.ahead += timedelta(**duration)
        return self.now


@contextmanager
def ledger_in_a_file(file: Path) -> Iterator[None]:
    """A test's database in memory becomes a real file, so that threads wait for each other as they do in production."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    copy = sqlite3.connect(file)
    in_memory.backup(copy)
    copy.close()
    connection.connection, connection.settings_dict["NAME"] = None, str(file)
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = in_memory, name


def contract_of(folder: Path, delivery: str, *, deadline: float = 5, processing: float = 1) -> Contract:
    """Illinks' contract for a partner of this delivery class, with short times (in seconds)."""
    text = OWN.read_text(encoding="utf-8")
    for old, new in (
        ("deadline_seconds = 30 ", f"deadline_seconds = {deadline} "),
        ("deadline_seconds_per_mebibyte = 1 ", "deadline_seconds_per_mebibyte = 0.001 "),
        ("longest_processing_seconds = 10", f"longest_processing_seconds = {processing}"),
        ("requests_per_second = 20", "requests_per_second = 100000"),
        *([(REPEATED, "")] if delivery in "BC" else []),
        *([(DOCUMENT_LOOK_UP, "")] if delivery == "C" else []),
    ):
        assert old in text
        text = text.replace(old, new)
    file = folder / f"contract-{delivery}.toml"
    file.write_text(text, encoding="utf-8")
    contract = load_contract(file)
    assert contract.delivery_class.value == delivery
    return contract


def illinks(connector: Connector, uri: str, contract: Contract, *, network: NetworkRules | None = None, **changes: str) -> IllinksProvider:
    """The real provider under another contract, with the token that all workers share."""
    declared = {"contract": contract, "delivery_class": contract.delivery_class, "abilities": contract.abilities, "limits": contract.limits}
    credentials = {"client_id": "c", "client_secret": "s3cret", "id_illibook": "I", "ws_user": "w", "id_correspondance": "X", "uri": uri}
    kind = type("IllinksUnderAnotherContract", (IllinksProvider,), declared)
    rules = network or NetworkRules(allow_loopback=True)
    provider: IllinksProvider = kind(credentials | changes, tokens=SharedToken(connector.pk, uri), network=rules)
    return provider


class Rehearsal(Pipeline):
    """The pipeline with the real provider before a partner at `uri`."""

    def __init__(self, house: House, folder: Path, uri: str, delivery: str = "A", **more: Any) -> None:
        times = {name: more.pop(name) for name in ("deadline", "processing") if name in more}
        self.house, self.contract, self.uri, self.more = house, contract_of(folder, delivery, **times), uri, more
        super().__init__(house, self.provider(), folder / "owners")  # type: ignore[arg-type]

    def provider(self) -> IllinksProvider:
        """One more, as each worker builds its own."""
        return illinks(self.house.connector, self.uri, self.contract, **self.more)

    def drop(self, name: str = "a.pdf", client: str = "Alice", size: int = 0) -> bytes:
        """A document of its own bytes, seen and settled."""
        content = f"%PDF-1.4 {client} {name}\n".encode() + b"x" * size + b"\n%%EOF\n"
        self.house.drop(client, name, content)
        return content

    def send_for(self, until: timedelta, *, step: float = 20) -> None:
        """Sweep again and again while this much time passes for the ledger."""
        end = self.house.clock.now + until
        while self.house.clock.now < end:
            self.send()
            self.house.clock.forward(seconds=step)

    def drain(self, lanes: int) -> None:
        """Send all that is due, so many documents side by side, each lane with a provider of its own."""
        connector = Connector.objects.get(pk=self.house.connector.pk)
        self.worker.lanes = lanes
        drain_connector(connector.pk, self.partner, self.worker, connector.settings_version, self.provider)
        self.worker.lanes = 1


def states() -> dict[str, int]:
    """How many documents stand in each state."""
    return {str(state): count for state, count in Push.objects.counts().items()}


def the_push() -> Push:
    """The only one."""
    return Push.objects.get()


def is_parked(push: Push) -> bool:
    """Whether it waits for a person, who can see it."""
    return push.state == PushState.UNKNOWN and push.next_attempt_at is None and push in Push.objects.for_a_person()


@contextmanager
def within_seconds(limit: float) -> Iterator[None]:
    """What happens inside takes no longer."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started <= limit
