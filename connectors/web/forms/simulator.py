"""A file that somebody asks about: by its path, or by its client, folder and name; with its bytes where a sample is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

from connectors.push.sample import SampleDocument
from connectors.push.simulate import Question
from connectors.web.forms.deposit_paths import YEARS
from connectors.web.path_page import client_named
from connectors.web.tags import typeset

if TYPE_CHECKING:
    from connectors.models import Connector

LONGEST_PATH = 1000
LONGEST_NAME = 255
NOTHING_NAMED = "Indiquez un chemin ; ou bien un client, un dossier et un nom de fichier."


class SimulatorForm(forms.Form):
    """What a path says counts before the three fields that make one."""

    path = forms.CharField(
        label="Chemin du fichier",
        required=False,
        max_length=LONGEST_PATH,
        help_text=typeset(
            "Depuis la racine des dossiers clients, par exemple « Dossier Dupont/ZONE DE DEPOT/Achats/facture.pdf », ou complet."
        ),
    )
    client = forms.CharField(label="Client", required=False, max_length=200)
    deposit = forms.ChoiceField(label="Dossier de dépôt", required=False)
    name = forms.CharField(
        label="Nom du fichier", required=False, max_length=LONGEST_NAME, help_text=typeset("Vide : celui de l’échantillon.")
    )
    date = forms.DateField(label="Déposé le", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    file = forms.FileField(
        label="Échantillon (facultatif)",
        required=False,
        allow_empty_file=True,
        max_length=LONGEST_NAME,
        help_text=typeset("Son contenu est contrôlé comme celui d’un dépôt, puis oublié : il n’est ni gardé ni envoyé."),
    )

    def __init__(self, connector: Connector, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"date": timezone.localdate()})
        self._connector = connector
        deposits = [path.deposit for path in connector.deposit_paths.all()]
        self.fields["deposit"] = forms.ChoiceField(
            label="Dossier de dépôt", required=False, choices=[("", "Choisir…"), *((deposit, deposit) for deposit in deposits)]
        )
        for field in ("path", "client", "name"):
            self.fields[field].widget.attrs["spellcheck"] = "false"
        self.fields["client"].widget.attrs["list"] = "clients-of-example"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # The page's own form carries it.

    def clean_date(self) -> Any:
        """A day that an exercise may close in."""
        day = self.cleaned_data["date"]
        if day.year not in YEARS:
            raise forms.ValidationError("Indiquez une date, par exemple 30/06/2026.")
        return day

    def clean_client(self) -> str:
        """The client's own folder takes the place of its name."""
        typed: str = self.cleaned_data["client"]
        if not typed:
            return ""
        client = client_named(self._connector, typed)
        if client is None:
            raise forms.ValidationError("Aucun client choisi ne porte ce nom.")
        return client.folder

    def clean(self) -> None:
        """There has to be a file to speak of."""
        values = self.cleaned_data
        if not self.errors and not self._asked_path(values):
            self.add_error("path", NOTHING_NAMED)

    def _asked_path(self, values: dict[str, Any]) -> str:
        sample = values.get("file")
        name = values["name"] or (sample.name if sample else "")
        if values["path"]:
            return f"{values['path']}{name}" if values["path"].endswith("/") else str(values["path"])
        return f"{values['client']}/{values['deposit']}/{name}" if values["client"] and values["deposit"] and name else ""

    def question(self) -> Question:
        """What a valid form asks."""
        path, sample = self._asked_path(self.cleaned_data), self.cleaned_data["file"]
        name = path.rpartition("/")[2]
        return Question(path, self.cleaned_data["date"], SampleDocument(name, sample.file) if sample else None)
