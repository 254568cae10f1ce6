"""A form for the page of all elements: it is shown, and never sent."""

from __future__ import annotations

from django import forms


class SampleForm(forms.Form):
    """One field of each sort, with its help."""

    name = forms.CharField(label="Nom du cabinet", help_text="Tel qu’il figure sur vos factures.", required=True)
    closing = forms.ChoiceField(label="Mois de clôture", choices=[("12", "Décembre"), ("6", "Juin")])
    keep = forms.BooleanField(label="Garder une copie", required=False)
