"""How the credentials stand: one word for a badge, one sentence for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.configure.credential_request import missing_fields
from connectors.configure.credentials import seal_problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connectors.models import Connector
    from connectors.providers.base import CredentialField

BROKEN, MISSING, REFUSED, VERIFIED, UNVERIFIED = "broken", "missing", "refused", "verified", "unverified"


@dataclass(frozen=True)
class CredentialState:
    """`since` is when they were last accepted, or when what nobody has tried since was changed; None where neither is known."""

    kind: str
    text: str
    since: datetime | None = None


def credential_state(connector: Connector, fields: Sequence[CredentialField]) -> CredentialState:
    """What matters most comes first: without an open secret nothing else can be said."""
    if problem := seal_problem(connector):
        return CredentialState(BROKEN, problem)
    if missing := missing_fields(connector, fields):
        return CredentialState(MISSING, f"À renseigner : {', '.join(field.label for field in missing)}.")
    if connector.credentials_refused:
        return CredentialState(REFUSED, connector.credentials_refused)
    if connector.credentials_checked_at:
        return CredentialState(VERIFIED, "Acceptés par le partenaire.", connector.credentials_checked_at)
    changed = connector.credentials.filter(client=None).order_by("-set_at").values_list("set_at", flat=True).first()
    return CredentialState(UNVERIFIED, "Personne ne les a essayés auprès du partenaire depuis leur modification.", changed)
