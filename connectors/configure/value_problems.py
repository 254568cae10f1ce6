"""Why a client is not linked: its value is absent, stands for another client too, or nobody has linked it yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ABSENT, DOUBLE, NEW = "absent", "double", "new"

MOST_NAMES = 2
"""Other clients that a message names; the rest are counted."""


@dataclass(frozen=True)
class Problem:
    """`kind` is ABSENT, DOUBLE or NEW; `text` is French and fit for the cell."""

    kind: str
    text: str


def link_problems(values: Mapping[int, str], to_link: Collection[int] = (), names: Mapping[int, str] | None = None) -> dict[int, Problem]:
    """By client. A new client that has the value of a linked one keeps nobody back but itself, as at the claim."""
    names = names or {}
    keys = {pk: value.strip().casefold() for pk, value in values.items()}
    everybody = _holders(keys)
    linked = _holders({pk: key for pk, key in keys.items() if pk not in to_link}) if to_link else everybody
    problems = {}
    for pk, value in values.items():
        key = keys[pk]
        holders = everybody if pk in to_link else linked
        if not key:
            problems[pk] = Problem(ABSENT, "Valeur absente : ce client ne sera pas envoyé.")
        elif len(holders[key]) > 1:
            others = [other for other in holders[key] if other != pk]
            problems[pk] = Problem(DOUBLE, _double(value, [(names.get(other, ""), values[other]) for other in others], new=pk in to_link))
        elif pk in to_link:
            problems[pk] = Problem(NEW, "Nouveau client, à relier : vérifiez sa valeur, puis cochez « Relier ».")
    return problems


def _holders(keys: Mapping[int, str]) -> dict[str, list[int]]:
    """Who has each value, as the claim compares them."""
    found: dict[str, list[int]] = {}
    for pk, key in keys.items():
        found.setdefault(key, []).append(pk)
    return found


def _double(value: str, others: list[tuple[str, str]], *, new: bool) -> str:
    named = name_some([name for name, _ in others if name])
    case = "" if any(other.strip() == value.strip() for _, other in others) else " (seules les majuscules diffèrent)"
    kept_back = "ce client reste à relier" if new else "aucun des clients concernés ne sera envoyé"
    return f"Valeur en double{f' avec {named}' if named else ''}{case} : {kept_back}."


def name_some(names: list[str]) -> str:
    """« Alice », « Alice et Bob », « Alice, Bob et 3 autres »."""
    shown, rest = names[:MOST_NAMES], len(names) - MOST_NAMES
    if rest > 0:
        return f"{', '.join(shown)} et {rest} autre{'s' if rest > 1 else ''}"
    return " et ".join(shown)
