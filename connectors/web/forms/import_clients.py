"""The upload of a client file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from connectors.configure.client_table import LARGEST_FILE

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class ClientFileForm(forms.Form):
    """One file; what it says is judged by the preview."""

    file = forms.FileField(
        label="Fichier de clients",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Too large a file is not read at all."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(f"Ce fichier est trop gros : {LARGEST_FILE // 1024**2} Mo au plus.")
        return file
