"""What the stack says to the person at the terminal, and the errors that end it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TextIO


class StackUnusable(Exception):
    """The stack can't start or go on; the message is for the person."""


class StopRequested(Exception):
    """Ctrl-C, or a signal to end."""


@dataclass(frozen=True)
class Voice:
    """Where progress goes: to stdout, or to stderr when stdout is for JSON."""

    json: bool = False

    @property
    def stream(self) -> TextIO:
        """Looked up each time: a test may have replaced it."""
        return sys.stderr if self.json else sys.stdout

    def say(self, text: str) -> None:
        """One line, at once. A terminal that is gone must not end the stack."""
        try:
            print(text, file=self.stream, flush=True)
        except OSError:
            return
