"""The firm of a run: twenty clients of the demonstration, set up by the same use cases as the screens call."""

from __future__ import annotations

from django.conf import settings

from connectors.management.demo.documents import make_client_folders
from connectors.management.demo.firm import DEMO_CLIENTS, HELD_CLIENTS
from connectors.management.demo.seeding import configure_connector, make_clients

CLIENTS = [client for client in DEMO_CLIENTS if client not in HELD_CLIENTS][:20]


def seed_firm(partner: str) -> None:
    """An active connector to the partner at this address, and empty deposit folders."""
    make_clients(CLIENTS)
    settings.DOSSIERS_DIR.mkdir(parents=True, exist_ok=True)
    make_client_folders(settings.DOSSIERS_DIR)
    configure_connector(partner, None)
