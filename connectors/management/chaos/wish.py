"""What a run is asked for."""

from __future__ import annotations

from dataclasses import dataclass

PARTNERS = ("A", "B", "C")
DATABASES = ("sqlite", "postgres")
BROKERS = ("on", "flush", "off", "frozen")


@dataclass(frozen=True)
class Wish:
    """The command line.

    `faults` is the share of the partner's answers that go wrong; the same `seed` draws the same documents and deaths. A partner of class A
    may be one `without_look_up`: it cannot be asked, and only takes the same reference again.
    """

    documents: int = 300
    kills: int = 12
    faults: float = 0.1
    partner: str = "A"
    database: str = "sqlite"
    broker: str = "on"
    seed: int = 1
    workers: int = 2
    without_look_up: bool = False
