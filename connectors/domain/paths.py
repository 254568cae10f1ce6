"""Deposit and archive paths: what an administrator may write, and what becomes of it for one client."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from connectors.domain.names import RESERVED, UNSAFE_CATEGORIES, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = {
    "millésime": "l’exercice du document, au nom de l’année où il se clôt",
    "code": "la valeur qui relie le client au partenaire",
    "client": "le nom du client",
    "année": "l’année de la date du document",
    "mois": "le mois de cette date, en deux chiffres",
}
"""What an archive path may contain, and what stands there in the end."""

KNOWN_PLACEHOLDERS = tuple(PLACEHOLDERS)
LONGEST_PATH = 400
LONGEST_PART = 100
FORBIDDEN = set('<>:"|?*\\')
FORBIDDEN_IN_NAMES = FORBIDDEN | set("/{}")

RECOMMENDED = (
    ("ZONE DE DEPOT/Factures Fournisseurs", "DOSSIER COMPTABLE/{millésime}/PIECES COMPTABLES SCANNEES/Factures fournisseurs"),
    ("ZONE DE DEPOT/Factures de vente", "DOSSIER COMPTABLE/{millésime}/PIECES COMPTABLES SCANNEES/Factures de ventes"),
)
"""The default tree of the page that the product mirrors."""


class PathRefused(ValueError):
    """A path that cannot be used; the message is French and says what to change."""


def clean_path(text: str, placeholders: Iterable[str] = ()) -> str:
    """The path in its one spelling: NFC, `/` between its parts. Raises PathRefused when it could leave the client's folder or be misread."""
    path = unicodedata.normalize("NFC", text).strip()
    if not path:
        raise PathRefused("Indiquez un chemin.")
    if len(path) > LONGEST_PATH:
        raise PathRefused(f"Ce chemin est trop long : {LONGEST_PATH} caractères au plus.")
    if path.startswith(("/", "~")) or re.match(r"^[A-Za-z]:", path):
        raise PathRefused("Le chemin part du dossier du client : il ne commence ni par « / », ni par un lecteur.")
    _refuse_unknown_placeholders(path, tuple(placeholders))
    parts = [part.strip() for part in path.split("/")]
    for part in parts:
        _refuse_part(part)
    return "/".join(parts)


def _refuse_unknown_placeholders(path: str, known: tuple[str, ...]) -> None:
    for name in PLACEHOLDER.findall(path):
        if unicodedata.normalize("NFC", name) not in known:
            hint = (
                f"Variables permises : {', '.join(f'{{{word}}}' for word in known)}." if known else "Ce chemin n’accepte aucune variable."
            )
            raise PathRefused(f"La variable « {{{name[:40]}}} » est inconnue. {hint}")
    if set("{}") & set(PLACEHOLDER.sub("", path)):
        raise PathRefused("Une accolade n’est pas fermée : écrivez par exemple {millésime}.")


def _refuse_part(part: str) -> None:
    if not part:
        raise PathRefused("Le chemin contient un dossier sans nom : retirez le « / » en trop.")
    if part in {".", ".."}:
        raise PathRefused("Le chemin ne peut pas contenir « . » ou « .. » : il doit rester dans le dossier du client.")
    if any(unicodedata.category(char) in UNSAFE_CATEGORIES for char in part):
        raise PathRefused("Le chemin contient un caractère invisible : retapez-le.")
    if bad := FORBIDDEN & set(part):
        raise PathRefused(f"Le caractère « {min(bad)} » n’est pas permis dans un nom de dossier.")
    if part.endswith(".") or part.startswith("~$") or RESERVED.match(part):
        raise PathRefused(f"« {part[:40]} » n’est pas un nom de dossier possible sous Windows.")
    if len(part.encode()) > LONGEST_PART * 2 or len(part) > LONGEST_PART:
        raise PathRefused(f"Un nom de dossier est trop long : {LONGEST_PART} caractères au plus.")


def fill(path: str, values: Mapping[str, str]) -> str:
    """The path with its placeholders replaced. Raises PathRefused when a value holds a separator, or makes the path one that is not allowed."""
    if any("/" in value for value in values.values()):
        raise PathRefused("Une variable ne peut pas contenir « / » : elle nomme un seul dossier.")
    filled = PLACEHOLDER.sub(lambda match: values[unicodedata.normalize("NFC", match.group(1))], path)
    return clean_path(filled)


def archive_values(day: date, millesime: int, code: str, client_name: str) -> dict[str, str]:
    """What the placeholders of an archive path stand for. What no folder may be called is replaced, so that a client's name cannot climb."""
    return {
        "millésime": str(millesime),
        "code": as_folder_name(code),
        "client": as_folder_name(client_name),
        "année": str(day.year),
        "mois": f"{day.month:02d}",
    }


def as_folder_name(text: str) -> str:
    """The text as a folder may be called: what is forbidden becomes « - », and there is always something left."""
    kept = "".join("-" if char in FORBIDDEN_IN_NAMES or unicodedata.category(char) in UNSAFE_CATEGORIES else char for char in text)
    name = unicodedata.normalize("NFC", kept)[:LONGEST_PART].strip().rstrip(". ")
    while len(name.encode()) > LONGEST_PART * 2:
        name = name[:-1].rstrip(". ")
    return f"_{name}" if not name or name.startswith("~") or RESERVED.match(name) else name


def contains(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies below it, as a forgiving disk would read both."""
    outer_parts, inner_parts = fold(outer).split("/"), fold(inner).split("/")
    return inner_parts[: len(outer_parts)] == outer_parts


def could_contain(outer: str, inner: str) -> bool:
    """The same for paths with placeholders: a part with a placeholder could be any name."""
    outer_parts, inner_parts = fold(outer).split("/"), fold(inner).split("/")
    if len(inner_parts) < len(outer_parts):
        return False
    return all("{" in a or "{" in b or a == b for a, b in zip(outer_parts, inner_parts, strict=False))
