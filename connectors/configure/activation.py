"""Switching a connector on and off, and the folders that are watched while it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.deposit_paths import folders_of_others
from connectors.configure.readiness import parts_of
from connectors.configure.settings_change import note_change
from connectors.deposits.base import StoreProblem
from connectors.domain.states import PushState
from connectors.models import ClientSelection, DepositFolder, Push

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.deposits.base import DepositStore
    from connectors.models import Connector
    from connectors.providers.base import Provider

WAITING_STATES = (PushState.SETTLING, PushState.WAITING, PushState.HELD, PushState.UNKNOWN)

FINISHED_WHEN_OFF = (PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED)
"""The partner has them, or may have them: they are asked about and archived whether the connector is active or not."""

KEPT_WHEN_OFF = (PushState.SETTLING, PushState.WAITING, PushState.HELD)
"""No byte has left: they stay where they are until the connector is active again, and then go on in the order of their deposit."""


@dataclass(frozen=True)
class Unfinished:
    """A connector's documents that are neither published nor settled otherwise: what a switch of it means for them, by state."""

    finished: list[tuple[PushState, int]]
    kept: list[tuple[PushState, int]]
    clients: int

    @property
    def finished_count(self) -> int:
        """How many come to their end in any case."""
        return sum(count for _state, count in self.finished)

    @property
    def kept_count(self) -> int:
        """How many wait for the connector."""
        return sum(count for _state, count in self.kept)


class NotReady(Exception):
    """Something is missing; `missing` lists it in French."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


def activate_connector(connector: Connector, provider: type[Provider], store: DepositStore, now: datetime, actor: Any) -> None:
    """From now on what is deposited is pushed. Raises NotReady. The caller then takes the baseline: what is there now stays there."""
    missing = [f"{part.label} : {part.missing}" for part in parts_of(connector, provider) if part.missing]
    if taken := folders_of_others(connector):
        missing.append(f"Chemins de dépôt : {taken}")
    if missing:
        raise NotReady(missing)
    with transaction.atomic():
        connector.active, connector.activated_at = True, now
        connector.save(update_fields=["active", "activated_at"])
        note_change(connector, "activation", now, actor, "Connecteur activé", active=[False, True])
    refresh_folders(connector, store)


def deactivate_connector(connector: Connector, now: datetime, actor: Any) -> None:
    """Nothing more is seen or sent; what waits keeps waiting. What is dropped meanwhile is there "before" the next activation."""
    with transaction.atomic():
        connector.active = False
        connector.save(update_fields=["active"])
        note_change(connector, "activation", now, actor, "Connecteur désactivé", active=[True, False])
        DepositFolder.objects.filter(deposit_path__connector=connector).update(baselined_at=None)


def unfinished_documents(connector: Connector) -> Unfinished:
    """What a switch means for them; `clients` is how many clients they belong to."""
    documents = Push.objects.filter(connector=connector, state__in={*FINISHED_WHEN_OFF, *KEPT_WHEN_OFF})
    counts = documents.counts()
    finished, kept = ([(state, counts[state]) for state in states if counts.get(state)] for states in (FINISHED_WHEN_OFF, KEPT_WHEN_OFF))
    return Unfinished(finished, kept, documents.order_by().values("client").distinct().count())


def waiting_documents(connector: Connector) -> int:
    """How many documents a deactivation keeps back."""
    return Push.objects.filter(connector=connector, state__in=WAITING_STATES).count()


def refresh_folders(connector: Connector, store: DepositStore, most: int | None = None) -> bool:
    """One watched folder for each chosen client and deposit path; the others are no longer watched. Give whether the new ones were made.

    A new one is made on disk. One that was there before and is not any more never is: its share is not mounted, or somebody renamed it.
    More than `most` new ones are left to the watcher, which makes and reads them as soon as it knows of them.
    """
    if not connector.active:
        return False
    _note_folders(connector)
    existing = DepositFolder.objects.filter(deposit_path__connector=connector)
    new = existing.filter(baselined_at=None, place="").select_related("client", "deposit_path")
    if most is not None and new[: most + 1].count() > most:
        return False
    for folder in new:
        _make(folder, store)
    return True


WHILE_A_PERSON_WAITS = 20
"""Folders. Each takes some milliseconds of the disk; the watcher knows of the others within two seconds."""


def _note_folders(connector: Connector) -> None:
    clients = set(ClientSelection.objects.filter(connector=connector).values_list("client_id", flat=True))
    paths = set(connector.deposit_paths.values_list("pk", flat=True))
    existing = DepositFolder.objects.filter(deposit_path__connector=connector)
    existing.exclude(client_id__in=clients).delete()
    known = set(existing.values_list("client_id", "deposit_path_id"))
    wanted = {(client, path) for client in clients for path in paths} - known
    DepositFolder.objects.bulk_create(
        [DepositFolder(client_id=client, deposit_path_id=path) for client, path in sorted(wanted)], batch_size=500
    )


def _make(folder: DepositFolder, store: DepositStore) -> None:
    try:
        store.make_folder(folder.folder, beside=folder.beside())
    except StoreProblem as problem:
        DepositFolder.objects.filter(pk=folder.pk).update(problem=str(problem)[:300])
