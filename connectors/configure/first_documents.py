"""The first documents of a newly linked client wait until somebody has confirmed the partner's folder: « C’est le bon dossier »."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.models import ClientSelection
from connectors.models.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connectors.models import Connector


def confirm_links(connector: Connector, client_ids: Iterable[int], now: datetime, actor: Any) -> int:
    """The links of these clients, as they are now, are right: their documents flow. Give how many were confirmed; those without a link are not."""
    with transaction.atomic():
        rules = rules_of(connector).clients
        rows = ClientSelection.objects.filter(connector=connector, client_id__in=list(client_ids)).select_related("client")
        confirmed = [row for row in rows if rules[row.client_id].code and not rules[row.client_id].confirmed]
        for row in confirmed:
            row.confirmed_code = rules[row.client_id].code
        ClientSelection.objects.bulk_update(confirmed, ["confirmed_code"], batch_size=500)
        if confirmed:
            detail = {str(row.client_id): row.confirmed_code for row in confirmed}
            note_change(connector, "first_documents", now, actor, f"{len(confirmed)} lien(s) confirmé(s)", confirmed=detail)
    return len(confirmed)
