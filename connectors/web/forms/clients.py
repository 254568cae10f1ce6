"""What may be asked of the list of clients, and what was ticked on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import forms

from connectors.models import ClientGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

CHOICES = [("", "Tous"), ("choisi", "Choisi"), ("non_choisi", "Non choisi"), ("sans_valeur", "Sans valeur")]
NUMBER = re.compile(r"[0-9]{1,18}")
"""What a 64-bit column can hold; a longer one would stop the database, not find nothing."""


class ClientFilters(forms.Form):
    """The filters above the table; nothing asked shows everybody."""

    q = forms.CharField(required=False, max_length=100, label="Recherche simple", help_text="Nom, SIREN, SIRET ou dossier")
    groupe = forms.ModelChoiceField(ClientGroup.objects.all(), required=False, label="Groupe", empty_label="Tous les groupes")
    etat = forms.ChoiceField(required=False, choices=CHOICES, label="État")


def clean_ids(texts: Iterable[str]) -> set[int]:
    """The numbers among what a browser sent; anything else was not made by the page."""
    return {int(text) for text in texts if NUMBER.fullmatch(text)}
