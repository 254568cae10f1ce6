"""What stops a connector is told wherever the connector is, with what can be done about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from connectors.configure.breaker import reset_breaker
from connectors.domain.states import PushState
from connectors.models import Connector, DepositFolder, Event, Push
from connectors.web.halts import halt_of
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from tests.web.pages_cast import Firm

CATALOGUE = "/administration/connecteurs/"
WHY = "Le partenaire ne répond pas (3 échecs de suite)."
TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def paused(cast: Cast) -> Cast:
    cast.complete()
    Connector.objects.update(active=True, failures=3, paused_because=WHY, paused_until=timezone.now() + timedelta(minutes=42))
    cast.connector.refresh_from_db()
    return cast


@pytest.mark.parametrize(
    ("until", "why", "told"),
    [
        (TEN + timedelta(minutes=42), WHY, "En pause jusqu’à 10 h 42 : le partenaire ne répond pas (3 échecs de suite)."),
        (TEN + timedelta(days=1), "Maintenance chez Illinks.", "En pause jusqu’au 25/11/2026 à 10 h 00 : Maintenance chez Illinks."),
        (TEN + timedelta(minutes=5), "", "En pause jusqu’à 10 h 05 : le partenaire ne répond pas (3 échecs de suite)."),
    ],
)
def test_a_pause_is_told_with_its_end_and_its_reason(until: datetime, why: str, told: str) -> None:
    halt = halt_of(Connector(active=True, paused_until=until, paused_because=why, failures=3), TEN)
    assert halt
    assert messages_of(halt.text) == told


def test_a_pause_that_is_over_or_a_connector_that_is_not_active_is_not_told() -> None:
    assert halt_of(Connector(active=True, paused_until=TEN), TEN) is None
    assert halt_of(Connector(active=False, paused_until=TEN + timedelta(hours=1), credentials_refused="Non."), TEN) is None


@pytest.mark.parametrize("address", ["/", CATALOGUE, CATALOGUE + "{}/"], ids=["home", "catalogue", "connector"])
def test_each_page_of_the_connector_says_that_it_pauses_and_lets_one_try_again(paused: Cast, address: str) -> None:
    page = messages_of(paused.browser.get(address.format(paused.connector.pk)).content.decode())
    assert "En pause jusqu’" in page
    assert "le partenaire ne répond pas (3 échecs de suite)." in page
    assert f'action="{paused.url("end_pause")}"' in page


@pytest.mark.parametrize("address", ["/", CATALOGUE, CATALOGUE + "{}/"], ids=["home", "catalogue", "connector"])
def test_each_page_of_the_connector_says_that_its_credentials_are_refused_and_leads_to_them(paused: Cast, address: str) -> None:
    Connector.objects.update(credentials_refused="Le partenaire ne reconnaît pas le Client secret.")
    page = messages_of(paused.browser.get(address.format(paused.connector.pk)).content.decode())
    assert "Plus rien ne part : le partenaire ne reconnaît pas le Client secret." in page
    assert f'id="repair-{paused.connector.pk}" href="{paused.url("credentials")}"' in page
    assert "Réessayer maintenant" not in page


def test_a_person_ends_the_pause_and_what_waits_is_due(paused: Cast) -> None:
    now = timezone.now()
    push = Push(connector=paused.connector, client=paused.clients["Alice"], folder="D", state=PushState.WAITING)
    push.seen_at = push.identity_at = push.changed_at = now
    push.next_attempt_at = now + timedelta(hours=1)
    push.set_name(b"facture.pdf")
    push.save()
    answer = paused.browser.post(paused.url("end_pause"), follow=True)
    page = messages_of(answer.content.decode())
    assert "La pause est levée : les documents en attente repartent." in page
    assert "En pause" not in page
    paused.connector.refresh_from_db()
    assert (paused.connector.paused_until, paused.connector.paused_because, paused.connector.failures) == (None, "", 0)
    push.refresh_from_db()
    assert push.next_attempt_at
    assert now <= push.next_attempt_at <= timezone.now()
    event = Event.objects.get(kind="settings.breaker")
    assert event.actor
    assert WHY in event.text


def test_who_comes_too_late_is_told_and_changes_nothing(paused: Cast) -> None:
    assert reset_breaker(paused.connector, timezone.now(), None)
    assert not reset_breaker(paused.connector, timezone.now(), None)
    answer = paused.browser.post(paused.url("end_pause"), follow=True)
    assert "Ce connecteur n’est plus en pause." in answer.content.decode()
    assert Event.objects.filter(kind="settings.breaker").count() == 1


def test_a_link_alone_does_not_end_a_pause(paused: Cast) -> None:
    assert paused.browser.get(paused.url("end_pause")).status_code == 405
    paused.connector.refresh_from_db()
    assert paused.connector.paused_until


def test_home_with_a_button_changes_only_when_something_has_moved(paused: Cast) -> None:
    part = paused.browser.get("/", headers={"HX-Request": "true"})
    assert b"csrfmiddlewaretoken" in part.content
    again = paused.browser.get("/", {"shown": part.context["live_mark"]}, headers={"HX-Request": "true"})
    assert again.status_code == 204


def test_home_names_a_folder_that_cannot_be_read_and_what_to_do(paused: Cast) -> None:
    path = paused.connector.deposit_paths.get()
    DepositFolder.objects.create(client=paused.clients["Bob"], deposit_path=path, problem="Le dossier « Dossier Bob » est absent.")
    page = messages_of(paused.browser.get("/").content.decode())
    assert "Dossiers à vérifier" in page
    assert "Le dossier « Dossier Bob » est absent." in page
    assert "Vérifiez que le partage est monté" in page


def test_the_history_of_one_connector_can_be_asked_for(firm: Firm, browser: object) -> None:
    other = Connector.objects.create(provider="illinks", name="Second")
    firm.document(name="un.pdf")
    firm.connector = other
    firm.document(name="deux.pdf")
    page = browser.get("/historique/", {"connector": other.pk}).content.decode()  # type: ignore[attr-defined]
    assert "deux.pdf" in page
    assert "un.pdf" not in page
