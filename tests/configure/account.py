"""An account at a partner that is a small class: which secrets it takes, whether it can be reached, and what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.configure.credentials import save_credentials
from connectors.models import Connector
from connectors.providers.base import CheckResult, CheckStep
from connectors.providers.illinks.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

CANARY = "c4nary-s3cret"
URI = "https://cabinet.illinks.example/ws"


def typed(**changed: str) -> dict[str, str]:
    """What a person types."""
    values = {"client_id": "cabinet", "client_secret": CANARY, "id_illibook": "IB-1", "ws_user": "ws-1", "id_correspondance": "IC-1"}
    return {**values, "uri": URI, **changed}


def stored_account(now: datetime, *, active: bool = True, **changed: str) -> Connector:
    """A connector whose credentials were accepted."""
    connector = Connector.objects.create(provider="illinks", name="Illinks", active=active)
    save_credentials(connector, FIELDS, typed(**changed), [accepted()], now, None)
    return connector


def accepted() -> CheckResult:
    return CheckResult("jeton", "Jeton", passed=True, seconds=0.1)


@dataclass
class Account:
    """`build` makes a provider; `meanwhile` happens while it is tried."""

    secrets: set[str] = field(default_factory=lambda: {CANARY})
    reachable: bool = True
    asked: list[str] = field(default_factory=list)
    closed: int = 0
    meanwhile: Callable[[], Any] | None = None

    def build(self, values: Mapping[str, str]) -> Any:
        return _Asking(self, dict(values))


@dataclass
class _Asking:
    account: Account
    values: dict[str, str]

    def check_steps(self) -> list[CheckStep]:
        return [CheckStep("adresse", "Adresse", self._reach), CheckStep("jeton", "Jeton", self._token)]

    def check(self) -> list[CheckResult]:
        reached = self._reach()
        return [reached, self._token()] if reached.passed else [reached]

    def _reach(self) -> CheckResult:
        return CheckResult("adresse", "Adresse", passed=self.account.reachable, seconds=0, field="uri")

    def _token(self) -> CheckResult:
        self.account.asked.append(self.values["client_secret"])
        if self.account.meanwhile:
            self.account.meanwhile()
        known = self.values["client_secret"] in self.account.secrets
        return CheckResult("jeton", "Jeton", passed=known, seconds=0, field="" if known else "client_secret")

    def close(self) -> None:
        self.account.closed += 1
