"""The partner's credentials: tried before they are kept, and tried again whenever somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from connectors.configure.credentials import CredentialsIncomplete, merged_credentials, save_credentials, shown_credentials
from connectors.configure.readiness import parts_of
from connectors.models.sealing import SealBroken
from connectors.providers.addresses import validate_uri
from connectors.tasks import network_rules, wake
from connectors.web.forms.credentials import CredentialsForm
from connectors.web.views.connector import load_connector
from connectors.web.views.trial import failed_check, forget_token, try_credentials, try_stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector
    from connectors.providers.base import CheckResult, Provider

UNVERIFIED = "unverified"


@require_http_methods(["GET", "HEAD", "POST"])
def edit_credentials(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is kept that the partner refuses; what it could not be asked may be kept unverified, if the person says so."""
    connector, provider = load_connector(pk)
    stored = shown_credentials(connector)
    if request.method != "POST":
        return _show(request, connector, CredentialsForm(provider.credential_fields, stored))
    form = CredentialsForm(provider.credential_fields, stored, request.POST)
    values = _merged(connector, provider, form)
    if not values:
        return _show(request, connector, form)
    checks = try_credentials(connector, values)
    failed = [check for check in checks if not check.passed]
    unreachable = _is_unreachable(failed, provider)
    if failed and not (unreachable and UNVERIFIED in request.POST):
        _put_on_fields(form, failed)
        return _show(request, connector, form, checks, unreachable=unreachable)
    save_credentials(connector, provider.credential_fields, values, checks, timezone.now(), request.user)
    forget_token(connector)
    wake(pk)
    _congratulate(request, verified=not failed)
    return redirect("connectors:connector", pk)


@require_POST
def check_connection(request: HttpRequest, pk: int) -> HttpResponse:
    """« Tester la connexion »: the stored credentials, at any time."""
    connector, provider = load_connector(pk)
    form = CredentialsForm(provider.credential_fields, shown_credentials(connector))
    if any(part.name == "credentials" and part.missing for part in parts_of(connector, provider)):
        checks = [failed_check("Identifiants", "Il manque des identifiants.", "Renseignez et validez d’abord tous les champs.")]
    else:
        checks = try_stored(connector)
    connector.refresh_from_db()
    return _show(request, connector, form, checks)


def _merged(connector: Connector, provider: type[Provider], form: CredentialsForm) -> dict[str, str]:
    """What would be saved; empty, with the errors on the form's fields, when something is missing or wrong."""
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
    except SealBroken as broken:
        form.add_error(None, str(broken))
    return {}


def _uri_problem(uri: str) -> str:
    try:
        validate_uri(uri, network_rules())
    except ValueError as refused:
        return str(refused)
    return ""


def _is_unreachable(failed: Sequence[CheckResult], provider: type[Provider]) -> bool:
    """Whether nothing but the way to the partner failed: no credential was refused, it could only not be asked."""
    addresses = {field.name for field in provider.credential_fields if field.is_url} | {""}
    return bool(failed) and all(check.field in addresses for check in failed)


def _put_on_fields(form: CredentialsForm, failed: Sequence[CheckResult]) -> None:
    for check in failed:
        text = " ".join(part for part in (check.message, check.repair) if part) or f"{check.label} : échec."
        form.add_error(check.field if check.field in form.fields else None, text)


def _congratulate(request: HttpRequest, *, verified: bool) -> None:
    if verified:
        messages.success(request, "Les identifiants sont enregistrés : le partenaire les a acceptés.")
    else:
        messages.warning(request, "Les identifiants sont enregistrés sans vérification : testez la connexion dès que le partenaire répond.")


def _show(
    request: HttpRequest, connector: Connector, form: CredentialsForm, checks: Sequence[CheckResult] = (), *, unreachable: bool = False
) -> HttpResponse:
    context = {"connector": connector, "form": form, "checks": checks, "unreachable": unreachable, "unverified": UNVERIFIED}
    return render(request, "connectors/credentials.html", context)
