"""Which attribute was chosen, and the values typed, pasted or sent as a file for clients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import forms

from connectors.configure.client_table import LARGEST_FILE
from connectors.models import Attribute, DataModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.core.files.uploadedfile import UploadedFile

VALUE_NAME = re.compile(r"value-([0-9]{1,18})")
LINK_NAME = re.compile(r"link-([0-9]{1,18})")
LONGEST_ASKED = 200
"""Characters of a filter that are carried to the next address."""


class DataModelChoice(forms.Form):
    """Whose attributes are offered."""

    modele = forms.ModelChoiceField(DataModel.objects.all(), required=False, label="Modèle de données", empty_label=None)


class AttributeChoice(forms.Form):
    """The attribute that links the clients."""

    attribute = forms.ModelChoiceField(
        Attribute.objects.select_related("data_model"),
        label="Attribut",
        error_messages={
            "required": "Choisissez un attribut.",
            "invalid_choice": "Cet attribut n’existe pas : choisissez-en un de la liste.",
        },
    )


class ValueSearch(forms.Form):
    """A word of a client's name, folder, SIREN, SIRET or value."""

    q = forms.CharField(required=False, max_length=100, label="Rechercher un client ou une valeur")


class ValueFileForm(forms.Form):
    """One file of values; what it says is judged by the preview."""

    file = forms.FileField(
        label="Fichier de valeurs",
        help_text="CSV, XLSX, XLS ou ODS. Une cellule vide laisse la valeur enregistrée telle quelle.",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Too large a file is not read at all."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(f"Ce fichier est trop gros : {LARGEST_FILE // 1024**2} Mo au plus.")
        return file


def typed_values(data: Mapping[str, str]) -> dict[int, str]:
    """What was typed in the grid, by client."""
    return {int(match[1]): text for name, text in data.items() if (match := VALUE_NAME.fullmatch(name))}


def ticked_clients(names: Iterable[str]) -> set[int]:
    """The new clients that were ticked in the grid."""
    return {int(match[1]) for name in names if (match := LINK_NAME.fullmatch(name))}
