"""Illinks passes the tests that every provider passes, against its simulator."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from connectors.domain.outcomes import CredentialsRefused
from connectors.management.chaos.short_contract import write_short_contract
from connectors.providers.base import NetworkRules
from connectors.providers.illinks.contract import load_contract
from connectors.providers.illinks.provider import IllinksProvider
from connectors.providers.illinks.simulator import start_simulator
from connectors.providers.testing import BytesSource, MemoryTokens, ProviderContract, make_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class IllinksContract(ProviderContract):
    """`delivery`: what the partner can do with a reference, by its class; the provider reads it from the contract file."""

    secret_field = "client_secret"
    uri_field = "uri"
    delivery = "A"

    @pytest.fixture
    def build(self, tmp_path: Path) -> Iterator[Callable[..., IllinksProvider]]:
        server = start_simulator(tmp_path, delivery=self.delivery)
        good = {
            "client_id": "demo-client",
            "client_secret": "demo-secret",
            "id_illibook": "ILB-0001",
            "ws_user": "ws-demo",
            "id_correspondance": "COR-1",
            "uri": server.url,
        }
        provider = self.provider_class(tmp_path)
        yield lambda **changes: provider(good | changes, tokens=MemoryTokens(), network=NetworkRules(allow_loopback=True))
        threading.Thread(target=server.stop).start()  # it takes a moment that no test needs

    def provider_class(self, place: Path) -> type[IllinksProvider]:
        """Under the contract of a partner of this class."""
        write_short_contract(place / "contract.toml", self.delivery)
        contract = load_contract(place / "contract.toml")
        assert contract.delivery_class.value == self.delivery
        declared = {"contract": contract, "delivery_class": contract.delivery_class}
        return type("Illinks", (IllinksProvider,), {**declared, "abilities": contract.abilities, "limits": contract.limits})


class TestIllinksThatCanOnlyBeAsked(IllinksContract):
    delivery = "B"


class TestIllinksThatCannotEvenBeAsked(IllinksContract):
    delivery = "C"


class TestIllinks(IllinksContract):
    def provider_class(self, place: Path) -> type[IllinksProvider]:
        return IllinksProvider

    def test_the_fields_are_those_of_the_partners_page(self) -> None:
        shown = [(field.name, field.label, field.secret, field.per_client, field.is_url) for field in IllinksProvider.credential_fields]
        assert shown == [
            ("client_id", "Client ID", False, False, False),
            ("client_secret", "Client secret", True, False, False),
            ("id_illibook", "ID illibook", False, False, False),
            ("ws_user", "WS User", False, False, False),
            ("id_correspondance", "Id Correspondance", False, True, False),
            ("uri", "Uri", False, False, True),
        ]

    def test_an_account_without_rights_is_named_when_a_document_is_sent(self, build: Callable[..., IllinksProvider]) -> None:
        with pytest.raises(CredentialsRefused) as refused:
            build(ws_user="somebody").push(make_document(b"a"), BytesSource(b"a"))
        assert (refused.value.field, refused.value.code) == ("ws_user", "WS_USER_NON_AUTORISE")
