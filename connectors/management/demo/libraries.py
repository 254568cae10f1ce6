"""The drawing libraries: only the demonstration needs them, so production does without."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Module = Any  # these libraries carry no types


class DemoLibraryMissing(Exception):
    """A library of the `demo` extra is not installed; the message is French and says what to do."""


def load(module: str) -> Module:
    """The module, imported now. Raises DemoLibraryMissing."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        message = (
            f"La bibliothèque « {module.partition('.')[0]} » manque : la démonstration se lance par « ./pushdoc demo », qui l’installe."
        )
        raise DemoLibraryMissing(message) from error


def font_path(name: str = "Vera.ttf") -> str:
    """A free font with French accents that comes with reportlab, whatever the machine has."""
    return str(Path(load("reportlab").__file__).parent / "fonts" / name)
