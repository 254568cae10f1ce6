"""The server itself."""

from __future__ import annotations

import threading
import time
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from connectors.providers.illinks.simulator.archive import Archive
from connectors.providers.illinks.simulator.faults import Faults
from connectors.providers.illinks.simulator.handler import Handler
from connectors.providers.illinks.simulator.rules import Account

if TYPE_CHECKING:
    from pathlib import Path


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class SimulatorServer:
    """A partner that listens. `url` is the Uri to configure.

    `delivery` is its class: A knows a reference again, B stores it twice but can be asked about it, C does neither.
    """

    def __init__(
        self, state: Path, *, host: str = "127.0.0.1", port: int = 0, credentials: dict[str, str] | None = None, delivery: str = "A"
    ) -> None:
        self.delivery = delivery
        self.archive = Archive(state)
        self.faults = Faults()
        self.account = Account()
        self.account.credentials |= credentials or {}
        self.account.known = self.archive.known_dossiers()
        handler = type("BoundHandler", (Handler,), {"house": self})
        self._listener = _Listener((host, port), handler)
        self.url = f"http://{host}:{self._listener.server_port}"

    def document(self, reference: str) -> dict[str, Any] | None:
        """The document under this reference, after what was to become of it by now."""
        item = self.archive.documents.get(reference)
        return self._by_now(item) if item else None

    def documents(self) -> list[dict[str, Any]]:
        """All of them, each as it stands by now."""
        return [self._by_now(item) for item in list(self.archive.stored.values())]

    def _by_now(self, item: dict[str, Any]) -> dict[str, Any]:
        if item["statut"] == "RECU" and item.get("a", 0) <= time.time():
            return self.archive.change(item, statut=item["bientot"], motif=item.get("motif_futur"))
        return item

    def set_dossiers(self, known: Any) -> None:
        """The client codes that have a folder; an empty list lets any code in. Raises ValueError."""
        if not isinstance(known, list) or not all(isinstance(item, dict) and isinstance(item.get("codeClient"), str) for item in known):
            raise ValueError("une liste de dossiers avec « codeClient » est attendue")
        self.archive.keep_dossiers(known)
        self.account.known = known

    def serve(self) -> None:
        """Listen until `stop` is called from another thread."""
        self._listener.serve_forever(poll_interval=0.2)
        self._listener.server_close()

    def stop(self) -> None:
        """Stop listening."""
        self._listener.shutdown()


def start_simulator(
    state: Path, *, host: str = "127.0.0.1", port: int = 0, credentials: dict[str, str] | None = None, delivery: str = "A"
) -> SimulatorServer:
    """A simulator in a thread of this process, for tests."""
    server = SimulatorServer(state, host=host, port=port, credentials=credentials, delivery=delivery)
    threading.Thread(target=server.serve, daemon=True, name="simulator").start()
    return server
