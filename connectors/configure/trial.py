"""Trying credentials at the partner, step by step: nothing is deposited, and only what passes every step counts as verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from connectors.configure.credential_request import missing_fields
from connectors.configure.credentials import read_credentials
from connectors.configure.settings_change import note_change
from connectors.models import Connector
from connectors.models.sealing import SealBroken
from connectors.providers.base import CheckResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from connectors.providers.base import CredentialField, Provider

    Build = Callable[[Mapping[str, str]], Provider]
    """Makes the partner under these credentials, with an access token of its own."""


@dataclass(frozen=True)
class Trial:
    """How far a trial has come: what was found, and the labels of the steps that are still to be done."""

    results: tuple[CheckResult, ...]
    ahead: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do: all is done, or a step has failed."""
        return not self.ahead or has_failed(self.results)

    @property
    def passed(self) -> bool:
        """Whether the partner accepts these credentials."""
        return self.finished and has_passed(self.results)


def has_failed(results: Iterable[CheckResult]) -> bool:
    """Whether a step has."""
    return any(not result.passed for result in results)


def has_passed(results: Sequence[CheckResult]) -> bool:
    """Whether there are steps, and none has failed."""
    return bool(results) and not has_failed(results)


def is_unreachable(results: Iterable[CheckResult], fields: Sequence[CredentialField]) -> bool:
    """Whether nothing but the way to the partner failed: no credential was refused, it could only not be asked."""
    failed = [result.field for result in results if not result.passed]
    addresses = {field.name for field in fields if field.is_url} | {""}
    return bool(failed) and addresses.issuperset(failed)


def try_values(values: Mapping[str, str], build: Build) -> list[CheckResult]:
    """What the partner says to these very values. Nothing is stored."""
    provider = build(values)
    try:
        return provider.check()
    finally:
        provider.close()


def take_next_step(values: Mapping[str, str], done: Sequence[CheckResult], build: Build) -> Trial:
    """Do the step after those that are done, for a page that shows each one as it comes."""
    provider = build(values)
    try:
        steps = list(provider.check_steps())
        results = (*done, *(step.run() for step in steps[len(done) : len(done) + 1]))
    finally:
        provider.close()
    return Trial(results, tuple(step.label for step in steps[len(results) :]))


def read_or_explain(connector: Connector, provider: type[Provider]) -> dict[str, str] | CheckResult:
    """The stored credentials, or why they cannot be tried."""
    if missing_fields(connector, provider.credential_fields):
        return _untried("Il manque des identifiants.", "Renseignez et validez d’abord tous les champs.")
    try:
        return read_credentials(connector)
    except SealBroken as broken:
        return _untried(str(broken), "Si la clé est perdue, saisissez les secrets de nouveau, puis validez.")


def _untried(message: str, repair: str) -> CheckResult:
    return CheckResult(name="identifiants", label="Identifiants", passed=False, seconds=0, message=message, repair=repair)


def try_stored(connector: Connector, provider: type[Provider], build: Build, clock: Callable[[], datetime]) -> list[CheckResult]:
    """« Tester la connexion »: what the partner says to the stored ones; a yes is remembered."""
    values = read_or_explain(connector, provider)
    if isinstance(values, CheckResult):
        return [values]
    checks = try_values(values, build)
    note_trial(connector, values, checks, clock())
    return checks


def note_trial(connector: Connector, values: Mapping[str, str], checks: Sequence[CheckResult], now: datetime) -> bool:
    """Remember that the stored credentials were accepted; not when somebody has changed them while they were tried.

    Documents that waited for that go on.
    """
    with transaction.atomic():
        locked = Connector.objects.select_for_update().get(pk=connector.pk)
        if not has_passed(checks) or read_credentials(locked) != values:
            return False
        Connector.objects.filter(pk=connector.pk).update(
            credentials_checked_at=now, credentials_refused="", paused_until=None, paused_because="", failures=0
        )
        note_change(connector, "credentials", now, None, "Connexion vérifiée")
    connector.refresh_from_db()
    return True
