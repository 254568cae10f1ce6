"""The filters of the history. What cannot be understood is told on its field and filters nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from connectors.domain.causes import CAUSES
from connectors.domain.states import PushState
from connectors.models import Backfill, Client, Connector

if TYPE_CHECKING:
    from connectors.models.push import PushQuerySet

LONGEST_TEXT = 200
"""Characters. Each word is one more condition of the query, and a database takes only so many."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
STATES = [(state.value, state.label) for state in PushState]


def _day(label: str) -> forms.DateField:
    bounds = "Indiquez une date entre 2000 et 2100."
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        validators=[MinValueValidator(FIRST_DAY, bounds), MaxValueValidator(LAST_DAY, bounds)],
    )


def _text(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONGEST_TEXT, widget=forms.TextInput(attrs={"type": "search", "class": "form-control"})
    )


class HistoryFilterForm(forms.Form):
    """A GET form: each filter narrows the ledger."""

    q = _text("Nom ou identifiant chez le partenaire")
    client = _text("Client")
    since = _day("Du")
    until = _day("Au")
    cause = forms.ChoiceField(
        label="Motif",
        required=False,
        choices=[("", "Tous les motifs"), *((cause.code, cause.sentence) for cause in CAUSES.values())],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    connector = forms.ModelChoiceField(
        Connector.objects.all(),
        label="Connecteur",
        required=False,
        empty_label="Tous les connecteurs",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    backfill = forms.ModelChoiceField(
        Backfill.objects.all(),
        label="Rappel de documents antérieurs",
        required=False,
        empty_label="Avec ou sans rappel",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    state = forms.MultipleChoiceField(
        label="États", required=False, choices=STATES, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )

    def __init__(self, data: Any = None) -> None:
        """A backfill is named by the moment at which it was asked for: « Rappel du 24/11/2026 à 10:12 »."""
        super().__init__(data)
        self.fields["backfill"].label_from_instance = _asked_at  # type: ignore[attr-defined]  # Django's documented place for it

    def narrow(self, found: PushQuerySet) -> PushQuerySet:
        """Only what agrees with every filter that was understood."""
        self.full_clean()
        values = self.cleaned_data
        if text := values.get("q"):
            found = found.named_like(text)
        if text := values.get("client"):
            found = found.filter(client__in=Client.objects.named_like(text))
        if day := values.get("since"):
            found = found.filter(seen_at__gte=_midnight(day))
        if day := values.get("until"):
            found = found.filter(seen_at__lt=_midnight(day + timedelta(days=1)))
        if connector := values.get("connector"):
            found = found.filter(connector=connector)
        if backfill := values.get("backfill"):
            found = found.filter(backfill=backfill)
        if cause := values.get("cause"):
            found = found.filter(cause=cause)
        if states := values.get("state"):
            found = found.filter(state__in=states)
        return found

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return any(self.cleaned_data.values())


def _asked_at(backfill: Backfill) -> str:
    return f"Rappel du {timezone.localtime(backfill.created_at):%d/%m/%Y à %H:%M}"


def _midnight(day: date) -> datetime:
    """The moment at which a day begins in the firm's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
