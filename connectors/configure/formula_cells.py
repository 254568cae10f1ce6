"""Cells of a CSV file that a spreadsheet would take for a formula: marked with an apostrophe when written, and read back as they were."""

from __future__ import annotations

import re

DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet runs, with the apostrophes that such a cell may already have."""

MARKED = re.compile(r"'+[=+\-@\t\r]")


def guard_cell(text: str) -> str:
    """Fit for a CSV file."""
    return f"'{text}" if DANGEROUS.match(text) else text


def unguard_cell(text: str) -> str:
    """What `guard_cell` was given."""
    return text[1:] if MARKED.match(text) else text
