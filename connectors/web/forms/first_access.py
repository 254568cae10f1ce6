"""What the first administrator types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from connectors.configure.first_access import LONGEST_EMAIL
from connectors.web.forms.visible import validate_visible

LONGEST_PASSWORD = 200


def _password(label: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=LONGEST_PASSWORD, widget=widget, help_text=help_text)


class FirstAccessForm(forms.Form):
    """The firm's name, and an account with all rights."""

    firm_name = forms.CharField(
        label="Nom du cabinet",
        max_length=200,
        validators=[validate_visible],
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    email = forms.EmailField(
        label="Adresse e-mail",
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text="Elle sert à vous connecter.",
    )
    password = _password("Mot de passe", "12 caractères au moins ; ni votre adresse, ni un mot de passe courant.")
    repeated = _password("Mot de passe, une seconde fois")

    def clean(self) -> dict[str, Any]:
        """Both passwords agree, and neither is easily guessed from the rest."""
        values = super().clean() or {}
        password, repeated, email = values.get("password"), values.get("repeated"), values.get("email", "")
        if password and repeated and password != repeated:
            self.add_error("repeated", "Les deux mots de passe ne sont pas les mêmes.")
        if password:
            try:
                validate_password(password, get_user_model()(email=email))
            except ValidationError as error:
                self.add_error("password", error)
        return values
