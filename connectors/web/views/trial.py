"""« Tester la connexion »: all steps at once for a plain browser; one step a request for htmx, so that each is seen as soon as it is done."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core import signing
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST

from connectors.configure.credentials import shown_credentials
from connectors.configure.trial import Trial, note_trial, read_or_explain, take_next_step, try_values
from connectors.providers.base import CheckResult
from connectors.providers.registry import provider_class
from connectors.tasks import trial_of, wake
from connectors.web.forms.credentials import CredentialsForm
from connectors.web.live import wants_part
from connectors.web.views.connector import load_connector
from connectors.web.views.credentials import put_on_fields, show_credentials, standing_of, typed_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from connectors.models import Connector

SALT = "connectors.trial"

PATIENCE = 300
"""Seconds for which a trial may be continued; it takes a tenth of them at most."""


@require_POST
def check_connection(request: HttpRequest, pk: int) -> HttpResponse:
    """The typed credentials when the form came along, else the stored ones; nothing is saved, but that the stored ones were accepted."""
    connector, provider = load_connector(pk)
    stored, fields = shown_credentials(connector), provider.credential_fields
    is_typed = any(field.name in request.POST for field in fields)
    form = CredentialsForm(fields, stored, request.POST if is_typed else None)
    values = typed_credentials(connector, provider, form) if is_typed else read_or_explain(connector, provider)
    if isinstance(values, CheckResult) or not values:
        trial = Trial((values,) if isinstance(values, CheckResult) else tuple(_untried(form)))
    elif wants_part(request):
        trial = _continue(request, connector, values)
    else:
        trial = Trial(tuple(try_values(values, trial_of(connector))))
    if isinstance(values, dict) and not is_typed and trial.finished and note_trial(connector, values, trial.results, timezone.now()):
        wake(pk)
    if wants_part(request):
        return _show_steps(request, connector, values, trial, is_typed=is_typed)
    if is_typed and form.is_valid() and values:
        put_on_fields(form, [check for check in trial.results if not check.passed])
    return show_credentials(request, connector, provider, form, trial if values else None)


def _untried(form: CredentialsForm) -> list[CheckResult]:
    """What is wrong in the form, for a page whose fields stay as they are."""
    return [
        CheckResult(
            name, str(form.fields[name].label), passed=False, seconds=0, message=" ".join(str(error) for error in errors), field=name
        )
        for name, errors in form.errors.items()
    ]


def _continue(request: HttpRequest, connector: Connector, values: Mapping[str, str]) -> Trial:
    """The first request shows the steps, each further one does the next of them; for other values it begins again."""
    build = trial_of(connector)
    try:
        said = signing.loads(request.POST.get("trial", ""), salt=SALT, max_age=PATIENCE)
    except signing.BadSignature:
        said = {}
    if said.get("of") == _fingerprint(connector, values):
        return take_next_step(values, [CheckResult(**found) for found in said["done"]], build)
    provider = build(values)
    try:
        return Trial((), tuple(step.label for step in provider.check_steps()))
    finally:
        provider.close()


def _fingerprint(connector: Connector, values: Mapping[str, str]) -> str:
    """Which credentials are tried, without saying them: under the installation's own key."""
    return salted_hmac(SALT, json.dumps([connector.pk, sorted(values.items())])).hexdigest()


def _show_steps(request: HttpRequest, connector: Connector, values: object, trial: Trial, *, is_typed: bool) -> HttpResponse:
    progress = ""
    if isinstance(values, dict) and not trial.finished:
        done = [asdict(result) for result in trial.results]
        progress = signing.dumps({"of": _fingerprint(connector, values), "done": done}, salt=SALT, compress=True)
    context = {"connector": connector, "trial": trial, "progress": progress, "is_typed": is_typed, "standing": {}}
    if not progress and urlsplit(request.headers.get("HX-Current-URL", "")).path == reverse("connectors:credentials", args=[connector.pk]):
        context["standing"] = standing_of(connector, provider_class(connector.provider))
    return render(request, "connectors/parts/_checks_part.html", context)
