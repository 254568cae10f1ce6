"""The forms that a provider's credential fields ask for. Secrets go in and never come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from connectors.web.forms.visible import validate_visible
from connectors.web.tags import typeset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from connectors.models import Credential
    from connectors.providers.base import CredentialField


class CredentialsForm(forms.Form):
    """One field for each thing that the partner gives. What is obligatory, the use case says: a blank secret may keep the stored one."""

    def __init__(self, fields: Sequence[CredentialField], stored: Mapping[str, Credential], typed: QueryDict | None = None) -> None:
        shown = {name: row.value for name, row in stored.items() if row.value}
        super().__init__(typed, initial=shown)
        for field in fields:
            self.fields[field.name] = _form_field(field, _help(field, stored.get(field.name)))


class RotationForm(forms.Form):
    """The new value of each secret; a blank one stays as it is."""

    def __init__(self, fields: Sequence[CredentialField], typed: QueryDict | None = None) -> None:
        super().__init__(typed)
        for field in fields:
            if field.secret:
                self.fields[field.name] = _form_field(field, typeset(field.source), label=f"Nouveau : {field.label}")


def _form_field(field: CredentialField, help_text: str, label: str = "") -> forms.Field:
    """No `autocomplete="off"`: a browser that obeys it loses what was typed when a person comes back to the page."""
    attrs = {"spellcheck": "false"}
    widget = forms.PasswordInput(attrs={**attrs, "autocomplete": "new-password"}) if field.secret else forms.TextInput(attrs=attrs)
    if field.is_url:
        widget.input_type = "url"
    return forms.CharField(
        label=label or field.label,
        help_text=help_text,
        required=False,
        max_length=field.max_length,
        widget=widget,
        validators=[validate_visible],
    )


def _help(field: CredentialField, row: Credential | None) -> str:
    words = [field.help] if "par le partenaire" in field.help else [field.help, "Fourni par le partenaire."]
    if field.secret and row:
        moment = date_format(timezone.localtime(row.set_at), "d/m/Y à H:i".replace("à", r"\à"))
        words.append(f"Défini le {moment} ; laissez vide pour le garder.")
    return typeset(" ".join(word for word in words if word))
