"""Which attribute was chosen, and the values typed for clients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import forms

from connectors.models import Attribute, DataModel

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUE_NAME = re.compile(r"value-([0-9]{1,18})")


class DataModelChoice(forms.Form):
    """Whose attributes are offered."""

    modele = forms.ModelChoiceField(DataModel.objects.all(), required=False, label="Modèle de données", empty_label=None)


class AttributeChoice(forms.Form):
    """The attribute that links the clients."""

    attribute = forms.ModelChoiceField(
        Attribute.objects.all(),
        label="Attribut",
        error_messages={
            "required": "Choisissez un attribut.",
            "invalid_choice": "Cet attribut n’existe pas : choisissez-en un de la liste.",
        },
    )


def typed_values(data: Mapping[str, str]) -> dict[int, str]:
    """What was typed in the grid, by client."""
    return {int(match[1]): text for name, text in data.items() if (match := VALUE_NAME.fullmatch(name))}
