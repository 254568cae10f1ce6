"""What one cell of a client file may hold: each rule returns the clean value or raises CellRefused with French words."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date

from connectors.configure.identifiers import IdentifierRefused, clean_siren, clean_siret
from connectors.domain.names import fold_for_search

LONGEST_NAME = 200
LONGEST_FOLDER_BYTES = 200
LONGEST_VALUE = 200

MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre")
DAY_MONTH = re.compile(r"^(\d{1,2})\s*[/.\-]\s*(\d{1,2})(?:\s*[/.\-]\s*(?:\d{4}|\d{2}))?$")
ISO_DATE = re.compile(r"^\d{4}-(\d{1,2})-(\d{1,2})(?:[T ].*)?$")
DAY_MONTH_NAME = re.compile(r"^(?:le )?(\d{1,2})(?:er)? ([a-z]+)\.?(?: \d{4})?$")
UNSAFE_IN_FOLDER = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f]+')
LEAP_YEAR = 2024


class CellRefused(ValueError):
    """A value that cannot be taken; the message is French and says what to change."""


def clean_text(text: str, longest: int = LONGEST_VALUE) -> str:
    """NFC, without outer spaces, on one line, without control characters."""
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co"} for char in clean):
        raise CellRefused("Cette valeur contient un caractère invisible : retapez-la.")
    if len(clean) > longest:
        raise CellRefused(f"Cette valeur est trop longue : {longest} caractères au plus.")
    return clean


def clean_name(text: str) -> str:
    """The client's name, which must be there."""
    if not text.strip():
        raise CellRefused("Le nom du client manque.")
    return clean_text(text, LONGEST_NAME)


def clean_folder(text: str) -> str:
    """One folder's name, as it stands on the disk: no separator, nothing that climbs. Empty when none was given."""
    folder = text.strip()
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Cn", "Co"} for char in folder):
        raise CellRefused("Le nom du dossier contient un caractère invisible : retapez-le.")
    if "/" in folder or "\\" in folder:
        raise CellRefused("Donnez le nom du dossier seul, sans « / » ni « \\ ».")
    if folder and not folder.strip("."):
        raise CellRefused("« . » et « .. » ne sont pas des noms de dossier.")
    if UNSAFE_IN_FOLDER.search(folder) or folder.endswith("."):
        raise CellRefused('Un nom de dossier ne contient ni < > : " | ? *, ni point à la fin.')
    if len(folder.encode()) > LONGEST_FOLDER_BYTES:
        raise CellRefused(f"Le nom du dossier est trop long : {LONGEST_FOLDER_BYTES} octets au plus.")
    return folder


def folder_for(name: str) -> str:
    """The folder of a client whose file names none: its name, with what no disk takes replaced."""
    kept = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Cn", "Co"})
    folder = UNSAFE_IN_FOLDER.sub("-", kept).strip(" .")
    short = folder.encode()[:LONGEST_FOLDER_BYTES].decode("utf-8", "ignore").strip(" .")
    return short or "client"


def clean_closing(text: str) -> tuple[int, int] | None:
    """Day and month of the closing; None when nothing was given. « 31/12 », « 30 juin », « juin » (its last day), a full date."""
    typed = " ".join(fold_for_search(text).split())
    if not typed:
        return None
    with suppress(ValueError):
        if match := ISO_DATE.match(typed):
            return _day(int(match[2]), int(match[1]))
        if match := DAY_MONTH.match(typed):
            return _day(int(match[1]), int(match[2]))
        if match := DAY_MONTH_NAME.match(typed):
            return _day(int(match[1]), _month(match[2]))
        return _last_day(_month(typed))
    raise CellRefused("Cette date de clôture n’est pas comprise : écrivez par exemple 31/12 ou 30 juin.")


def _day(day: int, month: int) -> tuple[int, int]:
    date(LEAP_YEAR, month, day)
    return day, month


def _month(word: str) -> int:
    if word not in MONTHS:
        raise ValueError(word)
    return MONTHS.index(word) + 1


def _last_day(month: int) -> tuple[int, int]:
    following = date(LEAP_YEAR + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1).day if month != 2 else 28, month  # noqa: PLR2004 - February, whose 28 means its end


def clean_number(text: str, kind: str) -> str:
    """A SIREN or a SIRET."""
    try:
        return clean_siren(text) if kind == "siren" else clean_siret(text)
    except IdentifierRefused as error:
        raise CellRefused(str(error)) from error
