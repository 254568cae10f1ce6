"""The partner's contract for a run: our own one with deadlines of seconds, without what a partner of class B or C lacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connectors.providers.illinks.contract import OWN

if TYPE_CHECKING:
    from pathlib import Path

DEADLINE_SECONDS = 3
LONGEST_PROCESSING_SECONDS = 1
SHORTER = {
    r"(?m)^deadline_seconds = \d+": f"deadline_seconds = {DEADLINE_SECONDS}",
    r"(?m)^longest_processing_seconds = \d+": f"longest_processing_seconds = {LONGEST_PROCESSING_SECONDS}",
    r"(?m)^requests_per_second = \d+": "requests_per_second = 500",
}
REPEATED = r"(?m)^\[\[upload\.success\]\]\n(?:\w.*\n)*?receipt = \"repeated\"\n"
DOCUMENT_LOOK_UP = r"(?m)^document = .*\n"


def write_short_contract(path: Path, delivery: str, *, look_up: bool = True) -> None:
    """Write it for a partner of this delivery class, which can be asked about a document or not.

    Raises ValueError when our own contract is no longer written as it was.
    """
    text = OWN.read_text(encoding="utf-8")
    removed = [REPEATED] * (delivery in {"B", "C"}) + [DOCUMENT_LOOK_UP] * (delivery == "C" or not look_up)
    for pattern, replacement in [*SHORTER.items(), *((pattern, "") for pattern in removed)]:
        text, count = re.subn(pattern, replacement, text)
        if count != 1:
            raise ValueError(f"{OWN} : {pattern} s’y trouve {count} fois")
    path.write_text(text, encoding="utf-8")
