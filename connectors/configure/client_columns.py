"""What the names of the columns mean: a property of the client, or an attribute of a data model."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.configure.client_table import ROWS_BEFORE_HEADER, ClientFileError
from connectors.domain.names import fold, fold_for_search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.configure.client_table import Line

DEFAULT_DATA_MODEL = "Fiche client"
LONGEST_TITLE = 100

TITLES = {
    "name": (
        "nom",
        "nom du client",
        "nom client",
        "client",
        "raison sociale",
        "denomination",
        "denomination sociale",
        "societe",
        "entreprise",
    ),
    "folder": ("dossier", "repertoire", "nom du dossier", "nom dossier", "dossier client", "dossier du client", "nom du repertoire"),
    "group": ("groupe", "groupe de clients", "groupe client", "groupe du client", "groupes"),
    "responsible": (
        *("responsable", "responsable du dossier", "responsable dossier", "responsable client", "responsable du client"),
        *("collaborateur", "charge de dossier", "charge du dossier", "gestionnaire", "gestionnaire de dossier"),
    ),
    "siren": ("siren", "n siren", "no siren", "numero siren", "numero de siren", "code siren"),
    "siret": ("siret", "n siret", "no siret", "numero siret", "numero de siret", "code siret"),
    "closing": (
        *("cloture", "date de cloture", "date cloture", "cloture exercice", "cloture de l exercice", "jour de cloture"),
        *("date de cloture de l exercice", "date de cloture exercice", "fin d exercice", "fin exercice", "date de fin d exercice"),
    ),
}
FIELD_OF = {title: field for field, titles in TITLES.items() for title in titles}


@dataclass(frozen=True)
class Column:
    """`field` is one of TITLES, or empty for an attribute, which has `data_model` and `attribute`."""

    index: int
    title: str
    field: str = ""
    data_model: str = ""
    attribute: str = ""


def split_header(lines: Sequence[Line]) -> tuple[list[Column], Sequence[Line]]:
    """The columns, and the lines below them. The header is the first line that names a column « Nom ». Raises ClientFileError."""
    for position, line in enumerate(lines[:ROWS_BEFORE_HEADER]):
        if any(_field_of(cell) == "name" for cell in line.cells):
            columns = [_column(index, cell) for index, cell in enumerate(line.cells) if cell.strip()]
            _refuse_double_columns(columns)
            return columns, lines[position + 1 :]
    raise ClientFileError("La première ligne doit nommer les colonnes, et l’une d’elles doit s’appeler « Nom » ou « Raison sociale ».")


def _field_of(title: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", fold_for_search(title.replace("°", " "))).strip()
    return FIELD_OF.get(words, "")


def _column(index: int, cell: str) -> Column:
    title = " ".join(unicodedata.normalize("NFC", cell).split())
    if field := _field_of(title):
        return Column(index, title, field)
    data_model, slash, attribute = (part.strip() for part in title.partition("/"))
    if not (slash and data_model and attribute):
        data_model, attribute = DEFAULT_DATA_MODEL, title.strip("/ ") or title
    if max(len(data_model), len(attribute)) > LONGEST_TITLE:
        raise ClientFileError(f"Le titre de la colonne {index + 1} est trop long : {LONGEST_TITLE} caractères au plus.")
    if any(unicodedata.category(char)[0] == "C" for char in title):
        raise ClientFileError(f"Le titre de la colonne {index + 1} contient un caractère invisible : retapez-le.")
    return Column(index, title, "", data_model, attribute)


def _refuse_double_columns(columns: Sequence[Column]) -> None:
    seen: dict[tuple[str, str, str], str] = {}
    for column in columns:
        key = (column.field, fold(column.data_model), fold(column.attribute))
        if key in seen:
            raise ClientFileError(f"Les colonnes « {seen[key]} » et « {column.title} » disent la même chose : gardez-en une.")
        seen[key] = column.title
