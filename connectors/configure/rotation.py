"""Replacing a secret: the new one is tried beside the old one, with which documents keep flowing; the old one is kept, to go back to."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.credentials import (
    CredentialsIncomplete,
    note_credentials,
    origin_of,
    place_of,
    public_values,
    read_credentials,
    shown_credentials,
    store_credential,
)
from connectors.configure.trial import has_passed, try_values
from connectors.models import Connector
from connectors.models.sealing import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from connectors.configure.trial import Build
    from connectors.providers.base import CheckResult, CredentialField


class CredentialsChanged(Exception):
    """Somebody has changed the credentials while others were tried: what was tried is not what would be used. The message is French."""


def rotate_secrets(
    connector: Connector,
    fields: Sequence[CredentialField],
    typed: Mapping[str, str],
    build: Build,
    clock: Callable[[], datetime],
    actor: Any,
) -> list[CheckResult]:
    """Try the typed secrets; when every check passes they are the current ones, and those of before stand in `former`. Else nothing changes.

    Raises CredentialsIncomplete, CredentialsChanged, SealBroken.
    """
    current = read_credentials(connector)
    secrets = {field.name: unicodedata.normalize("NFC", typed.get(field.name, "")).strip() for field in fields if field.secret}
    new = {name: value for name, value in secrets.items() if value}
    _require_new(fields, new, current)
    values = {**current, **new}
    checks = try_values(values, build)
    if has_passed(checks):
        with transaction.atomic():
            _require_unchanged(connector, current)
            swap_secrets(connector, new, clock(), actor)
            text = f"Secret remplacé : {_labels(fields, new)}"
            note_credentials(connector, fields, clock(), actor, {}, sorted(new), passed=True, text=text, rotated=sorted(new))
    return checks


def _require_new(fields: Sequence[CredentialField], new: Mapping[str, str], current: Mapping[str, str]) -> None:
    secrets = [field.name for field in fields if field.secret]
    if not new:
        raise CredentialsIncomplete(dict.fromkeys(secrets, "Saisissez le nouveau secret."))
    if any(name not in current for name in [field.name for field in fields]):
        raise CredentialsIncomplete(dict.fromkeys(secrets, "Renseignez d’abord tous les identifiants."))
    if same := [name for name, value in new.items() if current[name] == value]:
        raise CredentialsIncomplete(dict.fromkeys(same, "C’est le secret actuel : saisissez le nouveau."))


def former_credentials(connector: Connector) -> dict[str, str]:
    """All fields as they were before the last rotation; empty when no secret is kept from then. Raises SealBroken."""
    rows = shown_credentials(connector)
    current = read_credentials(connector)
    origin = origin_of(current.get("uri", ""))
    former = {name: unseal(bytes(row.former), place_of(connector, name, origin)) for name, row in rows.items() if row.former}
    return {**current, **former} if former else {}


def return_to_former(
    connector: Connector, fields: Sequence[CredentialField], build: Build, clock: Callable[[], datetime], actor: Any
) -> list[CheckResult]:
    """« Revenir à l’ancien secret »: tried first; the two change places, so that one click leads back again. Nothing to try: no checks.

    Raises CredentialsChanged, SealBroken.
    """
    current, former = read_credentials(connector), former_credentials(connector)
    if not former:
        return []
    checks = try_values(former, build)
    if has_passed(checks):
        with transaction.atomic():
            _require_unchanged(connector, current)
            names = restore_former(connector, former, current, clock(), actor)
            text = f"Retour à l’ancien secret : {_labels(fields, names)}"
            note_credentials(connector, fields, clock(), actor, {}, names, passed=True, text=text, returned=names)
    return checks


def restore_former(
    connector: Connector, former: Mapping[str, str], current: Mapping[str, str], now: datetime, actor: Any, *, keep: bool = True
) -> list[str]:
    """The former secrets are the current ones; `keep`: those of just now can be gone back to. Gives their names."""
    names = sorted(name for name in former if former[name] != current[name])
    swap_secrets(connector, {name: former[name] for name in names}, now, actor, keep=keep)
    return names


def swap_secrets(connector: Connector, new: Mapping[str, str], now: datetime, actor: Any, *, keep: bool = True) -> None:
    """Store these, and what stood there as `former`. Secrets that stay forget theirs: it was given beside others."""
    rows = shown_credentials(connector)
    origin = origin_of(public_values(rows).get("uri", ""))
    connector.credentials.filter(client=None).update(former=None)
    for name, value in new.items():
        sealed = seal(value, place_of(connector, name, origin))
        store_credential(connector, name, now, actor, value="", sealed=sealed, former=bytes(rows[name].sealed or b"") if keep else None)


def _require_unchanged(connector: Connector, tried_beside: Mapping[str, str]) -> None:
    locked = Connector.objects.select_for_update().get(pk=connector.pk)
    if read_credentials(locked) != tried_beside:
        raise CredentialsChanged("Quelqu’un a changé les identifiants pendant l’essai : relisez-les, puis recommencez.")


def _labels(fields: Sequence[CredentialField], names: Sequence[str] | Mapping[str, str]) -> str:
    return ", ".join(field.label for field in fields if field.name in names)
