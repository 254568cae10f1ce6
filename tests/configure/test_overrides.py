"""Values of their own for some clients: set, changed, taken away, and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.configure.credentials import read_credentials, save_credentials
from connectors.configure.overrides import count_overridden, overridable, overrides_of, save_overrides
from connectors.models import Client, Event
from connectors.providers.base import CredentialField
from connectors.providers.illinks.fields import FIELDS
from tests.configure.account import accepted, typed
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FakePartner, House

FIELD = "id_correspondance"


def save(house: House, values: dict[str, str], field: str = FIELD) -> int:
    by_client = {(field, house.clients[name].pk): value for name, value in values.items()}
    return save_overrides(house.connector, FIELDS, by_client, house.clock.now, None)


def stored(house: House) -> dict[str, str]:
    names = {client.pk: name for name, client in house.clients.items()}
    return {names[pk]: value for (_, pk), value in overrides_of(house.connector, names).items()}


def test_a_value_is_set_changed_and_taken_away(house: House) -> None:
    assert save(house, {"Alice": " IC-ALICE ", "Bob": ""}) == 1
    assert save(house, {"Alice": "IC-2", "Bob": "IC-BOB"}) == 2
    assert (stored(house), count_overridden(house.connector)) == ({"Alice": "IC-2", "Bob": "IC-BOB"}, 2)
    assert save(house, {"Alice": ""}) == 1
    assert stored(house) == {"Bob": "IC-BOB"}


def test_the_trail_says_before_and_after_for_each_client(house: House) -> None:
    save(house, {"Alice": "IC-1"})
    save(house, {"Alice": "IC-2"})
    assert Event.objects.last().detail["overrides"] == {FIELD: {str(house.clients["Alice"].pk): ["IC-1", "IC-2"]}}


def test_what_stays_the_same_is_no_change(house: House) -> None:
    save(house, {"Alice": "IC-1"})
    house.connector.refresh_from_db()
    version = house.connector.settings_version
    assert save(house, {"Alice": "IC-1", "Bob": ""}) == 0
    house.connector.refresh_from_db()
    assert house.connector.settings_version == version


@pytest.mark.parametrize("field", ["client_secret", "ws_user", "unknown"])
def test_only_declared_fields_can_differ(house: House, field: str) -> None:
    assert save(house, {"Alice": "x"}, field) == 0
    assert not house.connector.credentials.exists()


def test_a_client_that_is_not_chosen_has_no_value(house: House) -> None:
    stranger = Client.objects.create(name="Zoé", folder="Dossier Zoé")
    assert save_overrides(house.connector, FIELDS, {(FIELD, stranger.pk): "x"}, house.clock.now, None) == 0


def test_a_secret_never_differs_for_a_client() -> None:
    assert overridable([CredentialField("key", "Clé", "Du partenaire.", secret=True, per_client=True)]) == []


def test_the_firm_keeps_its_own_value_and_the_client_sends_its_own(house: House, partner: FakePartner, tmp_path: Path) -> None:
    save_credentials(house.connector, FIELDS, typed(), [accepted()], house.clock.now, None)
    save(house, {"Alice": "IC-ALICE"})
    pipeline = Pipeline(house, partner, tmp_path / "locks")
    house.drop("Alice", "a.pdf")
    house.drop("Bob", "b.pdf", b"%PDF-1.4\nautre\n%%EOF\n")
    pipeline.run()
    sent = {document.name: document.client_fields for document, _ in partner.received.values()}
    assert sent == {"a.pdf": {FIELD: "IC-ALICE"}, "b.pdf": {}}
    assert read_credentials(house.connector)[FIELD] == "IC-1"
