"""The Celery app. A message carries ids only and means "there may be work": losing it or getting it twice changes nothing.

Each worker process also sweeps by itself, so that everything is delivered with no beat and no broker, only later.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import TYPE_CHECKING

from celery import Celery, signals

from pushdoc_admin.broker_policy import refuse_forgetful_broker, takes_messages
from pushdoc_admin.last_word import last_word

if TYPE_CHECKING:
    from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pushdoc_admin.settings")

app = Celery("pushdoc_admin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

logger = logging.getLogger(__name__)

_sweeper: list[threading.Thread] = []

PARTING_SECONDS = 25.0
"""How long a process that was asked to end waits for the document that it is sending."""


@signals.celeryd_init.connect
def _begin(options: dict[str, Any] | None = None, **_kwargs: Any) -> None:
    """With threads the worker's own process sends; with prefork its children do (see below), and nothing may open the database before the fork."""
    from django.conf import settings  # noqa: PLC0415 - Django is set up by Celery after this module was read

    refuse_forgetful_broker(settings.REDIS_URL)
    pool = (options or {}).get("pool") or "prefork"
    if str(getattr(pool, "__module__", pool)).endswith("prefork"):
        last_word.prepare()
    else:
        start_sweeping()


@signals.worker_process_init.connect
def _begin_in_a_child(**_kwargs: Any) -> None:
    last_word.listen(_begin_nothing_new)
    start_sweeping()


@signals.worker_shutting_down.connect
def _begin_nothing_new(**_kwargs: Any) -> None:
    """What is under way is finished and written down; what was claimed besides is given back."""
    last_word.say()
    from connectors.tasks import stopping  # noqa: PLC0415 - Django is set up by now

    stopping.set()


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def _finish(**_kwargs: Any) -> None:
    """A worker that nobody asked to end was given up by Celery, over a broker that is full or died: it sweeps on until a new start makes sense."""
    from django.conf import settings  # noqa: PLC0415 - as above

    from connectors.tasks import stopping  # noqa: PLC0415 - as above

    while _sweeper and not stopping.wait(GLANCE_SECONDS) and not takes_messages(settings.REDIS_URL):
        continue
    _begin_nothing_new()
    for thread in _sweeper:
        thread.join(PARTING_SECONDS)


def start_sweeping() -> None:
    """One thread in each process that sends; a second call changes nothing."""
    if not _sweeper:
        _sweeper.append(threading.Thread(target=_sweep_until_the_end, name="sweeper", daemon=True))
        _sweeper[0].start()


def _sweep_until_the_end() -> None:
    from django.apps import apps  # noqa: PLC0415 - Django is set up by Celery after this module was read
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.db import close_old_connections  # noqa: PLC0415 - as above

    while not apps.ready:
        time.sleep(GLANCE_SECONDS)
    from connectors.tasks import stopping, sweep  # noqa: PLC0415 - as above

    while not stopping.is_set():
        try:
            close_old_connections()
            while sweep() and not stopping.is_set():
                close_old_connections()
        except Exception:
            logger.exception("The sweep goes on at its next turn")
        stopping.wait(settings.SWEEP_SECONDS)


GLANCE_SECONDS = 0.2
"""A worker that replaces a dead one looks at once at what that one left."""
