"""F40: one bit that flips in an archive is found, whichever file and byte it is."""

from __future__ import annotations

import hashlib
import os
import random
from typing import TYPE_CHECKING

import pytest

from connectors.domain.states import PushState
from connectors.models import Event, Push
from connectors.push.auditing.verify import Finding, Subset, verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import House

pytestmark = pytest.mark.django_db(transaction=True)

FLIPS = 1_000
SOUND = 100
ARCHIVE = "Dossier Alice/DOSSIER COMPTABLE/2026/Factures"


def archived(house: House, count: int, chance: random.Random) -> list[Push]:
    """So many published documents, of one byte to 20 kB, each with its file in the archive."""
    (house.root / ARCHIVE).mkdir(parents=True)
    rows = []
    for number in range(count):
        content = chance.randbytes(chance.randint(1, 20_000))
        path = f"{ARCHIVE}/facture {number:04d}.pdf"
        (house.root / path).write_bytes(content)
        push = Push(connector=house.connector, client=house.clients["Alice"], folder="DEPOT", identity="1:1:1:1", size=len(content))
        push.seen_at = push.identity_at = push.changed_at = push.published_at = house.clock.now
        push.state, push.sha256, push.archive_path = PushState.PUBLISHED, hashlib.sha256(content).hexdigest(), path
        push.set_name(path.rpartition("/")[2].encode())
        rows.append(push)
    return Push.objects.bulk_create(rows, batch_size=200)


def flip_one_bit(path: Path, chance: random.Random) -> None:
    """Size and times stay as they were: only the content tells."""
    status = path.stat()
    at = chance.randrange(status.st_size)
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << chance.randrange(8)]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_f40_every_one_of_1000_flipped_bits_is_found_and_nothing_else(house: House) -> None:
    chance = random.Random(40)
    rows = archived(house, FLIPS + SOUND, chance)
    flipped = {push.pk for push in chance.sample(rows, FLIPS)}
    assert not [result for result in verify(Subset(), house.store, house.clock.now) if isinstance(result, Finding)]
    for push in rows:
        if push.pk in flipped:
            flip_one_bit(house.root / push.archive_path, chance)
    found = [
        result.push.pk
        for part in range(1, 31)
        for result in verify(Subset(part, 30), house.store, house.clock.now)
        if isinstance(result, Finding) and result.kind == "changed"
    ]
    assert len(found) == FLIPS
    assert set(found) == flipped
    assert Event.objects.filter(kind="archive.changed").count() == FLIPS
