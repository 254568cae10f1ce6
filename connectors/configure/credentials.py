"""The partner's credentials: write-only, sealed, bound to the Uri's origin, and tried before they are kept."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.models import AccessToken, Connector, Credential
from connectors.models.sealing import SealBroken, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from connectors.providers.base import CheckResult, CredentialField

BINDING = ("uri", "ws_user")
"""Fields that say to whom the secrets go: changing the origin of the one or the other empties them until they are typed again."""

MOVED = "L’adresse ou le WS User a changé : saisissez le secret de nouveau."
REQUIRED = "Ce champ est obligatoire."


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
    return {row.field: unseal(bytes(row.sealed), place_of(connector, row.field, origin)) if row.sealed else row.value for row in rows}


def seal_problem(connector: Connector) -> str:
    """Why the stored secrets cannot be opened, in French; empty when they can."""
    try:
        read_credentials(connector)
    except SealBroken as broken:
        return str(broken)
    return ""


def shown_credentials(connector: Connector) -> dict[str, Credential]:
    """The rows by field: their values, or for secrets when they were set."""
    return {row.field: row for row in connector.credentials.filter(client=None).select_related("set_by")}


def merged_credentials(connector: Connector, fields: Sequence[CredentialField], typed: Mapping[str, str]) -> dict[str, str]:
    """What would be tried or saved: a blank secret keeps the stored one, unless it would go to another origin or WS User.

    Raises CredentialsIncomplete, also for a stored secret that cannot be opened: typing it again repairs it.
    """
    typed = {name: unicodedata.normalize("NFC", value).strip() for name, value in typed.items()}
    rows = shown_credentials(connector)
    moved = is_moved(public_values(rows), typed)
    merged, problems = {}, {}
    for field in fields:
        try:
            value = typed.get(field.name, "") or ("" if moved else _kept_secret(connector, rows, field))
        except SealBroken as broken:
            problems[field.name] = str(broken)
            continue
        if value:
            merged[field.name] = value
        else:
            problems[field.name] = MOVED if field.secret and moved else REQUIRED
    if problems:
        raise CredentialsIncomplete(problems)
    return merged


def is_moved(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether the secrets would go to somebody else than the one they were given for."""
    return any(before.get(name) and _binds(name, before[name]) != _binds(name, after.get(name, "")) for name in BINDING)


def public_values(rows: Mapping[str, Credential]) -> dict[str, str]:
    """What may stand on a screen and in the trail."""
    return {name: row.value for name, row in rows.items() if not row.sealed}


def _kept_secret(connector: Connector, rows: Mapping[str, Credential], field: CredentialField) -> str:
    row = rows.get(field.name) if field.secret else None
    if row is None or not row.sealed:
        return ""
    return unseal(bytes(row.sealed), place_of(connector, field.name, origin_of(public_values(rows).get("uri", ""))))


def _binds(name: str, value: str) -> str:
    return origin_of(value) if name == "uri" else value


def place_of(connector: Connector, field: str, origin: str) -> str:
    """Where a secret belongs: it opens nowhere else."""
    return f"connector:{connector.pk}/{field}/{origin}"


def save_credentials(
    connector: Connector,
    fields: Sequence[CredentialField],
    values: Mapping[str, str],
    checks: Sequence[CheckResult],
    now: datetime,
    actor: Any,
) -> None:
    """Store what was tried. `checks` are the results of trying these very values; only passed ones count as verified.

    A secret that replaces another one of the same account keeps it as `former`.
    """
    passed = bool(checks) and all(check.passed for check in checks)
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        rows = shown_credentials(connector)
        public = {
            field.name: [rows[field.name].value if field.name in rows else "", values[field.name]] for field in fields if not field.secret
        }
        changed = {name: pair for name, pair in public.items() if pair[0] != pair[1]}
        secrets = [field.name for field in fields if field.secret and not _is_stored(connector, rows, field, values)]
        for field in fields:
            if field.name in changed:
                store_credential(connector, field.name, now, actor, value=values[field.name], sealed=None, former=None)
            elif field.name in secrets:
                _store_secret(connector, field.name, values, rows.get(field.name) if not changed else None, now, actor)
        if changed:
            connector.credentials.filter(client=None).update(former=None)
        note_credentials(connector, fields, now, actor, changed, secrets, passed=passed)


def _is_stored(connector: Connector, rows: Mapping[str, Credential], field: CredentialField, values: Mapping[str, str]) -> bool:
    """Whether this very secret stands there already, for this origin."""
    if is_moved(public_values(rows), values):
        return False
    try:
        return _kept_secret(connector, rows, field) == values[field.name]
    except SealBroken:
        return False


def _store_secret(
    connector: Connector, name: str, values: Mapping[str, str], replaced: Credential | None, now: datetime, actor: Any
) -> None:
    sealed = seal(values[name], place_of(connector, name, origin_of(values.get("uri", ""))))
    store_credential(connector, name, now, actor, value="", sealed=sealed, former=replaced and replaced.sealed)


def store_credential(connector: Connector, name: str, now: datetime, actor: Any, **content: Any) -> None:
    """One row of the firm."""
    Credential.objects.update_or_create(connector=connector, client=None, field=name, defaults={**content, "set_at": now, "set_by": actor})


def note_credentials(
    connector: Connector,
    fields: Iterable[CredentialField],
    now: datetime,
    actor: Any,
    changed: Mapping[str, Sequence[str]],
    secrets: Sequence[str],
    *,
    passed: bool,
    text: str = "",
    **detail: Any,
) -> None:
    """After any change of them, in its transaction: verified or not, no token of before, no breaker, and a line that holds no secret."""
    connector.credentials_checked_at, connector.credentials_refused = now if passed else None, ""
    connector.save(update_fields=["credentials_checked_at", "credentials_refused"])
    Connector.objects.filter(pk=connector.pk).update(paused_until=None, paused_because="", failures=0)
    AccessToken.objects.filter(connector=connector).update(sealed=None, expires_at=None)
    labels = [field.label for field in fields if field.name in {*changed, *secrets}]
    text = text or (f"Identifiants enregistrés : {', '.join(labels)}" if labels else "Identifiants enregistrés de nouveau, sans changement")
    note_change(connector, "credentials", now, actor, text, values=dict(changed), secrets=list(secrets), **detail)
