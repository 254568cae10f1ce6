"""The values that differ for clients: which are shown, and what was typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError

from connectors.web.forms.history import LONGEST_TEXT
from connectors.web.forms.visible import validate_visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.configure.overrides import Typed
    from connectors.providers.base import CredentialField

VALUE_NAME = re.compile(r"value-([a-z_]{1,50})-([0-9]{1,18})")


class OverrideSearchForm(forms.Form):
    """A GET form: words of a client's name, SIREN, SIRET or folder."""

    q = forms.CharField(
        label="Rechercher un client choisi",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "placeholder": "Nom, SIREN, SIRET ou dossier"}),
    )


def typed_overrides(data: Mapping[str, str]) -> Typed:
    """What was typed, by field and client."""
    return {(match[1], int(match[2])): text.strip() for name, text in data.items() if (match := VALUE_NAME.fullmatch(name))}


def override_problems(typed: Mapping[tuple[str, int], str], fields: Sequence[CredentialField]) -> dict[tuple[str, int], str]:
    """What cannot be taken, each with its message."""
    longest = {field.name: field.max_length for field in fields}
    problems = {}
    for key, value in typed.items():
        if len(value) > longest.get(key[0], len(value)):
            problems[key] = f"Cette valeur est trop longue : {longest[key[0]]} caractères au plus."
            continue
        try:
            validate_visible(value)
        except ValidationError as refused:
            problems[key] = " ".join(refused.messages)
    return problems
