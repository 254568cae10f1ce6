"""A firm with one connector, two clients and documents in every state, and a browser that is signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.domain.states import PushState
from connectors.models import Client, Connector, Event, Push

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOSTILE = (
    "\0",
    "x" * 10_000,
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "'; DROP TABLE",
    "é" * 300,
    "-1",
    "99999999999999999999",
    "٣",
    "\ud7ff",
)


class Firm:
    """Makes rows as the pipeline would have."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.connector = Connector.objects.create(provider="illinks", name="Illinks", active=True, checks_first_documents=False)
        self.alice = Client.objects.create(name="Alice & Fils", folder="Dossier Alice", siren="732829320")
        self.bob = Client.objects.create(name="Bob", folder="Dossier Bob")

    def document(self, state: PushState = PushState.PUBLISHED, name: str = "facture.pdf", **values: Any) -> Push:
        values = {"seen_at": NOW, "client": self.alice, "sha256": "ab" * 32, "size": 49_152} | values
        push = Push(connector=self.connector, folder=f"{values['client'].folder}/DEPOT", state=state, identity="1:1:1:1", **values)
        push.identity_at = push.changed_at = values["seen_at"]
        push.set_name(name.encode())
        push.save()
        Event.objects.note_move(push, values["seen_at"])
        return push

    def documents(self, count: int, state: PushState = PushState.PUBLISHED) -> list[Push]:
        return [self.document(state, f"facture {number:03d}.pdf", seen_at=NOW - timedelta(minutes=number)) for number in range(count)]
