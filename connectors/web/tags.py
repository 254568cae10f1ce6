"""Template filters of the product: moments, sizes and numbers as a French reader expects them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django import template
from django.utils import timezone
from django.utils.formats import number_format

from connectors.domain.causes import by_whom

if TYPE_CHECKING:
    from collections.abc import Mapping

register = template.Library()
register.filter("by_whom", by_whom)

NOTHING = "–"
NO_BREAK = "\u00a0"
BEFORE, AFTER = re.compile(r" (?=[:;?!»])"), re.compile(r"(?<=«) ")
SIZES = ((1024**3, "Go"), (1024**2, "Mo"), (1024, "Ko"))
TENTHS_BELOW = 10
"""Sizes below ten units are told with a tenth: « 1,4 Mo », but « 48 Ko »."""


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in Paris: « 24/11/2026 à 10:12 »."""
    return timezone.localtime(value).strftime("%d/%m/%Y à %H:%M") if value else NOTHING


@register.filter
def moment_exact(value: datetime | None) -> str:
    """The same with its seconds, for the story of one document."""
    return timezone.localtime(value).strftime("%d/%m/%Y à %H:%M:%S") if value else NOTHING


@register.filter
def iso(value: datetime | None) -> str:
    """A moment for the `datetime` attribute of `<time>`."""
    return value.isoformat() if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    """How far away a moment is: « à l’instant », « il y a 5 min », « dans 2 h », « il y a 3 jours »."""
    if not value:
        return NOTHING
    distance = timezone.now() - value
    length = _length(abs(distance))
    if not length:
        return "à l’instant"
    return f"il y a {length}" if distance > timedelta(0) else f"dans {length}"


def _length(distance: timedelta) -> str:
    minutes = int(distance.total_seconds() // 60)
    if minutes >= 48 * 60:
        return f"{_number(minutes // (24 * 60))}{NO_BREAK}jours"
    if minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes // 60}{NO_BREAK}h"
    return f"{minutes}{NO_BREAK}min" if minutes else ""


@register.filter
def since(value: datetime | None) -> str:
    """How long something has lasted: « depuis 3 h », « depuis 2 jours »."""
    return f"depuis {_length(abs(timezone.now() - value)) or 'un instant'}" if value else NOTHING


@register.filter
def file_size(value: int) -> str:
    """Bytes as people read them: « 48 Ko », « 1,4 Mo », « 200 octets »."""
    for unit, name in SIZES:
        if value >= unit:
            amount = value / unit
            return f"{number_format(amount, 1 if amount < TENTHS_BELOW else 0)}{NO_BREAK}{name}"
    return f"{value}{NO_BREAK}octet{'s' if value > 1 else ''}"


@register.filter
def plural(count: int, words: str) -> str:
    """The number and its word: `3|plural:"document"` is « 3 documents », `2|plural:"cheval,chevaux"` « 2 chevaux »; zero is singular in French."""
    return f"{_number(count)}{NO_BREAK}{agree(count, words)}"


@register.filter
def agree(count: int, words: str) -> str:
    """The word alone, in its number: `{{ 2|agree:"est,sont" }}`."""
    singular, comma, many = words.partition(",")
    if abs(count) < 2:  # noqa: PLR2004 - plural begins at two
        return singular
    return many if comma else f"{singular}s"


@register.filter
def typeset(text: object) -> str:
    """A sentence of the product whose double punctuation stays on its line. What people have named is shown as they wrote it: not for names."""
    return AFTER.sub(NO_BREAK, BEFORE.sub(NO_BREAK, str(text)))


@register.filter
def lookup(values: Mapping[object, object], key: object) -> object:
    """What a dictionary has under a variable key; nothing when it has none."""
    return values.get(key, "")


def _number(count: int) -> str:
    return number_format(count, 0, use_l10n=True, force_grouping=True)
