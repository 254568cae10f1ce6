"""The demonstration firm's clients as the file that a person would import: CSV for a French Excel."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from connectors.management.demo.firm import DATA_MODELS, DEMO_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN = ("Nom", "Dossier", "Groupe", "Responsable", "SIREN", "SIRET", "Clôture")


def demo_rows() -> Iterator[tuple[str, ...]]:
    """The header, then one row for each client."""
    attributes = [(model, attribute) for model, names in DATA_MODELS.items() for attribute in names]
    yield (*OWN, *(f"{model} / {attribute}" for model, attribute in attributes))
    for client in DEMO_CLIENTS:
        day, month = client.closing
        values = (client.values.get(key, "") for key in attributes)
        yield (client.name, client.folder, client.group, client.responsible, client.siren, client.siret, f"{day:02d}/{month:02d}", *values)


def write_demo_client_file(path: Path) -> None:
    """UTF-8 with its mark and semicolons, which a double click opens rightly in a French Excel."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(demo_rows())
