"""The cast of the settings journey: a firm with three clients, an administrator who is signed in, and a connector that is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from connectors.configure.attribute import choose_attribute
from connectors.configure.clients import select_clients
from connectors.configure.credentials import save_credentials
from connectors.configure.deposit_paths import save_deposit_paths
from connectors.configure.path_row import PathRow
from connectors.domain.paths import RECOMMENDED
from connectors.models import Attribute, AttributeValue, Client, ClientGroup, Connector, DataModel
from connectors.providers.registry import provider_class

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = ("<script>alert(1)</script>", "../../etc/passwd", "a\x00b", "x" * 10_000)
"""What a form must answer with a message on its field, or take as mere text."""


@dataclass
class Cast:
    """Alice and Bob have a code, Charlie has none."""

    browser: Browser
    connector: Connector
    clients: dict[str, Client]
    attribute: Attribute
    root: Path

    def url(self, name: str) -> str:
        return reverse(f"connectors:{name}", args=[self.connector.pk])

    def page(self, name: str, **asked: str) -> str:
        answer = self.browser.get(self.url(name), asked)
        assert answer.status_code == 200
        return answer.content.decode()

    def page_after(self, name: str) -> str:
        """The page to which this address leads."""
        answer = self.browser.get(self.url(name), follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    def complete(self, uri: str = "http://127.0.0.1:9/ws") -> None:
        """Everything that has to be there before activation."""
        now, actor = timezone.now(), None
        select_clients(self.connector, [client.pk for client in self.clients.values()], now, actor)
        choose_attribute(self.connector, self.attribute, now, actor)
        save_credentials(self.connector, provider_class("illinks").credential_fields, typed_credentials(uri), (), now, actor)
        deposit, archive = RECOMMENDED[0]
        save_deposit_paths(self.connector, [PathRow(deposit, archive, "ACHATS", "FACTURE")], now, actor)


def meet_the_cast(root: Path) -> Cast:
    user = get_user_model().objects.create_user("admin", "admin@cabinet.example", "un mot de passe solide")
    browser = Browser()
    browser.force_login(user)
    group = ClientGroup.objects.create(name="Restauration")
    attribute = Attribute.objects.create(data_model=DataModel.objects.create(name="Fiche client"), name="Code client")
    clients = {name: Client.objects.create(name=name, folder=f"Dossier {name}", group=group) for name in ("Alice", "Bob", "Charlie")}
    for name in ("Alice", "Bob"):
        AttributeValue.objects.create(attribute=attribute, client=clients[name], value=f"C-{name.upper()}")
    return Cast(
        browser, Connector.objects.create(provider="illinks", name="Illinks", checks_first_documents=False), clients, attribute, root
    )


def typed_credentials(uri: str, **changed: str) -> dict[str, str]:
    values = {
        "client_id": "cabinet",
        "client_secret": "s3cret",
        "id_illibook": "IB-1",
        "ws_user": "ws-cabinet",
        "id_correspondance": "IC-1",
        "uri": uri,
    }
    return {**values, **changed}


def messages_of(text: str) -> str:
    """The page without its line breaks and runs of spaces, so that a sentence can be looked for."""
    return " ".join(text.split())
