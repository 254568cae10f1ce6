"""Putting one part of the settings back to how it stood at a version, through the use cases that a person's own change goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.deposit_paths import PathsRefused
from connectors.configure.restore_plan import plan_restore
from connectors.configure.values import ValuesRefused
from connectors.configure.versions import RESTORED
from connectors.models import Connector, Event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connectors.configure.restore_plan import Plan
    from connectors.configure.versions import Version
    from connectors.providers.base import CredentialField

RESTORABLE = ("clients", "attribute", "credentials", "deposit_paths", "pause")
"""The parts that a version can be put back of; activation, mode à blanc and first documents have their own switch, with its own warning."""


class RestoreRefused(Exception):
    """It cannot be done, or the settings have changed since the preview; the message is French. Nothing was changed."""


def preview_restore(connector: Connector, version: Version, fields: Sequence[CredentialField], *, before: bool) -> Plan:
    """What would change: the part of this version as it was after it, or `before` it."""
    return plan_restore(connector, version.part, _target(version, before=before), fields)


def restore_version(
    connector: Connector, version: Version, fields: Sequence[CredentialField], seen: int, now: datetime, actor: Any, *, before: bool
) -> None:
    """Do what the preview said, as one or more new versions. `seen` is the version of the settings that the preview was made from.

    Raises RestoreRefused. The caller then refreshes the watched folders, and wakes.
    """
    try:
        with transaction.atomic():
            current = Connector.objects.select_for_update().get(pk=connector.pk).settings_version
            if current != seen:
                raise RestoreRefused("Le paramétrage a changé entre-temps : relisez ce qui va changer.")
            plan = preview_restore(connector, version, fields, before=before)
            if plan.apply is None or not plan.possible:
                raise RestoreRefused(plan.problem or "Rien n’est à rétablir : cette partie est déjà dans cet état.")
            plan.apply(now, actor)
            connector.refresh_from_db(fields=["settings_version"])
            _note(connector, version, current, now, actor, before=before)
    except PathsRefused as refused:
        raise RestoreRefused(" ".join(dict.fromkeys(refused.problems.values()))) from refused
    except ValuesRefused as refused:
        raise RestoreRefused(" ".join(dict.fromkeys(refused.problems.values()))) from refused


def _target(version: Version, *, before: bool) -> int:
    return version.version - 1 if before else version.version


def _note(connector: Connector, version: Version, current: int, now: datetime, actor: Any, *, before: bool) -> None:
    """A line beside each version that was made: the trail keeps what the use case said, and why it was done."""
    text = f"État d’avant la version {version.version} rétabli" if before else f"Version {version.version} rétablie"
    for number in range(current + 1, connector.settings_version + 1):
        detail = {"version": number, "of": version.version, "before": before}
        Event.objects.create(at=now, kind=RESTORED, connector=connector, actor=actor, text=text, detail=detail)
