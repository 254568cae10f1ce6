"""Which client is to be paused: a search among those who are chosen."""

from __future__ import annotations

import re

from django import forms

ACTION = re.compile(r"(pause_client|resume_client|pause_path|resume_path):([0-9]{1,18})")
"""What a button says: the verb, and the id of a client or a path."""


class PauseSearch(forms.Form):
    """Nothing asked shows nobody: the paused ones are listed anyway."""

    q = forms.CharField(
        required=False,
        max_length=100,
        label="Mettre un client en pause",
        help_text="Nom, SIREN, SIRET ou dossier d’un client choisi",
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )


def asked_action(text: str) -> tuple[str, int]:
    """The verb and the id; an empty verb for anything that no button of the page says."""
    match = ACTION.fullmatch(text)
    return (match[1], int(match[2])) if match else ("", 0)
