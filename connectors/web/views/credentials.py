"""The partner's credentials: tried before they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectors.configure.automatic_return import last_automatic_return
from connectors.configure.credential_request import missing_fields
from connectors.configure.credential_state import credential_state
from connectors.configure.credentials import CredentialsIncomplete, merged_credentials, save_credentials, shown_credentials
from connectors.configure.overrides import count_overridden, overridable
from connectors.configure.trial import Trial, is_unreachable, try_values
from connectors.providers.addresses import validate_uri
from connectors.tasks import network_rules, trial_of, wake
from connectors.web.forms.credentials import CredentialsForm
from connectors.web.views.connector import load_connector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector
    from connectors.providers.base import CheckResult, Provider

UNVERIFIED = "unverified"
TONES = {"broken": "danger", "missing": "warning", "refused": "danger", "verified": "success", "unverified": "warning"}
BADGES = {
    "broken": "Secret illisible",
    "missing": "À compléter",
    "refused": "Refusés",
    "verified": "Vérifiés",
    "unverified": "Non vérifiés",
}


@require_http_methods(["GET", "HEAD", "POST"])
def edit_credentials(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is kept that the partner refuses; what it could not be asked may be kept unverified, if the person says so."""
    connector, provider = load_connector(pk)
    stored = shown_credentials(connector)
    if request.method != "POST":
        return show_credentials(request, connector, provider, CredentialsForm(provider.credential_fields, stored))
    form = CredentialsForm(provider.credential_fields, stored, request.POST)
    values = typed_credentials(connector, provider, form)
    if not values:
        return show_credentials(request, connector, provider, form)
    checks = try_values(values, trial_of(connector))
    failed = [check for check in checks if not check.passed]
    unreachable = is_unreachable(checks, provider.credential_fields)
    if failed and not (unreachable and UNVERIFIED in request.POST):
        put_on_fields(form, failed)
        return show_credentials(request, connector, provider, form, Trial(tuple(checks)), unreachable=unreachable)
    save_credentials(connector, provider.credential_fields, values, checks, timezone.now(), request.user)
    wake(pk)
    _congratulate(request, verified=not failed)
    return redirect("connectors:connector", pk)


def typed_credentials(connector: Connector, provider: type[Provider], form: CredentialsForm) -> Mapping[str, str]:
    """What would be tried and saved; empty, with the errors on the form's fields, when something is missing or wrong."""
    if not form.is_valid():
        return {}
    for field in provider.credential_fields:
        if field.is_url and (typed := form.cleaned_data[field.name]) and (problem := _uri_problem(typed)):
            form.add_error(field.name, problem)
    if form.errors:
        return {}
    try:
        return merged_credentials(connector, provider.credential_fields, form.cleaned_data)
    except CredentialsIncomplete as incomplete:
        for name, message in incomplete.problems.items():
            form.add_error(name, message)
    return {}


def _uri_problem(uri: str) -> str:
    try:
        validate_uri(uri, network_rules())
    except ValueError as refused:
        return str(refused)
    return ""


def put_on_fields(form: Form, failed: Sequence[CheckResult]) -> None:
    """Each failed check on the field that has to be mended; on the form as a whole where there is none."""
    for check in failed:
        text = " ".join(part for part in (check.message, check.repair) if part) or f"{check.label} : échec."
        form.add_error(check.field if check.field in form.fields else None, text)


def _congratulate(request: HttpRequest, *, verified: bool) -> None:
    if verified:
        messages.success(request, "Les identifiants sont enregistrés : le partenaire les a acceptés.")
    else:
        messages.warning(request, "Les identifiants sont enregistrés sans vérification : testez la connexion dès que le partenaire répond.")


def standing_of(connector: Connector, provider: type[Provider]) -> dict[str, Any]:
    """How the credentials stand, for the line on top of the page."""
    state = credential_state(connector, provider.credential_fields)
    missing = missing_fields(connector, provider.credential_fields)
    return {"state": state, "badge": BADGES[state.kind], "tone": TONES[state.kind], "missing": missing}


def show_credentials(
    request: HttpRequest,
    connector: Connector,
    provider: type[Provider],
    form: CredentialsForm,
    trial: Trial | None = None,
    *,
    unreachable: bool = False,
) -> HttpResponse:
    """The page, with how the credentials stand and what a trial has found."""
    stored = shown_credentials(connector)
    context = {
        **standing_of(connector, provider),
        "connector": connector,
        "form": form,
        "rows": [(form[field.name], field.source) for field in provider.credential_fields],
        "kept": [field.label for field in provider.credential_fields if field.name in stored and stored[field.name].former],
        "overridable": [field.label for field in overridable(provider.credential_fields)],
        "overridden": count_overridden(connector),
        "returned": last_automatic_return(connector),
        "trial": trial,
        "unreachable": unreachable,
        "unverified": UNVERIFIED,
    }
    return render(request, "connectors/credentials.html", context)
