"""What may be asked of the list of clients, and what was ticked on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms

from connectors.configure.client_filters import MONTHS, NOBODY, NUMBERS, VALUES, Criteria
from connectors.configure.client_obstacles import OBSTACLES
from connectors.models import Client, ClientGroup
from connectors.web.forms.visible import validate_visible

if TYPE_CHECKING:
    from collections.abc import Iterable

CHOSEN, NOT_CHOSEN, TO_SAVE, STRAY = "choisi", "non_choisi", "a_valider", "ne_correspond_plus"
STATES = [
    ("", "Tous"),
    (CHOSEN, "Choisi"),
    (NOT_CHOSEN, "Non choisi"),
    (TO_SAVE, "Modifié, à valider"),
    (STRAY, "Ne correspond plus"),
    ("Choisi, mais n’envoie pas", list(OBSTACLES.items())),
]
NUMBER = re.compile(r"[0-9]{1,18}")
"""What a 64-bit column can hold; a longer one would stop the database, not find nothing."""

CRITERIA = ("q", "groupe", "cloture", "responsable", "valeur", "siret")
"""The filters that a living selection can keep; `etat` looks at the choice itself."""

LONGEST_NAME = 100


def responsible_choices() -> list[tuple[str, str]]:
    """The persons who keep the books of some client."""
    names = Client.objects.exclude(responsible="").order_by("responsible").values_list("responsible", flat=True).distinct()
    return [("", "Tous"), *((name, name) for name in names), (NOBODY, "Sans responsable")]


def _select(**more: Any) -> dict[str, Any]:
    return {"required": False, "widget": forms.Select(attrs={"class": "form-select client-filter"}), **more}


class ClientFilters(forms.Form):
    """The filters above the table; nothing asked shows everybody."""

    q = forms.CharField(
        required=False,
        max_length=100,
        label="Recherche simple",
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "placeholder": "Nom, SIREN, SIRET ou dossier"}),
    )
    groupe = forms.ModelChoiceField(ClientGroup.objects.all(), label="Groupe", empty_label="Tous", **_select())
    cloture = forms.TypedChoiceField(
        label="Clôture",
        coerce=int,
        empty_value=None,
        choices=[("", "Tous les mois"), *((str(number), month.capitalize()) for number, month in enumerate(MONTHS, start=1))],
        **_select(),
    )
    responsable = forms.ChoiceField(label="Responsable", choices=responsible_choices, **_select())
    valeur = forms.ChoiceField(label="Valeur", choices=[("", "Toutes"), *VALUES.items()], **_select())
    siret = forms.ChoiceField(label="SIRET", choices=[("", "Tous"), *NUMBERS.items()], **_select())
    etat = forms.ChoiceField(label="État", choices=STATES, **_select())

    def criteria(self) -> Criteria:
        """What was asked of the clients themselves. The form is valid."""
        asked = self.cleaned_data
        group = asked["groupe"]
        return Criteria(asked["q"], group.pk if group else None, asked["cloture"], asked["responsable"], asked["valeur"], asked["siret"])


class LivingName(forms.Form):
    """What a living selection is called."""

    name = forms.CharField(
        label="Nom de la sélection",
        max_length=LONGEST_NAME,
        validators=[validate_visible],
        error_messages={"required": "Donnez un nom à cette sélection."},
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


def clean_ids(texts: Iterable[str]) -> set[int]:
    """The numbers among what a browser sent; anything else was not made by the page."""
    return {int(text) for text in texts if NUMBER.fullmatch(text)}


def clean_id(text: str) -> int:
    """One such number; 0, which nothing has, for anything else."""
    return int(text) if NUMBER.fullmatch(text) else 0
