"""Going back to the credentials of an earlier version: the public ones, for secrets are kept nowhere but in their own row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.credentials import is_moved, note_credentials, public_values, shown_credentials, store_credential
from connectors.models import Connector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from connectors.providers.base import CredentialField


def restore_credentials(
    connector: Connector, fields: Sequence[CredentialField], values: Mapping[str, str], now: datetime, actor: Any
) -> list[str]:
    """Put public values back that stood here before; a field that `values` does not name stays as it is, an empty one is cleared.

    Gives the names of the secrets that were emptied, because they would go to another origin or WS User: they have to be typed again.
    Nothing is tried: the credentials are not verified until somebody tests the connection. Secrets in `values` are ignored.
    """
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        before = public_values(shown_credentials(connector))
        after = {field.name: values.get(field.name, before.get(field.name, "")) for field in fields if not field.secret}
        changed = {name: [before.get(name, ""), value] for name, value in after.items() if before.get(name, "") != value}
        if not changed:
            return []
        emptied = _empty_secrets(connector, fields) if is_moved(before, after) else []
        for name in changed:
            store_credential(connector, name, now, actor, value=after[name], sealed=None, former=None)
        own = connector.credentials.filter(client=None)
        own.filter(value="", sealed=None).delete()
        own.update(former=None)
        note_credentials(connector, fields, now, actor, changed, emptied, passed=False, text="Identifiants rétablis", emptied=emptied)
    return emptied


def _empty_secrets(connector: Connector, fields: Sequence[CredentialField]) -> list[str]:
    secrets = connector.credentials.filter(client=None, field__in=[field.name for field in fields if field.secret])
    names = sorted(secrets.values_list("field", flat=True))
    secrets.delete()
    return names
