"""Lanes: threads that deliver claimed documents side by side, each over a connection of its own, so that a slow answer holds up one lane only."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectors.providers.base import Provider
    from connectors.push.claim import Claimed

    Deliver = Callable[[Claimed, Provider], None]

logger = logging.getLogger(__name__)

GLANCE_SECONDS = 0.5


class Lanes:
    """`deliver` is called with a claimed document and the lane's provider; `let_go` with those that it was or could not be called with.

    One lane only: in the calling thread, over the given provider.
    """

    def __init__(
        self,
        provider: Provider,
        deliver: Deliver,
        let_go: Callable[[Sequence[Claimed]], None],
        build: Callable[[], Provider] | None,
        count: int,
    ) -> None:
        self._provider, self._deliver, self._let_go, self._build = provider, deliver, let_go, build
        self._count = count if build else 1
        self._queue: queue.SimpleQueue[Claimed | None] = queue.SimpleQueue()
        self._under_way = 0
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    def take(self, claimed: Sequence[Claimed]) -> None:
        """Deliver them: now, or when a lane is free."""
        if self._count == 1:
            try:
                for item in claimed:
                    self._deliver(item, self._provider)
            finally:
                self._let_go(claimed)
            return
        with self._changed:
            self._under_way += len(claimed)
        while len(self._threads) < min(self._count, self._under_way):
            self._threads.append(threading.Thread(target=self._run, name=f"lane-{len(self._threads) + 1}", daemon=True))
            self._threads[-1].start()
        for item in claimed:
            self._queue.put(item)

    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    def wait_for_room(self) -> bool:
        """Until a lane is about to be free, or a moment has passed; True when there is room."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way < self._count, GLANCE_SECONDS)

    def close(self) -> None:
        """Finish what is under way."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        provider: Provider | None = None
        try:
            while item := self._queue.get():
                try:
                    provider = provider or self._build_one()
                    self._deliver(item, provider)
                except Exception:
                    logger.exception("Push %s is left to the next sweep", item.push.pk)
                    connections.close_all()  # one that has failed fails for ever, and would take the lane's next documents along
                finally:
                    self._let_go([item])
                    with self._changed:
                        self._under_way -= 1
                        self._changed.notify_all()
        finally:
            if provider:
                provider.close()
            connections.close_all()

    def _build_one(self) -> Provider:
        assert self._build is not None  # noqa: S101 - without it there is one lane, which is the caller's thread
        return self._build()
