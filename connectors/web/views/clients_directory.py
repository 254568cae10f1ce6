"""The directory of the firm's clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors.configure.client_filters import Criteria, matching
from connectors.models import Client, ClientGroup
from connectors.web.forms.clients import responsible_choices
from connectors.web.forms.history import LONGEST_TEXT

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ROWS = 50


class DirectorySearchForm(forms.Form):
    """A GET form: words, a group, a responsible person."""

    q = forms.CharField(
        label="Rechercher un client",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "placeholder": "Nom, SIREN, SIRET ou dossier"}),
    )
    group = forms.ModelChoiceField(
        label="Groupe",
        required=False,
        queryset=ClientGroup.objects.all(),
        empty_label="Tous les groupes",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    responsible = forms.ChoiceField(
        label="Responsable", required=False, choices=responsible_choices, widget=forms.Select(attrs={"class": "form-select"})
    )


@require_safe
def show_clients(request: HttpRequest) -> HttpResponse:
    """One page of the clients that were searched for."""
    form = DirectorySearchForm(request.GET)
    form.full_clean()
    found = Client.objects.select_related("group").prefetch_related("connectors").order_by("name", "pk")
    asked = form.cleaned_data
    group = asked.get("group")
    criteria = Criteria(asked.get("q", ""), group.pk if group else None, responsible=asked.get("responsible", ""))
    found = found.filter(matching(criteria, None))
    page = Paginator(found, ROWS).get_page(request.GET.get("page", ""))
    context = {"form": form, "page": page, "narrows": bool(criteria)}
    return render(request, "pages/clients_directory.html", context)
