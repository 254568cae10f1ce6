"""Setting the demonstration firm up, by the same use cases as the screens call."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from connectors.configure.activation import activate_connector
from connectors.configure.attribute import choose_attribute
from connectors.configure.clients import select_clients
from connectors.configure.credentials import save_credentials
from connectors.configure.deposit_paths import recommended_rows, save_deposit_paths
from connectors.configure.first_documents import confirm_links
from connectors.management.demo.documents import make_client_folders, make_prior_documents
from connectors.management.demo.firm import CODE_CLIENT, DATA_MODELS, DEMO_CLIENTS, DEMO_FIRM_NAME
from connectors.management.demo.planning import REFUSED_WORD
from connectors.models import Attribute, AttributeValue, Client, ClientGroup, Connector, DataModel, Firm
from connectors.providers.registry import provider_class
from connectors.tasks import local_store, provider_with, take_baseline

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from connectors.management.demo.documents import DemoDocument
    from connectors.management.demo.firm import DemoClient

DEMO_EMAIL = "admin@demo.example"
DEMO_CREDENTIALS = {
    "client_id": "demo-client",
    "client_secret": "demo-secret",
    "id_illibook": "ILB-0001",
    "ws_user": "ws-demo",
    "id_correspondance": "CORR-0001",
}
"""What the simulator accepts unless it is told otherwise."""


@dataclass(frozen=True)
class Seeded:
    """The first administrator. The password is shown once and stored only as a hash."""

    email: str
    password: str
    prior: tuple[DemoDocument, ...]


def seed_demo(partner: str) -> Seeded:
    """An active connector to the partner at this address, thirty clients, three documents that were there before."""
    firm = Firm.current()
    firm.name = DEMO_FIRM_NAME
    firm.save(update_fields=["name"])
    user, password = _make_administrator()
    make_clients(DEMO_CLIENTS)
    settings.DOSSIERS_DIR.mkdir(parents=True, exist_ok=True)
    make_client_folders(settings.DOSSIERS_DIR)
    prior = tuple(make_prior_documents(settings.DOSSIERS_DIR))
    configure_connector(partner, user)
    requests.post(
        f"{partner}/_faults", json=[{"route": "upload", "name_contains": REFUSED_WORD, "action": "status", "status": 422}], timeout=5
    )
    return Seeded(user.email, password, prior)


def _make_administrator() -> tuple[Any, str]:
    password = "-".join(secrets.token_hex(3) for _ in range(3))
    user = get_user_model().objects.create_superuser(DEMO_EMAIL, DEMO_EMAIL, password)
    return user, password


@transaction.atomic
def make_clients(demo_clients: Iterable[DemoClient]) -> None:
    """The clients with their groups and the attributes' values."""
    attributes = {
        (model, name): Attribute.objects.create(data_model=DataModel.objects.get_or_create(name=model)[0], name=name)
        for model, names in DATA_MODELS.items()
        for name in names
    }
    for demo in demo_clients:
        day, month = demo.closing
        group = ClientGroup.objects.get_or_create(name=demo.group)[0]
        own = {name: getattr(demo, name) for name in ("name", "folder", "responsible", "siren", "siret")}
        client = Client.objects.create(group=group, closing_day=day, closing_month=month, **own)
        AttributeValue.objects.bulk_create(
            [AttributeValue(attribute=attributes[key], client=client, value=value) for key, value in demo.values.items()]
        )


def configure_connector(partner: str, user: Any) -> None:
    """An active connector for all clients, its credentials tried at this partner, its links confirmed, and the baseline taken."""
    now, provider = timezone.now(), provider_class("illinks")
    connector = Connector.objects.create(provider="illinks", name=provider.name)
    select_clients(connector, Client.objects.values_list("pk", flat=True), now, user)
    choose_attribute(connector, Attribute.objects.get(data_model__name=CODE_CLIENT[0], name=CODE_CLIENT[1]), now, user)
    credentials = {**DEMO_CREDENTIALS, "uri": partner}
    speaking = provider_with(connector, credentials)
    save_credentials(connector, provider.credential_fields, credentials, speaking.check(), now, user)
    domaine = speaking.list_classification()[0]
    purchases, sales = domaine.children[0], domaine.children[-1]
    save_deposit_paths(connector, recommended_rows(domaine.code, purchases.code, sales.code), now, user)
    confirm_links(connector, connector.selections.values_list("client_id", flat=True), now, user)
    activate_connector(connector, provider, local_store(), timezone.now(), user)
    take_baseline(connector.pk)
