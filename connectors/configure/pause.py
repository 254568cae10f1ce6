"""Pausing one client or one deposit path: its documents are seen and held, those of everybody else flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.models import Client, ClientSelection, DepositPath
from connectors.models.release import release_held

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from connectors.models import Connector

PAUSED = ("paused",)
MOST_NAMED = 3
"""Names in the line of the trail; the rest is counted, and stands in the version."""


def pause_client(connector: Connector, client_id: int, now: datetime, actor: Any) -> bool:
    """Hold this client's documents from their next turn on. False when there was nothing to change."""
    return bool(pause_clients(connector, [client_id], now, actor))


def resume_client(connector: Connector, client_id: int, now: datetime, actor: Any) -> bool:
    """Let them go, in the order of their deposit. False when there was nothing to change. The caller then wakes."""
    return bool(resume_clients(connector, [client_id], now, actor))


def pause_clients(connector: Connector, client_ids: Iterable[int], now: datetime, actor: Any) -> list[int]:
    """Pause those who are chosen and not paused yet; give their ids."""
    with transaction.atomic():
        rows = connector.selections.filter(client_id__in=list(client_ids), paused_at=None)
        ids = sorted(rows.values_list("client_id", flat=True))
        if ids:
            rows.update(paused_at=now)
            note_change(connector, "pause", now, actor, f"Envois en pause : {_clients(ids)}", paused_clients=ids)
    return ids


def resume_clients(connector: Connector, client_ids: Iterable[int], now: datetime, actor: Any) -> list[int]:
    """Resume those who are paused; give their ids. The caller then wakes."""
    with transaction.atomic():
        rows = connector.selections.filter(client_id__in=list(client_ids)).exclude(paused_at=None)
        ids = sorted(rows.values_list("client_id", flat=True))
        if ids:
            ClientSelection.objects.filter(connector=connector, client_id__in=ids).update(paused_at=None)
            note_change(connector, "pause", now, actor, f"Envois repris : {_clients(ids)}", resumed_clients=ids)
            for pk in ids:
                release_held(connector.pk, PAUSED, now, client_id=pk)
    return ids


def pause_path(connector: Connector, path_id: int, now: datetime, actor: Any) -> bool:
    """Hold what is dropped in this deposit path. False when there was nothing to change."""
    return bool(pause_paths(connector, [path_id], now, actor))


def resume_path(connector: Connector, path_id: int, now: datetime, actor: Any) -> bool:
    """Let it go, in the order of its deposit. False when there was nothing to change. The caller then wakes."""
    return bool(resume_paths(connector, [path_id], now, actor))


def pause_paths(connector: Connector, path_ids: Iterable[int], now: datetime, actor: Any) -> list[str]:
    """Pause these paths; give the deposit folders that were not paused yet."""
    with transaction.atomic():
        rows = list(connector.deposit_paths.filter(pk__in=list(path_ids), paused_at=None))
        names = [row.deposit for row in rows]
        if rows:
            DepositPath.objects.filter(pk__in=[row.pk for row in rows]).update(paused_at=now)
            note_change(connector, "pause", now, actor, f"Envois en pause : {_named(names, 'chemins')}", paused_paths=names)
    return names


def resume_paths(connector: Connector, path_ids: Iterable[int], now: datetime, actor: Any) -> list[str]:
    """Resume these paths; give the deposit folders that were paused. The caller then wakes."""
    with transaction.atomic():
        rows = list(connector.deposit_paths.filter(pk__in=list(path_ids)).exclude(paused_at=None))
        names = [row.deposit for row in rows]
        if rows:
            DepositPath.objects.filter(pk__in=[row.pk for row in rows]).update(paused_at=None)
            note_change(connector, "pause", now, actor, f"Envois repris : {_named(names, 'chemins')}", resumed_paths=names)
            for row in rows:
                release_held(connector.pk, PAUSED, now, deposit_path_id=row.pk)
    return names


def _clients(ids: Sequence[int]) -> str:
    names = list(Client.objects.filter(pk__in=ids[: MOST_NAMED + 1]).order_by("name").values_list("name", flat=True))
    return f"{len(ids)} clients" if len(ids) > MOST_NAMED else _named(names, "clients")


def _named(names: Sequence[str], word: str) -> str:
    return f"{len(names)} {word}" if len(names) > MOST_NAMED else ", ".join(f"« {name} »" for name in names)
