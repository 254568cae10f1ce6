"""The first documents of a newly linked client wait until somebody has confirmed the partner's folder: « C’est le bon dossier »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Min

from connectors.configure.dossier_matching import bare_name
from connectors.configure.settings_change import note_change
from connectors.domain.states import PushState
from connectors.models import ClientSelection, Connector, Push
from connectors.models.release import release_held
from connectors.models.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from connectors.models import Client
    from connectors.providers.base import Dossier

CAUSE = "first_document"


@dataclass(frozen=True)
class WaitingLink:
    """A client whose first documents wait. `code` is today's link, empty when there is none any more; `since` is when `first` was deposited."""

    client: Client
    code: str
    first: Push
    count: int
    since: datetime


def links_to_confirm(connector: Connector) -> QuerySet[Any, Any]:
    """One row for each client that waits, who waits longest first: fit to be cut into pages."""
    held = Push.objects.filter(connector=connector, state=PushState.HELD, cause=CAUSE).order_by()
    return held.values("client_id").annotate(count=Count("pk"), since=Min("seen_at"), first=Min("pk")).order_by("since", "client_id")


def waiting_links(connector: Connector, rows: Sequence[Mapping[str, Any]]) -> list[WaitingLink]:
    """These rows, with what a person compares."""
    first = Push.objects.select_related("client").in_bulk([row["first"] for row in rows])
    rules = rules_of(connector).clients
    codes = {pk: rule.code for pk, rule in rules.items()}
    found = [(row, first[row["first"]]) for row in rows if row["first"] in first]
    return [WaitingLink(push.client, codes.get(push.client_id, ""), push, row["count"], row["since"]) for row, push in found]


def doubts_about(client: Client, dossier: Dossier) -> list[str]:
    """What speaks against this dossier being the client's, in French."""
    theirs = re.sub(r"\D", "", dossier.siren)[:9]
    doubts = []
    if client.siren and theirs and client.siren != theirs:
        doubts.append(f"Le SIREN diffère : {client.siren} chez vous, {theirs} chez le partenaire.")
    ours, others = set(bare_name(client.name).split()), set(bare_name(dossier.name).split())
    if ours and others and not ours & others:
        doubts.append("Les deux noms n’ont aucun mot en commun.")
    return doubts


def confirm_links(connector: Connector, client_ids: Iterable[int], now: datetime, actor: Any, seen: Mapping[int, str] | None = None) -> int:
    """The links of these clients, as they are now, are right: their documents flow. Give how many were confirmed; those without a link are not.

    `seen` are the codes that a person has looked at: a link that changed meanwhile is not confirmed.
    """
    with transaction.atomic():
        rules = rules_of(connector).clients
        rows = ClientSelection.objects.filter(connector=connector, client_id__in=list(client_ids)).select_related("client")
        confirmed = [row for row in rows if rules[row.client_id].code and not rules[row.client_id].confirmed]
        if seen is not None:
            confirmed = [row for row in confirmed if seen.get(row.client_id) == rules[row.client_id].code]
        _confirm(connector, {row: rules[row.client_id].code for row in confirmed}, now, actor)
    return len(confirmed)


def _confirm(connector: Connector, codes: Mapping[ClientSelection, str], now: datetime, actor: Any) -> None:
    if not codes:
        return
    ClientSelection.objects.bulk_create(
        [
            ClientSelection(connector=connector, client_id=row.client_id, selected_at=now, confirmed_code=code)
            for row, code in codes.items()
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["connector", "client"],
        update_fields=["confirmed_code"],
    )
    detail = {str(row.client_id): code for row, code in codes.items()}
    names = sorted(row.client.name for row in codes)
    text = f"« C’est le bon dossier » : {names[0]}" if len(names) == 1 else f"« C’est le bon dossier » : {len(names)} clients"
    note_change(connector, "first_documents", now, actor, text, confirmed=detail)
    release_held(connector.pk, [CAUSE], now, client_id__in=[row.client_id for row in codes])


def start_checking(connector: Connector, now: datetime, actor: Any) -> bool:
    """From now on the first documents of a new link wait. Links under which a document was published already count as confirmed.

    False when they did so before.
    """
    with transaction.atomic():
        if not _switch(connector, now, actor, on=True):
            return False
        published = Push.objects.filter(connector=connector, state=PushState.PUBLISHED).exclude(client_code="")
        known = {(pk, code.casefold()) for pk, code in published.order_by().values_list("client_id", "client_code").distinct()}
        rules = rules_of(connector).clients
        proven = [pk for pk, rule in rules.items() if not rule.confirmed and (pk, rule.code.casefold()) in known]
        confirm_links(connector, proven, now, actor)
    return True


def stop_checking(connector: Connector, now: datetime, actor: Any) -> int:
    """Nothing waits for a person's yes any more; give how many documents were let go."""
    with transaction.atomic():
        return release_held(connector.pk, [CAUSE], now) if _switch(connector, now, actor, on=False) else 0


def _switch(connector: Connector, now: datetime, actor: Any, *, on: bool) -> bool:
    if not Connector.objects.filter(pk=connector.pk, checks_first_documents=not on).update(checks_first_documents=on):
        return False
    connector.checks_first_documents = on
    text = f"Contrôle des premiers documents {'activé' if on else 'désactivé'}"
    note_change(connector, "first_documents", now, actor, text, checks_first_documents=[not on, on])
    return True
