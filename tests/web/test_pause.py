"""Pausing one client or one deposit path."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.configure.pause import pause_client, pause_clients, pause_paths, resume_client, resume_clients, resume_paths
from connectors.domain.states import PushState
from connectors.models import Client, ClientSelection, DepositPath, Event, Push
from connectors.models.rules import rules_of
from tests.web.settings_cast import Cast, messages_of


@pytest.fixture
def ready(cast: Cast) -> Cast:
    cast.complete()
    return cast


def _held(cast: Cast, client: str, path: DepositPath | None = None, cause: str = "paused") -> Push:
    push = Push(connector=cast.connector, client=cast.clients[client], folder=f"D {client}", state=PushState.HELD, cause=cause)
    push.seen_at = push.identity_at = push.changed_at = timezone.now()
    push.deposit_path = path
    push.set_name(b"facture.pdf")
    push.save()
    return push


def _press(cast: Cast, action: str, **typed: str) -> str:
    answer = cast.browser.post(cast.url("pause"), {"action": action, **typed}, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def test_a_paused_client_is_held_and_the_others_flow(ready: Cast) -> None:
    alice, bob = ready.clients["Alice"], ready.clients["Bob"]
    path = ready.connector.deposit_paths.get()
    page = _press(ready, f"pause_client:{alice.pk}")
    assert "Les envois de ce client sont en pause" in page
    rules = rules_of(ready.connector)
    assert (rules.cause_for(alice.pk, path.pk), rules.cause_for(bob.pk, path.pk)) == ("paused", "")
    event = Event.objects.get(kind="settings.pause")
    assert event.text == "Envois en pause : « Alice »"
    assert event.detail == {"version": ready.connector.settings_version + 1, "paused_clients": [alice.pk]}


def test_a_resumed_client_lets_its_own_documents_go_and_no_others(ready: Cast) -> None:
    now = timezone.now()
    pause_clients(ready.connector, [ready.clients[name].pk for name in ("Alice", "Bob")], now, None)
    own, other, unlinked = _held(ready, "Alice"), _held(ready, "Bob"), _held(ready, "Charlie", cause="mapping")
    page = _press(ready, f"resume_client:{ready.clients['Alice'].pk}")
    assert "Les envois de ce client ont repris." in page
    states = [Push.objects.get(pk=push.pk).state for push in (own, other, unlinked)]
    assert states == [PushState.WAITING, PushState.HELD, PushState.HELD]


def test_pausing_somebody_wakes_nobody_who_sleeps(ready: Cast) -> None:
    pause_client(ready.connector, ready.clients["Alice"].pk, timezone.now(), None)
    sleeping = _held(ready, "Alice")
    pause_client(ready.connector, ready.clients["Bob"].pk, timezone.now(), None)
    assert Push.objects.get(pk=sleeping.pk).state == PushState.HELD


def test_a_paused_path_holds_what_is_dropped_there_until_it_is_resumed(ready: Cast) -> None:
    path = ready.connector.deposit_paths.get()
    assert "Les envois de ce chemin sont en pause" in _press(ready, f"pause_path:{path.pk}")
    assert rules_of(ready.connector).cause_for(ready.clients["Alice"].pk, path.pk) == "paused"
    push = _held(ready, "Alice", path)
    assert "1 document attend" in messages_of(ready.page("pause"))
    assert "Les envois de ce chemin ont repris." in _press(ready, f"resume_path:{path.pk}")
    assert Push.objects.get(pk=push.pk).state == PushState.WAITING
    assert rules_of(ready.connector).cause_for(ready.clients["Alice"].pk, path.pk) == ""


def test_pausing_twice_or_resuming_what_flows_is_no_new_version(ready: Cast) -> None:
    now, alice, path = timezone.now(), ready.clients["Alice"].pk, ready.connector.deposit_paths.get().pk
    assert pause_client(ready.connector, alice, now, None)
    version = ready.connector.settings_version
    assert not pause_client(ready.connector, alice, now, None)
    assert not resume_clients(ready.connector, [ready.clients["Bob"].pk], now, None)
    assert not resume_paths(ready.connector, [path], now, None)
    assert resume_client(ready.connector, alice, now, None)
    assert pause_paths(ready.connector, [path], now, None)
    assert not pause_paths(ready.connector, [path], now, None)
    assert ready.connector.settings_version == version + 2


def test_who_is_not_chosen_cannot_be_paused(ready: Cast) -> None:
    stranger = Client.objects.create(name="Étrangère", folder="Dossier Étrangère")
    _press(ready, f"pause_client:{stranger.pk}")
    assert not Event.objects.filter(kind="settings.pause").exists()


def test_a_client_is_found_whatever_the_accents_and_the_search_stays(ready: Cast) -> None:
    client = Client.objects.create(name="Épicerie Léa", folder="Dossier Léa")
    ClientSelection.objects.create(connector=ready.connector, client=client, selected_at=timezone.now())
    page = messages_of(ready.page("pause", q="epicerie lea"))
    assert "Mettre en pause : Épicerie Léa" in page
    assert "Mettre en pause : Alice" not in page
    page = _press(ready, f"pause_client:{client.pk}", asked="epicerie lea")
    assert "Reprendre : Épicerie Léa" in page
    assert 'value="epicerie lea"' in page


def test_nobody_found_is_said(ready: Cast) -> None:
    assert "Aucun client choisi, et qui envoie, ne correspond." in messages_of(ready.page("pause", q="zzz"))
    assert "Aucun client n’est en pause." in ready.page("pause")


@pytest.mark.parametrize("action", ["", "pause_client", "pause_client:x", "pause_client:" + "9" * 30, "drop:1", "a\x00b"])
def test_a_button_that_the_page_does_not_have_changes_nothing(ready: Cast, action: str) -> None:
    version = ready.connector.settings_version
    _press(ready, action)
    ready.connector.refresh_from_db()
    assert ready.connector.settings_version == version


def test_many_names_are_counted_in_the_trail(ready: Cast) -> None:
    for number in range(5):
        client = Client.objects.create(name=f"Client {number}", folder=f"Dossier {number}")
        ClientSelection.objects.create(connector=ready.connector, client=client, selected_at=timezone.now())
    ids = list(ready.connector.selections.values_list("client_id", flat=True))
    pause_clients(ready.connector, ids, timezone.now(), None)
    assert Event.objects.get(kind="settings.pause").text == "Envois en pause : 8 clients"


def test_the_page_costs_the_same_with_many_paused_clients(ready: Cast) -> None:
    counts = []
    for start, end in ((0, 3), (3, 60)):
        for number in range(start, end):
            client = Client.objects.create(name=f"Client {number}", folder=f"Dossier {number}")
            ClientSelection.objects.create(connector=ready.connector, client=client, selected_at=timezone.now(), paused_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            ready.page("pause", q="alice")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_a_visitor_has_to_sign_in(ready: Cast) -> None:
    assert Browser().post(ready.url("pause"), {"action": f"pause_client:{ready.clients['Alice'].pk}"}).status_code == 302
    assert not Event.objects.filter(kind="settings.pause").exists()
