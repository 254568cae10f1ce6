"""Characters that nobody sees: they come with a copied text, and make two equal names differ."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError


def validate_visible(text: str) -> None:
    """Raises ValidationError for control and formatting characters, such as those that turn the direction of a text."""
    if any(unicodedata.category(char)[0] == "C" for char in text):
        raise ValidationError("Ce texte contient un caractère invisible : saisissez-le au clavier plutôt que de le coller.")
