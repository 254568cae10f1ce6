"""Trying credentials at the partner, with an access token of their own: the shared one was given for those that are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from connectors.configure.credentials import note_checks, read_credentials
from connectors.domain.outcomes import PushError
from connectors.models import AccessToken
from connectors.models.sealing import SealBroken
from connectors.providers.base import CheckResult
from connectors.providers.registry import build_provider
from connectors.tasks import network_rules, wake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.models import Connector
    from connectors.providers.base import Provider, Token


class TrialToken:
    """Keeps a token for one trial. With the shared one, a wrong secret would pass as long as an older token lives."""

    def __init__(self) -> None:
        self._value = ""

    def token(self, fetch: Callable[[], Token]) -> str:
        """Fetched once."""
        self._value = self._value or fetch().value
        return self._value

    def drop(self, value: str) -> None:
        """The partner has just refused it."""
        if self._value == value:
            self._value = ""


def try_credentials(connector: Connector, values: Mapping[str, str]) -> list[CheckResult]:
    """What the partner says to these very values. Nothing is stored."""
    provider = _built(connector, values)
    try:
        return provider.check()
    except PushError as error:
        return [failed_check("Connexion", error.message)]
    finally:
        provider.close()


def try_stored(connector: Connector) -> list[CheckResult]:
    """What it says to the stored ones; a yes is remembered, and documents that waited for it go on."""
    try:
        provider = _built(connector, read_credentials(connector))
    except SealBroken as broken:
        return [failed_check("Identifiants", str(broken))]
    try:
        checks = note_checks(connector, provider, timezone.now())
    except PushError as error:
        return [failed_check("Connexion", error.message)]
    finally:
        provider.close()
    if all(check.passed for check in checks):
        wake(connector.pk)
    return checks


def _built(connector: Connector, values: Mapping[str, str]) -> Provider:
    return build_provider(connector.provider, values, tokens=TrialToken(), network=network_rules())


def forget_token(connector: Connector) -> None:
    """A token of the credentials of before must not serve those that have just been saved."""
    AccessToken.objects.filter(connector=connector).update(sealed=None, expires_at=None)


def failed_check(label: str, message: str, repair: str = "") -> CheckResult:
    """A check that did not even reach the partner."""
    return CheckResult(name="connexion", label=label, passed=False, seconds=0, message=message, repair=repair)
