"""The partner's credentials: write-only, sealed, bound to the Uri's origin, and tried before they are kept."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.models import Connector, Credential
from connectors.models.sealing import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from connectors.providers.base import CheckResult, CredentialField, Provider

BINDING = ("uri", "ws_user")
"""Fields that say to whom the secrets go: changing the origin of the one or the other empties them until they are typed again."""


class CredentialsIncomplete(Exception):
    """Something has to be typed; `problems` maps field names to French messages. Nothing was saved."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("Des identifiants manquent.")
        self.problems = problems


def origin_of(uri: str) -> str:
    """Scheme, host and port of an address, in lower case; a default port is written out."""
    parts = urlsplit(uri.strip())
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        port = 0
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def read_credentials(connector: Connector) -> dict[str, str]:
    """All fields of the firm, secrets opened: for building a provider, never for a screen. Raises SealBroken."""
    rows = list(connector.credentials.filter(client=None))
    origin = origin_of(next((row.value for row in rows if row.field == "uri"), ""))
    return {row.field: unseal(bytes(row.sealed), _place(connector, row.field, origin)) if row.sealed else row.value for row in rows}


def shown_credentials(connector: Connector) -> dict[str, Credential]:
    """The rows by field: their values, or for secrets when they were set."""
    return {row.field: row for row in connector.credentials.filter(client=None).select_related("set_by")}


def merged_credentials(connector: Connector, fields: Sequence[CredentialField], typed: Mapping[str, str]) -> dict[str, str]:
    """What would be saved: a blank secret keeps the stored one, unless it would go to another origin or WS User. Raises CredentialsIncomplete, SealBroken."""
    typed = {name: unicodedata.normalize("NFC", value).strip() for name, value in typed.items()}
    shown = {name: row.value for name, row in shown_credentials(connector).items()}
    moved = any(shown.get(name) and _binds(name, shown[name]) != _binds(name, typed.get(name, "")) for name in BINDING)
    stored = {} if moved else read_credentials(connector)
    merged, problems = {}, {}
    for field in fields:
        value = typed.get(field.name, "") or (stored.get(field.name, "") if field.secret else "")
        if value:
            merged[field.name] = value
        elif field.secret and moved:
            problems[field.name] = "L’adresse ou le WS User a changé : saisissez le secret de nouveau."
        else:
            problems[field.name] = "Ce champ est obligatoire."
    if problems:
        raise CredentialsIncomplete(problems)
    return merged


def _binds(name: str, value: str) -> str:
    return origin_of(value) if name == "uri" else value


def save_credentials(
    connector: Connector,
    fields: Sequence[CredentialField],
    values: Mapping[str, str],
    checks: Sequence[CheckResult],
    now: datetime,
    actor: Any,
) -> None:
    """Store what was tried. `checks` are the results of trying these very values; only passed ones count as verified."""
    passed = bool(checks) and all(check.passed for check in checks)
    origin = origin_of(values.get("uri", ""))
    before = {name: row.value for name, row in shown_credentials(connector).items()}
    with transaction.atomic():
        for field in fields:
            _store(connector, field, values[field.name], origin, now, actor)
        connector.credentials_checked_at = now if passed else None
        connector.credentials_refused = ""
        connector.save(update_fields=["credentials_checked_at", "credentials_refused"])
        changed = [field.label for field in fields if field.secret or before.get(field.name) != values[field.name]]
        note_change(connector, "credentials", now, actor, f"Identifiants enregistrés : {', '.join(changed)}")
        Connector.objects.filter(pk=connector.pk).update(paused_until=None, paused_because="", failures=0)


def _store(connector: Connector, field: CredentialField, value: str, origin: str, now: datetime, actor: Any) -> None:
    content = (
        {"value": "", "sealed": seal(value, _place(connector, field.name, origin))} if field.secret else {"value": value, "sealed": None}
    )
    Credential.objects.update_or_create(
        connector=connector, client=None, field=field.name, defaults={**content, "set_at": now, "set_by": actor}
    )


def _place(connector: Connector, field: str, origin: str) -> str:
    return f"connector:{connector.pk}/{field}/{origin}"


def note_checks(connector: Connector, provider: Provider, now: datetime) -> list[CheckResult]:
    """« Tester la connexion »: try the stored credentials, and remember when they were last accepted."""
    checks = provider.check()
    if checks and all(check.passed for check in checks):
        with transaction.atomic():
            Connector.objects.filter(pk=connector.pk).update(
                credentials_checked_at=now, credentials_refused="", paused_until=None, paused_because="", failures=0
            )
            note_change(connector, "credentials", now, None, "Connexion vérifiée")
    return checks
