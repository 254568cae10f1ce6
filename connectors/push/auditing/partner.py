"""The ledger against the partner, where it can be asked by reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.domain.outcomes import PushError
from connectors.domain.states import PushState
from connectors.models import Push
from connectors.push.auditing.differences import Difference, about
from connectors.push.explaining.explanation import moment_text
from connectors.push.files import in_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.domain.outcomes import RemoteDocument
    from connectors.models import Connector
    from connectors.models.push import PushQuerySet
    from connectors.providers.base import Provider
    from connectors.push.auditing.inspection import Inspection

ASKED_ABOUT = (PushState.PUBLISHED, PushState.ACCEPTED, PushState.UNKNOWN)
SHARE = 0.5
"""The part of the partner's rate that questions may take, so that sending goes on."""


def documents_to_ask_about(connector: Connector) -> PushQuerySet:
    """What the partner should have, or may have."""
    return Push.objects.filter(connector=connector, state__in=ASKED_ABOUT)


def partner_differences(connector: Connector, provider: Provider, inspection: Inspection) -> Iterator[Difference]:
    """Ask about each document that the partner should have, or may have. The first trouble ends the questions."""
    if not provider.abilities.look_up:
        return
    if connector.paused_until and connector.paused_until > inspection.now:
        until = f"Le connecteur est en pause jusqu’au {moment_text(connector.paused_until)}."
        yield Difference("partner_silent", connector.name, until)
        return
    pause = 1 / (provider.limits.requests_per_second * SHARE)
    for chunk in in_chunks(documents_to_ask_about(connector)):
        for push in chunk:
            inspection.wait(pause)
            try:
                found = provider.look_up(str(push.reference))
            except PushError as error:
                yield Difference("partner_silent", connector.name, error.message)
                return
            inspection.counted.asked += 1
            if (difference := _compare(push, found)) and _is_unmoved(push):
                yield difference


def _compare(push: Push, found: RemoteDocument | None) -> Difference | None:
    if found is None:
        return None if push.state == PushState.UNKNOWN else about("partner_missing", push)
    if found.sha256 and found.sha256.casefold() != push.sha256:
        return about("partner_bytes", push, f"{found.sha256[:64]} au lieu de {push.sha256}.")
    if push.state == PushState.UNKNOWN:
        return about("partner_has_it", push, found.remote_id)
    if found.status == "rejected":
        return about("partner_rejected", push, found.reason)
    return None


def _is_unmoved(push: Push) -> bool:
    """Whether the row still says what it said before the question."""
    return Push.objects.filter(pk=push.pk, state=push.state).exists()
