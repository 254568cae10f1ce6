"""Credential fields whose value differs for some clients: what is set here for a client goes out instead of the firm's."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.models import ClientSelection, Connector, Credential

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from connectors.providers.base import CredentialField

Typed = dict[tuple[str, int], str]
"""Values by field and client; an empty one gives the client the firm's again."""


def overridable(fields: Iterable[CredentialField]) -> list[CredentialField]:
    """The fields that may differ. A secret never does: it is sealed for the firm."""
    return [field for field in fields if field.per_client and not field.secret]


def count_overridden(connector: Connector) -> int:
    """How many clients have a value of their own."""
    return connector.credentials.exclude(client=None).values("client").distinct().count()


def overrides_of(connector: Connector, client_ids: Iterable[int]) -> Typed:
    """What is set for these clients."""
    rows = connector.credentials.filter(client_id__in=list(client_ids)).values_list("field", "client_id", "value")
    return {(field, client_id): value for field, client_id, value in rows if client_id}


def save_overrides(
    connector: Connector, fields: Sequence[CredentialField], typed: Mapping[tuple[str, int], str], now: datetime, actor: Any
) -> int:
    """Set, change or take away what was typed for chosen clients; give how many values changed. What is not typed stays."""
    known = {field.name for field in overridable(fields)}
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        asked = {client_id for _, client_id in typed}
        chosen = set(ClientSelection.objects.filter(connector=connector, client_id__in=asked).values_list("client_id", flat=True))
        stored = overrides_of(connector, chosen)
        clean = {key: unicodedata.normalize("NFC", value).strip() for key, value in typed.items() if key[0] in known and key[1] in chosen}
        changed = {key: value for key, value in clean.items() if stored.get(key, "") != value}
        _store(connector, changed, now, actor)
        if changed:
            _note(connector, fields, stored, changed, now, actor)
    return len(changed)


def _store(connector: Connector, changed: Mapping[tuple[str, int], str], now: datetime, actor: Any) -> None:
    rows = [
        Credential(connector=connector, client_id=client_id, field=field, value=value, set_at=now, set_by=actor)
        for (field, client_id), value in changed.items()
        if value
    ]
    unique, kept = ["connector", "field", "client"], ["value", "set_at", "set_by"]
    Credential.objects.bulk_create(rows, batch_size=500, update_conflicts=True, unique_fields=unique, update_fields=kept)
    for name in {field for field, _ in changed}:
        emptied = [client_id for (field, client_id), value in changed.items() if field == name and not value]
        connector.credentials.filter(field=name, client_id__in=emptied).delete()


def _note(
    connector: Connector,
    fields: Sequence[CredentialField],
    stored: Mapping[tuple[str, int], str],
    changed: Mapping[tuple[str, int], str],
    now: datetime,
    actor: Any,
) -> None:
    detail: dict[str, dict[str, list[str]]] = {}
    for (field, client_id), value in changed.items():
        detail.setdefault(field, {})[str(client_id)] = [stored.get((field, client_id), ""), value]
    labels = ", ".join(field.label for field in fields if field.name in detail)
    text = f"{labels} : {len(changed)} valeur(s) propre(s) à un client changée(s)"
    note_change(connector, "credentials", now, actor, text, overrides=detail)
