"""What looks wrong in a value though it may be saved: a warning stands beside the cell, and names the client that it may be taken for."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_rules
from stdnum.fr import siret as siret_rules

from connectors.configure.identifiers import IdentifierRefused, clean_siren, clean_siret
from connectors.configure.value_problems import name_some
from connectors.domain.names import fold_for_search

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SPACES = re.compile(r"\s+")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
LETTERS = str.maketrans({"o": "0", "i": "1", "l": "1"})
"""Letters that are typed or read for a digit, once the case is gone."""

MOST = 0.8
"""What so large a share of the values has in common is taken for their rule."""

FEW = 5
"""With fewer values there is no rule to be seen."""

RULES = {"siren": siren_rules, "siret": siret_rules}
LENGTHS = {9: "siren", 14: "siret"}
CLEANERS = {"siren": clean_siren, "siret": clean_siret}


def warnings_in(
    values: Mapping[int, str], attribute_name: str, names: Mapping[int, str], known_codes: Collection[str] | None = None
) -> dict[int, str]:
    """French, by client. `known_codes` are the partner's dossiers, case folded; None when nobody knows them at the moment."""
    filled = {pk: value for pk, value in values.items() if value}
    kind, length = identifier_kind(attribute_name, filled.values()), common_length(filled.values())
    alike = _look_alikes(filled)
    warnings = {}
    for pk, value in filled.items():
        found = [_wrong_identifier(value, kind), "" if kind else _lost_zero(value, length), _odd_space(value)]
        found.append(_told(value, alike[pk], names) if pk in alike else "")
        if known_codes is not None and value.casefold() not in known_codes:
            found.append("Le partenaire ne connaît pas ce dossier.")
        if text := " ".join(part for part in found if part):
            warnings[pk] = text
    return warnings


def identifier_kind(attribute_name: str, values: Collection[str]) -> str:
    """The word "siren" or "siret" when the attribute is one by its name or by nearly all of its values; else empty."""
    words = fold_for_search(attribute_name).replace(".", "")
    for kind in ("siret", "siren"):
        if kind in words:
            return kind
    kinds = Counter(LENGTHS.get(len(value), "") for value in values if value.isascii() and value.isdigit())
    kind, count = kinds.most_common(1)[0] if kinds else ("", 0)
    if not kind or len(values) < FEW or count < MOST * len(values):
        return ""
    valid = sum(_is_valid(value, kind) for value in values if len(value) in LENGTHS)
    return kind if valid >= MOST * len(values) else ""


def common_length(values: Collection[str]) -> int:
    """How many digits nearly all of the values have, when they are numbers and some begin with a zero; else 0."""
    numbers = [value for value in values if value.isascii() and value.isdigit()]
    if len(numbers) < FEW or len(numbers) < MOST * len(values) or not any(value.startswith("0") for value in numbers):
        return 0
    length, count = Counter(map(len, numbers)).most_common(1)[0]
    return length if count >= MOST * len(numbers) else 0


def skeleton(value: str) -> str:
    """The same for all values that a person may take for one another."""
    text = SPACES.sub("", unicodedata.normalize("NFKC", value).casefold()).translate(DASHES).translate(LETTERS)
    return text.lstrip("0") or text


def _is_valid(number: str, kind: str) -> bool:
    try:
        RULES[kind].validate(number)
    except ValidationError:
        return False
    return True


def _wrong_identifier(value: str, kind: str) -> str:
    if not kind or (len(value) in LENGTHS and LENGTHS[len(value)] == kind and _is_valid(value, kind) and value.strip("0")):
        return ""
    try:
        CLEANERS[kind](value)
    except IdentifierRefused as refused:
        return str(refused)
    return ""


def _lost_zero(value: str, length: int) -> str:
    if length and value.isascii() and value.isdigit() and len(value) < length:
        return f"Les autres valeurs ont {length} chiffres : un zéro a peut-être été perdu au début ({value.zfill(length)} ?)."
    return ""


def _odd_space(value: str) -> str:
    if any(char.isspace() and char != " " for char in value):
        return "La valeur contient une espace insécable ou inhabituelle : le partenaire pourrait ne pas la reconnaître."
    return "La valeur contient deux espaces de suite." if "  " in value else ""


def _look_alikes(values: Mapping[int, str]) -> dict[int, list[tuple[int, str]]]:
    """The other clients, with their values, that each one may be taken for. Equal values are a clash, which is told elsewhere."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for pk, value in values.items():
        groups.setdefault(skeleton(value), []).append((pk, value))
    alike = {}
    for group in groups.values():
        if len(group) > 1 and len({value.casefold() for _, value in group}) > 1:
            for pk, value in group:
                alike[pk] = [other for other in group if other[1].casefold() != value.casefold()]
    return alike


def _told(value: str, others: list[tuple[int, str]], names: Mapping[int, str]) -> str:
    _, other = others[0]
    named = name_some([f"{names.get(pk, '')} (« {text} »)" for pk, text in others])
    return f"Ressemble à la valeur de {named} : {_difference(value, other)}."


def _difference(one: str, other: str) -> str:
    spaceless = [SPACES.sub("", unicodedata.normalize("NFKC", text).casefold()) for text in (one, other)]
    if spaceless[0] == spaceless[1]:
        return "seules les espaces diffèrent"
    if spaceless[0].lstrip("0") == spaceless[1].lstrip("0"):
        return "seuls les zéros du début diffèrent"
    return "des signes se confondent (O et 0, I, l et 1, tirets)"
