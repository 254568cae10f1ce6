"""The demonstration firm: numbers that hold, and the mistakes that the mapping page shows."""

from __future__ import annotations

from collections import Counter

from stdnum.fr import siren, siret

from connectors.domain.names import fold
from connectors.management.demo.firm import CODE_CLIENT, DATA_MODELS, DEMO_CLIENTS, DEMO_GROUPS, HELD_CLIENTS


def test_thirty_clients_stand_in_three_groups() -> None:
    assert Counter(client.group for client in DEMO_CLIENTS) == dict(zip(DEMO_GROUPS, (12, 10, 8), strict=True))


def test_each_client_has_its_own_valid_numbers_name_and_folder() -> None:
    assert all(siren.is_valid(client.siren) and siret.is_valid(client.siret) for client in DEMO_CLIENTS)
    assert all(client.siret.startswith(client.siren) for client in DEMO_CLIENTS)
    for word in ("name", "folder", "siren", "siret"):
        assert len({fold(getattr(client, word)) for client in DEMO_CLIENTS}) == len(DEMO_CLIENTS)


def test_one_code_is_missing_and_one_stands_twice() -> None:
    codes = Counter(client.code for client in DEMO_CLIENTS)
    assert codes.pop("") == 1
    assert sorted(codes.values())[-2:] == [1, 2]
    assert len(HELD_CLIENTS) == 3


def test_values_belong_to_the_data_models_and_keep_leading_zeros() -> None:
    keys = {(model, attribute) for model, names in DATA_MODELS.items() for attribute in names}
    assert {key for client in DEMO_CLIENTS for key in client.values} == keys
    assert CODE_CLIENT in keys
    assert all(client.values["Logiciels", "Code production comptable"].startswith("00") for client in DEMO_CLIENTS)


def test_closing_dates_differ() -> None:
    assert {client.closing for client in DEMO_CLIENTS} == {(31, 12), (30, 6), (30, 9), (31, 3), (28, 2)}
