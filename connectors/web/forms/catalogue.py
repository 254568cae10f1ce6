"""What may be asked of the catalogue."""

from __future__ import annotations

from django import forms

STATES = [
    ("", "Tous les états"),
    ("actif", "Actif"),
    ("inactif", "Non actif"),
    ("incomplet", "À compléter"),
    ("panne", "En panne"),
    ("bientot", "Bientôt"),
]
"""The value in the address, and the word on the badge."""


class CatalogueSearch(forms.Form):
    """A search in the catalogue; nothing asked shows everything."""

    q = forms.CharField(required=False, max_length=100, label="Rechercher un connecteur ou un service")
    etat = forms.ChoiceField(required=False, choices=STATES, label="État")
