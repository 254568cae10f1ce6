"""Celery's doors, and the choice of partner and store for everybody above: ids only, look the row up, one call.

Losing every message, or getting one ten times, changes nothing: the sweep finds what is due.
"""

from __future__ import annotations

import functools
import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import current_app, shared_task
from django.conf import settings
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from connectors.configure.activation import WHILE_A_PERSON_WAITS, refresh_folders
from connectors.configure.automatic_return import refused_after_rotation, return_by_itself
from connectors.configure.credentials import origin_of, read_credentials
from connectors.configure.living_selections import follow_all
from connectors.configure.readiness import is_complete, missing_text
from connectors.deposits.local.store import LocalStore
from connectors.domain.states import PushState
from connectors.models import Connector, DepositFolder, Push
from connectors.models.sealing import SealBroken
from connectors.models.tokens import SharedToken
from connectors.providers.base import NetworkRules
from connectors.providers.registry import build_provider, provider_class
from connectors.providers.trial import TrialToken
from connectors.push.backfill import advance_backfills
from connectors.push.direct_connection import direct_connection
from connectors.push.drain import Turn, drain_connector
from connectors.push.errands import finish_archives, run_errands
from connectors.push.explaining.explanation import Circumstances
from connectors.push.ownership import AdvisoryOwnership, FileOwnership
from connectors.push.see import see_folder
from connectors.push.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.configure.trial import Build
    from connectors.deposits.base import DepositStore
    from connectors.providers.base import Provider
    from connectors.push.ownership import Ownership

logger = logging.getLogger(__name__)


def local_store() -> DepositStore:
    """The firm's folder tree."""
    return LocalStore(settings.DOSSIERS_DIR)


def network_rules() -> NetworkRules:
    """Where requests may go, by the operator's settings."""
    return NetworkRules(allow_loopback=settings.ALLOW_LOOPBACK, ca_file=settings.PARTNER_CA_FILE)


def provider_with(connector: Connector, credentials: Mapping[str, str]) -> Provider:
    """The connector's partner under these credentials."""
    tokens = SharedToken(connector.pk, origin_of(credentials.get("uri", "")))
    return build_provider(connector.provider, credentials, tokens=tokens, network=network_rules())


def provider_for(connector: Connector) -> Provider:
    """The connector's partner under the stored credentials. Raises SealBroken."""
    return provider_with(connector, read_credentials(connector))


def trial_of(connector: Connector) -> Build:
    """Makes its partner under credentials that are to be tried, with an access token of their own: nothing else notices."""
    return lambda credentials: build_provider(connector.provider, credentials, tokens=TrialToken(), network=network_rules())


def circumstances() -> Circumstances:
    """What an explanation of a document looks at, besides the ledger."""
    settle_time = timedelta(seconds=settings.SETTLE_SECONDS)
    return Circumstances(
        local_store(), timezone.now(), settle_time, lambda connector: missing_text(connector, provider_class(connector.provider))
    )


def take_baseline(connector_id: int) -> int:
    """Note what stands in newly watched folders as PRIOR; give how many documents of the connector are."""
    for folder in DepositFolder.objects.filter(deposit_path__connector=connector_id, baselined_at=None).select_related(
        "client", "deposit_path"
    ):
        see_folder(folder, local_store(), timezone.now())
    return Push.objects.filter(connector_id=connector_id, state=PushState.PRIOR).count()


def watch_settings(connector: Connector) -> None:
    """After clients or paths of an active connector changed: watch what is new, let go what is gone. Many folders are left to the watcher."""
    if refresh_folders(connector, local_store(), WHILE_A_PERSON_WAITS):
        take_baseline(connector.pk)


def wake(connector_id: int) -> None:
    """A hint that there may be work. A broker that is away costs a line in the log, one that hangs a second: the sweep comes anyway."""
    try:
        with current_app.connection_for_write(transport_options=HASTE) as broker:
            drain.apply_async((connector_id,), connection=broker, retry=False, expires=300)
    except OperationalError as error:
        logger.warning("No hint for connector %s: %s", connector_id, type(error.__cause__ or error).__name__)


HASTE = {"socket_timeout": 1, "socket_connect_timeout": 1}
"""Seconds. A worker, which listens for a second at a time, needs more patience than a person who has sent a form."""


def this_worker() -> Worker:
    """This process in the pipeline; its lock lives as long as the process."""
    with _one_at_a_time:
        return _worker()


_one_at_a_time = threading.Lock()

stopping = threading.Event()
"""Set when this process is asked to end: it needs no database, which may be away just then."""


@functools.cache
def _worker() -> Worker:
    return Worker(_ownership(), local_store(), timezone.now, timedelta(seconds=settings.ERRAND_SECONDS), settings.LANES, stopping=stopping)


def _ownership() -> Ownership:
    if connection.vendor == "sqlite":
        return FileOwnership(settings.OWNERS_DIR)
    return AdvisoryOwnership(settings.OWNERS_DIR, direct_connection)


@shared_task
def drain(connector_id: int) -> None:
    """Send what is due for one connector; what a turn leaves is hinted at again."""
    turn = _work(connector_id, thorough=False)
    _return_to_former(pk=connector_id)
    if turn.unfinished:
        wake(connector_id)


@shared_task
def sweep() -> bool:
    """Finish archives, ask about unknown outcomes, take over what dead workers left, send what is due, take up what was asked for. True: more."""
    unfinished = False
    for pk in Connector.objects.filter(pushes__state__in=SWEPT).distinct().values_list("pk", flat=True):
        try:
            unfinished |= _work(pk, thorough=True).unfinished
        except Exception:
            logger.exception("The sweep leaves connector %s to its next turn", pk)
    _return_to_former()
    advance_backfills(timezone.now())
    for connector in follow_all(timezone.now()):
        watch_settings(connector)
    return unfinished


def _return_to_former(**which: int) -> None:
    """Where credentials are refused soon after a secret was replaced, the former one is tried, and if it is accepted restored."""
    for connector in refused_after_rotation(timezone.now()).filter(**which):
        try:
            if return_by_itself(connector, provider_class(connector.provider).credential_fields, trial_of(connector), timezone.now):
                wake(connector.pk)
        except Exception:
            logger.exception("The former secret of connector %s is tried another time", connector.pk)


SWEPT = (PushState.WAITING, PushState.SENDING, PushState.UNKNOWN, PushState.ACCEPTED)


def _work(connector_id: int, *, thorough: bool) -> Turn:
    connector = Connector.objects.filter(pk=connector_id).first()
    if connector is None:
        return Turn()
    worker, version = this_worker(), connector.settings_version
    if thorough:
        finish_archives(connector_id, worker)
    if not is_complete(connector, provider_class(connector.provider)):
        return Turn()
    try:
        provider = provider_for(connector)
    except SealBroken as broken:
        Connector.objects.filter(pk=connector_id).update(credentials_refused=str(broken))
        return Turn()
    try:
        if thorough:
            run_errands(connector_id, provider, worker, version)
        return drain_connector(connector_id, provider, worker, version, lambda: provider_for(connector))
    finally:
        provider.close()
