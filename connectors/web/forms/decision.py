"""What a person may decide about one document."""

from __future__ import annotations

from django import forms

from connectors.configure.decide import LONGEST_REASON

RELEASE, DISMISS, RECEIVED, SEND_AGAIN = "release", "dismiss", "received", "send_again"
ACTIONS = [(RELEASE, "Relancer"), (DISMISS, "Écarter"), (RECEIVED, "Déjà reçu"), (SEND_AGAIN, "Renvoyer")]


class DecisionForm(forms.Form):
    """Its buttons carry the action; the reason stays in the document's history."""

    action = forms.ChoiceField(choices=ACTIONS)
    reason = forms.CharField(
        label="Motif",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
