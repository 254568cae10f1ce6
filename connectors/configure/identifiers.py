"""SIREN and SIRET as people type them: cleaned, checked, and refused with what is wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_rules
from stdnum.fr import siret as siret_rules

if TYPE_CHECKING:
    from types import ModuleType

LOOK_ALIKES = {"O": "0", "Q": "0", "I": "1", "L": "1", "S": "5", "B": "8"}
"""Letters that are typed or read by a scanner for a digit."""

SEPARATORS = re.compile(r"[\s.\-_]|\u200b|\u200e|\u200f|\ufeff")
SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?E\+?\d+$", re.IGNORECASE)


class IdentifierRefused(ValueError):
    """A number that is no SIREN or no SIRET; the message is French and says why."""


@dataclass(frozen=True)
class _Kind:
    label: str
    length: int
    rules: ModuleType


_SIREN = _Kind("SIREN", 9, siren_rules)
_SIRET = _Kind("SIRET", 14, siret_rules)


def clean_siren(text: str) -> str:
    """Nine digits, or nothing when nothing was typed. Raises IdentifierRefused."""
    return _clean(text, _SIREN)


def clean_siret(text: str) -> str:
    """Fourteen digits, or nothing when nothing was typed. Raises IdentifierRefused."""
    return _clean(text, _SIRET)


def check_same_company(siren: str, siret: str) -> None:
    """Both numbers are clean, or empty. A SIRET begins with its company's SIREN. Raises IdentifierRefused."""
    if siren and siret and not siret.startswith(siren):
        raise IdentifierRefused(f"Ce SIRET n’est pas celui du SIREN {siren} : il devrait commencer par ces neuf chiffres.")


def _clean(text: str, kind: _Kind) -> str:
    typed = unicodedata.normalize("NFKC", text).strip()
    number = SEPARATORS.sub("", typed)
    if not number:
        return ""
    if reason := _reason(number, typed, kind):
        raise IdentifierRefused(f"Ce {kind.label} n’est pas valide : {reason}.")
    return number


def _reason(number: str, typed: str, kind: _Kind) -> str:
    """What is wrong in plain words; empty when nothing is."""
    if SCIENTIFIC.match(typed):
        return "le tableur l’a arrondi (notation scientifique) ; mettez la colonne au format Texte et saisissez-le de nouveau"
    if not re.fullmatch(r"[0-9]+", number):
        return _reason_for_letters(number, kind)
    if len(number) != kind.length:
        return _reason_for_length(number, kind)
    if not number.strip("0"):
        return "il ne contient que des zéros"
    if not _is_valid(number, kind):
        return "sa clé de contrôle est fausse, un chiffre a sans doute été mal saisi"
    return ""


def _reason_for_letters(number: str, kind: _Kind) -> str:
    guessed = "".join(LOOK_ALIKES.get(char.upper(), char) for char in number)
    if guessed != number and _is_valid(guessed, kind):
        letter = next(char for char in number if char.upper() in LOOK_ALIKES)
        return f"la lettre « {letter} » est écrite à la place du chiffre {LOOK_ALIKES[letter.upper()]} (serait-ce {guessed} ?)"
    wrong = next(char for char in number if not re.match(r"[0-9]", char))
    shown = wrong if wrong.isprintable() else "caractère invisible"
    return f"il ne doit contenir que des chiffres, or il contient « {shown} »"


def _reason_for_length(number: str, kind: _Kind) -> str:
    padded = number.zfill(kind.length)
    if len(number) < kind.length and _is_valid(padded, kind):
        return f"un zéro a été perdu au début (serait-ce {padded} ?) ; mettez la colonne au format Texte"
    other = _SIRET if kind is _SIREN else _SIREN
    if len(number) == other.length and _is_valid(number, other):
        return f"c’est un {other.label} ({other.length} chiffres), pas un {kind.label} ({kind.length} chiffres)"
    return f"il compte {len(number)} chiffre{'s' if len(number) > 1 else ''} au lieu de {kind.length}"


def _is_valid(number: str, kind: _Kind) -> bool:
    try:
        kind.rules.validate(number)
    except ValidationError:
        return False
    return bool(number.strip("0"))
