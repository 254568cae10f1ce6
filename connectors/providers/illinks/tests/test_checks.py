"""The named checks at a partner that shares no code with the provider: what they prove, and that they deposit nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.domain.outcomes import RemoteDocument
from connectors.providers.base import NetworkRules
from connectors.providers.illinks.provider import IllinksProvider
from connectors.providers.trial import TrialToken
from tests.partner import IndependentPartner, Temper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.providers.base import CheckResult

NAMES = ["adresse", "chiffrement", "jeton", "droits", "dossiers", "depot_a_blanc"]


@pytest.fixture
def partner() -> Iterator[IndependentPartner]:
    server = IndependentPartner()
    yield server
    server.stop()


def illinks(partner: IndependentPartner, kind: type[IllinksProvider] = IllinksProvider, **changed: str) -> IllinksProvider:
    credentials = {"client_id": "cabinet", "client_secret": "s3cret", "id_illibook": "IB", "ws_user": "ws", "id_correspondance": "IC"}
    return kind({**credentials, "uri": partner.url, **changed}, tokens=TrialToken(), network=NetworkRules(allow_loopback=True))


def checked(provider: IllinksProvider) -> list[CheckResult]:
    try:
        return provider.check()
    finally:
        provider.close()


def test_all_six_pass_each_with_its_time_and_nothing_is_deposited(partner: IndependentPartner) -> None:
    checks = checked(illinks(partner))
    assert [(check.name, check.passed) for check in checks] == [(name, True) for name in NAMES]
    assert all(0 <= check.seconds < 10 for check in checks)
    assert [arrival.route for arrival in partner.journal].count("upload") == 0
    assert not partner.documents
    assert partner.tokens_given == 1


def test_the_blank_deposit_says_what_it_proves_and_what_it_does_not(partner: IndependentPartner) -> None:
    said = checked(illinks(partner))[-1].message
    assert "elle n’est pas envoyée" in said
    assert "ne sera prouvé que par le premier vrai document" in said


def test_each_blank_deposit_asks_for_a_reference_that_nobody_has_used(partner: IndependentPartner) -> None:
    for _ in range(3):
        checked(illinks(partner))
    asked = [arrival.reference for arrival in partner.journal if arrival.route == "lookup"]
    fresh = [reference for reference in asked if not reference.startswith("00000000")]
    assert (len(asked), len(set(fresh))) == (6, 3)


class Knows(IllinksProvider):
    """A partner that says yes to whatever it is asked."""

    def look_up(self, reference: str) -> RemoteDocument | None:
        return RemoteDocument("D1", reference, "published")


def test_a_partner_that_knows_every_reference_is_not_to_be_trusted(partner: IndependentPartner) -> None:
    last = checked(illinks(partner, Knows))[-1]
    assert (last.name, last.passed) == ("depot_a_blanc", False)
    assert "qui n’a jamais servi" in last.message
    assert last.repair.startswith("N’activez pas le connecteur")


def test_a_wrong_secret_stops_at_the_token_with_its_repair(partner: IndependentPartner) -> None:
    checks = checked(illinks(partner, client_secret="wrong"))
    assert [check.name for check in checks] == NAMES[:3]
    assert (checks[-1].field, checks[-1].repair) == ("client_secret", "Recopiez le Client ID et le Client secret donnés par le partenaire.")


def test_steps_that_are_done_one_by_one_find_the_same(partner: IndependentPartner) -> None:
    """Each by a provider of its own, as a page does that shows them as they come."""
    found = [illinks(partner).check_steps()[number].run() for number in range(len(NAMES))]
    assert [(check.name, check.passed) for check in found] == [(name, True) for name in NAMES]


def test_a_token_that_is_refused_in_the_middle_is_told_at_that_step(partner: IndependentPartner) -> None:
    step = illinks(partner, client_secret="wrong").check_steps()[4]
    check = step.run()
    assert (check.name, check.passed, check.field) == ("dossiers", False, "client_secret")


def test_a_partner_that_fails_says_to_try_again(partner: IndependentPartner) -> None:
    partner.temper = Temper(1.0, faults=("fail",))
    last = checked(illinks(partner))[-1]
    assert (last.name, last.passed, last.field) == ("jeton", False, "")
    assert last.repair.startswith("Réessayez dans quelques minutes")
