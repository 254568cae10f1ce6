"""« Remplacer un secret », and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from connectors.configure.credential_state import credential_state
from connectors.configure.credentials import CredentialsIncomplete, shown_credentials
from connectors.configure.rotation import CredentialsChanged, return_to_former, rotate_secrets
from connectors.configure.trial import Trial, has_passed
from connectors.models.sealing import SealBroken
from connectors.tasks import trial_of, wake
from connectors.web.forms.credentials import RotationForm
from connectors.web.views.connector import load_connector
from connectors.web.views.credentials import put_on_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector
    from connectors.providers.base import CheckResult, Provider

UNUSABLE = {"missing", "broken"}


@require_http_methods(["GET", "HEAD", "POST"])
def replace_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """The new secret is tried beside the old one; until it has passed, nothing changes."""
    connector, provider = load_connector(pk)
    if request.method != "POST":
        return _show(request, connector, provider, RotationForm(provider.credential_fields))
    form = RotationForm(provider.credential_fields, request.POST)
    checks = _try(request, connector, provider, form) if form.is_valid() else []
    if not checks or not has_passed(checks):
        return _show(request, connector, provider, form, checks)
    wake(pk)
    messages.success(request, "Le nouveau secret est en service : le partenaire l’a accepté. L’ancien est gardé, pour revenir en arrière.")
    return redirect("connectors:credentials", pk)


def _try(request: HttpRequest, connector: Connector, provider: type[Provider], form: RotationForm) -> list[CheckResult]:
    """What was found; the errors stand on the form."""
    try:
        checks = rotate_secrets(connector, provider.credential_fields, form.cleaned_data, trial_of(connector), timezone.now, request.user)
    except CredentialsIncomplete as incomplete:
        for name, message in incomplete.problems.items():
            form.add_error(name, message)
        return []
    except (CredentialsChanged, SealBroken) as changed:
        form.add_error(None, str(changed))
        return []
    put_on_fields(form, [check for check in checks if not check.passed])
    return checks


@require_POST
def use_former_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """« Revenir à l’ancien secret », in one click; it is tried first."""
    connector, provider = load_connector(pk)
    try:
        checks = return_to_former(connector, provider.credential_fields, trial_of(connector), timezone.now, request.user)
    except (CredentialsChanged, SealBroken) as changed:
        messages.error(request, str(changed))
        return redirect("connectors:credentials", pk)
    if not checks:
        messages.info(request, "Aucun ancien secret n’est gardé : il n’y a rien à reprendre.")
        return redirect("connectors:credentials", pk)
    if not has_passed(checks):
        messages.error(request, "Rien n’a changé : l’ancien secret n’a pas passé toutes les vérifications.")
        return _show(request, connector, provider, RotationForm(provider.credential_fields), checks)
    wake(pk)
    messages.success(request, "L’ancien secret est de nouveau en service : le partenaire l’a accepté.")
    return redirect("connectors:credentials", pk)


def _show(
    request: HttpRequest, connector: Connector, provider: type[Provider], form: RotationForm, checks: Sequence[CheckResult] = ()
) -> HttpResponse:
    stored = shown_credentials(connector)
    secrets = [(field, stored[field.name]) for field in provider.credential_fields if field.secret and field.name in stored]
    state = credential_state(connector, provider.credential_fields)
    context = {
        "connector": connector,
        "form": form,
        "unusable": state.text if state.kind in UNUSABLE else "",
        "secrets": secrets,
        "kept": [field.label for field, row in secrets if row.former],
        "trial": Trial(tuple(checks)) if checks else None,
    }
    return render(request, "connectors/credentials_rotation.html", context)
