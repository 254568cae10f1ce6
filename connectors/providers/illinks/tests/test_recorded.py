"""Each answer in `recorded/` has the reading that stands beside it.

They were made after the working contract; a firm that gets another answer from Illinks adds it as a file.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.domain.outcomes import PushError
from connectors.providers.illinks.answers import read_upload
from connectors.providers.illinks.contract import OWN, load_contract
from connectors.providers.testing import make_document
from connectors.providers.transport import Answer

RECORDED = sorted((Path(__file__).parent.parent / "recorded").glob("*.json"))
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_answer_has_its_reading(path: Path) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    body = recorded["body"] if isinstance(recorded["body"], str) else json.dumps(recorded["body"])
    reading: object
    try:
        answer = Answer(recorded["status"], recorded["headers"], body.encode())
        reading = read_upload(answer, load_contract(OWN), NOW, make_document(b"a"), handed_over=True)
    except PushError as error:
        reading = error
    assert type(reading).__name__ == recorded["reading"]
    for name in recorded.keys() & {"repeated", "integrated", "code", "field"}:
        assert getattr(reading, name) == recorded[name], name
    if "retry_at" in recorded:
        named = getattr(reading, "retry_at", None)
        assert (named.isoformat() if named else None) == recorded["retry_at"]
