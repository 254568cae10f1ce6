"""A file that is no deposit, looked at as if it were one: for the simulator."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from connectors.deposits.base import Entry

if TYPE_CHECKING:
    from typing import IO


class SampleDocument:
    """An open file under a name of its own. Nobody else knows of it: it has no second name and no writer."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self._file = file
        self._entry = Entry(name, "", file.seek(0, os.SEEK_END))

    @property
    def entry(self) -> Entry:
        """Its name and size."""
        return self._entry

    def rewind(self) -> None:
        """Go back to the first byte."""
        self._file.seek(0)

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""
        return self._file.read(size)

    def read_at(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from there on."""
        self._file.seek(offset)
        return self._file.read(size)

    def largest_hole(self) -> int:
        """What was sent over the network has none."""
        return 0

    def has_writer(self) -> bool:
        """It is whole."""
        return False

    def is_unchanged(self) -> bool:
        """It is ours."""
        return True

    def may_end(self) -> bool:
        """It is never sent."""
        return False
