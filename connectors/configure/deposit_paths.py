"""Deposit and archive paths with their classification; what would loop, overlap or leave the tree is refused on its field."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.classification import classification_problems
from connectors.configure.path_row import PathRow
from connectors.configure.settings_change import note_change
from connectors.domain.names import fold
from connectors.domain.paths import KNOWN_PLACEHOLDERS, RECOMMENDED, PathRefused, clean_path, could_contain
from connectors.domain.routing import PathRule
from connectors.models import DepositPath

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connectors.domain.routing import Rules
    from connectors.models import Connector
    from connectors.providers.base import ClassificationNode

LONGEST_CODE = 100


@dataclass
class PathsRefused(Exception):
    """`problems` holds (row number from 0, field name) → French message. Nothing was saved."""

    problems: dict[tuple[int, str], str] = field(default_factory=dict)


def recommended_rows(domaine: str = "", purchases: str = "", sales: str = "") -> list[PathRow]:
    """The tree that the product recommends."""
    types = (purchases, sales)
    return [PathRow(deposit, archive, domaine, types[number]) for number, (deposit, archive) in enumerate(RECOMMENDED)]


def clean_rows(rows: Sequence[PathRow]) -> list[PathRow]:
    """The rows in their one spelling. Raises PathsRefused with every problem at once."""
    refused = PathsRefused()
    cleaned = [_clean_row(number, row, refused) for number, row in enumerate(rows)]
    if not rows:
        refused.problems[0, "deposit"] = "Ajoutez au moins un chemin de dépôt."
    for number, row in enumerate(cleaned):
        _compare_with_others(number, row, cleaned, refused)
    if refused.problems:
        raise refused
    return cleaned


def _clean_row(number: int, row: PathRow, refused: PathsRefused) -> PathRow:
    values: dict[str, str] = {}
    for name, placeholders in (("deposit", ()), ("archive", KNOWN_PLACEHOLDERS)):
        try:
            values[name] = clean_path(getattr(row, name), placeholders)
        except PathRefused as error:
            refused.problems[number, name] = str(error)
            values[name] = ""
    for name in ("domaine", "type", "sous_type"):
        values[name] = unicodedata.normalize("NFC", getattr(row, name)).strip()
        if problem := _code_problem(values[name], required=name != "sous_type"):
            refused.problems[number, name] = problem
    return PathRow(**values, pk=row.pk)


def _code_problem(value: str, *, required: bool) -> str:
    if not value:
        return "Ce champ est obligatoire." if required else ""
    if len(value) > LONGEST_CODE:
        return f"Trop long : {LONGEST_CODE} caractères au plus."
    if any(unicodedata.category(char)[0] == "C" for char in value):
        return "Contient un caractère invisible : retapez-le."
    return ""


def _compare_with_others(number: int, row: PathRow, rows: Sequence[PathRow], refused: PathsRefused) -> None:
    for other_number, other in enumerate(rows):
        if row.archive and other.deposit and could_contain(other.deposit, row.archive):
            text = f"L’archive est dans le dossier de dépôt « {other.deposit} » : les documents tourneraient en rond."
            refused.problems.setdefault((number, "archive"), text)
        if other_number < number and other.archive != row.archive and fold(other.archive) == fold(row.archive):
            text = f"Cette archive ne diffère de « {other.archive} » que par les majuscules : écrivez-la partout de la même façon."
            refused.problems.setdefault((number, "archive"), text)
        if other_number == number or not row.deposit or not other.deposit:
            continue
        if fold(other.deposit) == fold(row.deposit) and other_number < number:
            refused.problems.setdefault((number, "deposit"), _already_there(other.deposit, row.deposit))
        elif could_contain(other.deposit, row.deposit) and fold(other.deposit) != fold(row.deposit):
            refused.problems.setdefault((number, "deposit"), f"Ce dossier est dans le dossier de dépôt « {other.deposit} ».")


def _already_there(other: str, own: str) -> str:
    if other == own:
        return "Ce chemin de dépôt figure déjà plus haut."
    return f"Ce chemin ne diffère de « {other} » que par les majuscules : beaucoup de disques y voient le même dossier."


def checked_rows(connector: Connector, rows: Sequence[PathRow], nodes: Sequence[ClassificationNode] = ()) -> list[PathRow]:
    """The rows in their one spelling, filed as the partner's list (`nodes`; empty: any word will do) allows. Raises PathsRefused."""
    cleaned = clean_rows(rows)
    stored = {path.pk: (path.domaine, path.type, path.sous_type) for path in connector.deposit_paths.all()}
    if problems := classification_problems(cleaned, nodes, stored):
        raise PathsRefused(problems)
    return cleaned


def with_paths(before: Rules, cleaned: Sequence[PathRow]) -> Rules:
    """The rules when these are the paths: what has another deposit folder is another path, and not paused."""
    paths = {}
    for number, row in enumerate(cleaned, 1):
        stored = before.paths.get(row.pk or 0) or before.path_at(row.deposit)
        same = stored is not None and fold(stored.deposit) == fold(row.deposit)
        pk = stored.pk if stored and same else -number
        paths[pk] = PathRule(pk, row.deposit, row.archive, row.domaine, row.type, row.sous_type, bool(stored and same and stored.paused))
    return replace(before, paths=paths)


def save_deposit_paths(
    connector: Connector, rows: Sequence[PathRow], now: datetime, actor: Any, nodes: Sequence[ClassificationNode] = ()
) -> None:
    """Make these the connector's paths, in this order. Raises PathsRefused. The caller then refreshes the watched folders."""
    cleaned = checked_rows(connector, rows, nodes)
    stored = {path.pk: path for path in connector.deposit_paths.all()}
    by_deposit = {fold(path.deposit): path for path in stored.values()}
    with transaction.atomic():
        kept = [stored.get(row.pk or 0) or by_deposit.get(fold(row.deposit)) for row in cleaned]
        moved = [path for path, row in zip(kept, cleaned, strict=True) if path and fold(path.deposit) != fold(row.deposit)]
        gone = [path.pk for path in stored.values() if path not in kept or path in moved]
        DepositPath.objects.filter(pk__in=gone).delete()
        for position, (row, path) in enumerate(zip(cleaned, kept, strict=True)):
            target = DepositPath(connector=connector) if path is None or path in moved else path
            _write(target, row, position)
        detail = [[row.deposit, row.archive, row.domaine, row.type, row.sous_type] for row in cleaned]
        plural = "s" if len(cleaned) > 1 else ""
        note_change(connector, "deposit_paths", now, actor, f"{len(cleaned)} chemin{plural} de dépôt enregistré{plural}", rows=detail)
        if taken := folders_of_others(connector):
            raise PathsRefused({(0, "deposit"): taken})


def _write(path: DepositPath, row: PathRow, position: int) -> None:
    path.deposit, path.archive, path.position = row.deposit, row.archive, position
    path.domaine, path.type, path.sous_type = row.domaine, row.type, row.sous_type
    path.save()


def folders_of_others(connector: Connector) -> str:
    """Why a deposit folder of this connector belongs to another active one already, in French; empty when none does."""
    others = DepositPath.objects.filter(connector__active=True, connector__selections__client__selections__connector=connector)
    taken = {fold(path.deposit): path for path in others.exclude(connector=connector).select_related("connector").distinct()}
    for path in connector.deposit_paths.all():
        if other := taken.get(fold(path.deposit)):
            return f"« {path.deposit} » est déjà surveillé par le connecteur « {other.connector.name} » pour un même client."
    return ""
