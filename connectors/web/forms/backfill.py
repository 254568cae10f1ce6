"""Which prior documents are asked for, and how quickly they are taken up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from connectors.configure.backfill import Criteria
from connectors.models import DepositPath

if TYPE_CHECKING:
    from connectors.models import Connector

USUAL_RATE, HIGHEST_RATE = 60, 600
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


def _day(label: str) -> forms.DateField:
    bounds = "Indiquez une date entre 2000 et 2100."
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        validators=[MinValueValidator(FIRST_DAY, bounds), MaxValueValidator(LAST_DAY, bounds)],
    )


class BackfillForm(forms.Form):
    """Nothing asked means all of them, at the usual rate."""

    client = forms.CharField(label="Client", required=False, max_length=200)
    name = forms.CharField(label="Nom du fichier", required=False, max_length=200)
    path = forms.ModelChoiceField(DepositPath.objects.none(), label="Chemin de dépôt", required=False, empty_label="Tous les chemins")
    since = _day("Modifié depuis le")
    until = _day("Modifié jusqu’au")
    per_minute = forms.IntegerField(
        label="Documents par minute",
        required=False,
        min_value=1,
        max_value=HIGHEST_RATE,
        error_messages={"invalid": "Indiquez un nombre entier."},
    )

    def __init__(self, connector: Connector, data: Any = None) -> None:
        """The paths are those of this connector."""
        super().__init__(data)
        path = self.fields["path"]
        assert isinstance(path, forms.ModelChoiceField)  # noqa: S101 - for the type checker: it is declared so above
        path.queryset = connector.deposit_paths.all()

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", "Cette date précède l’autre.")
        return values

    def criteria(self) -> Criteria:
        """What was asked. The form is valid."""
        asked = self.cleaned_data
        path = asked["path"]
        return Criteria(asked["client"], asked["name"], path.pk if path else None, asked["since"], asked["until"])

    def rate(self) -> int:
        """Documents taken up in a minute. The form is valid."""
        return self.cleaned_data["per_minute"] or USUAL_RATE
