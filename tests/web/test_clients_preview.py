"""Before « Valider »: the effect of a choice; after it: « Annuler ce changement »."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connectors.configure.clients import select_clients
from connectors.domain.states import PushState
from connectors.models import Client, ClientSelection, Connector, DepositPath, Event, Push
from tests.web.settings_cast import Cast, messages_of


def _tick(cast: Cast, *names: str) -> None:
    every = [str(client.pk) for client in cast.clients.values()]
    ticked = [str(cast.clients[name].pk) for name in names]
    assert cast.browser.post(cast.url("clients"), {"action": "keep", "shown": every, "chosen": ticked}).status_code == 302


def _post(cast: Cast, name: str, **sent: Any) -> str:
    answer = cast.browser.post(cast.url(name), sent, follow=True)
    assert answer.status_code == 200
    return messages_of(re.sub("<[^>]+>", " ", answer.content.decode()))


def _version(cast: Cast) -> str:
    return str(Connector.objects.get(pk=cast.connector.pk).settings_version)


def _shown(cast: Cast) -> str:
    return messages_of(re.sub("<[^>]+>", " ", cast.page("clients_preview")))


def _chosen(cast: Cast) -> set[str]:
    return {selection.client.name for selection in cast.connector.selections.select_related("client")}


@pytest.fixture
def settled(cast: Cast) -> Cast:
    """All are chosen, the connector is active."""
    cast.complete()
    Connector.objects.update(active=True)
    cast.connector.refresh_from_db()
    return cast


def test_the_effect_is_shown_with_its_numbers_and_names(settled: Cast) -> None:
    dora = Client.objects.create(name="Dora <b>", folder="Dora")
    settled.clients["Dora"] = dora
    push = Push(
        connector=settled.connector, client=settled.clients["Alice"], folder="Dossier Alice/X", state=PushState.HELD, cause="mapping"
    )
    push.seen_at = push.identity_at = push.changed_at = dora.created_at
    push.set_name(b"facture.pdf")
    push.save()
    _tick(settled, "Bob", "Charlie", "Dora")
    page = _shown(settled)
    assert "1 client ajouté 1 client retiré 1 document en attente concerné 3 clients choisis en tout" in page
    assert "Dora &lt;b&gt; Ce client n’est pas relié" in page
    assert "1 client ajouté n’est pas encore relié" in page
    assert "facture.pdf Alice Retenu Retenu Ce client n’est plus choisi" in page
    assert _chosen(settled) == {"Alice", "Bob", "Charlie"}


def test_valider_saves_and_offers_the_way_back(settled: Cast) -> None:
    _tick(settled, "Alice")
    page = _post(settled, "clients_preview", action="save", version=_version(settled))
    assert "1 client choisi." in page
    assert "Clients : 2 retirés" in page
    assert _chosen(settled) == {"Alice"}
    event = str(Event.objects.latest("pk").pk)
    assert "Changement annulé : 2 clients sont revenus, 0 client retiré." in _post(settled, "undo_clients", event=event)
    assert _chosen(settled) == {"Alice", "Bob", "Charlie"}


def test_the_way_back_is_closed_when_somebody_else_chose_meanwhile(settled: Cast) -> None:
    _tick(settled, "Alice")
    _post(settled, "clients_preview", action="save", version=_version(settled))
    event = Event.objects.latest("pk")
    select_clients(settled.connector, [settled.clients["Bob"].pk], event.at, None)
    assert "ne peut plus être annulé" in _post(settled, "undo_clients", event=str(event.pk))
    assert _chosen(settled) == {"Bob"}


def test_what_was_not_shown_is_not_validated(settled: Cast) -> None:
    _tick(settled, "Alice")
    version = _version(settled)
    Connector.objects.update(settings_version=int(version) + 1)
    page = _post(settled, "clients_preview", action="save", version=version)
    assert "Le paramétrage a changé entre-temps" in page
    assert _chosen(settled) == {"Alice", "Bob", "Charlie"}


def test_who_came_in_meanwhile_is_not_thrown_out_by_an_older_page(settled: Cast) -> None:
    _tick(settled, "Alice", "Bob")
    dora = Client.objects.create(name="Dora", folder="Dora")
    ClientSelection.objects.create(connector=settled.connector, client=dora, selected_at=dora.created_at, to_link=True)
    _post(settled, "clients_preview", action="save", version=_version(settled))
    assert _chosen(settled) == {"Alice", "Bob", "Dora"}


def test_changes_can_be_dropped_on_the_preview(settled: Cast) -> None:
    _tick(settled, "Alice")
    assert "la sélection est restée la même" in _post(settled, "clients_preview", action="discard")
    assert "Aucun changement n’attend" in _post(settled, "clients_preview", action="save", version=_version(settled))
    assert _chosen(settled) == {"Alice", "Bob", "Charlie"}


def test_a_client_who_is_watched_elsewhere_is_named_and_left_out(settled: Cast) -> None:
    dora = Client.objects.create(name="Dora", folder="Dora")
    settled.clients["Dora"] = dora
    other = Connector.objects.create(provider="illinks", name="Illinks (2)", active=True)
    DepositPath.objects.create(connector=other, deposit=settled.connector.deposit_paths.get().deposit, archive="A", domaine="A", type="B")
    ClientSelection.objects.create(connector=other, client=dora, selected_at=dora.created_at)
    assert "Déjà surveillé ailleurs Illinks (2)" in messages_of(re.sub("<[^>]+>", " ", settled.page("clients", q="dora")))
    _tick(settled, "Alice", "Bob", "Charlie", "Dora")
    assert "1 client ne sera pas ajouté" in _shown(settled)
    assert "1 client n’a pas été ajouté" in _post(settled, "clients_preview", action="save", version=_version(settled))
    assert "Dora" not in _chosen(settled)


def test_a_clash_is_told_in_red(settled: Cast) -> None:
    settled.clients["Dora"] = Client.objects.create(name="Dora", folder="Dora")
    settled.attribute.values.create(client=settled.clients["Dora"], value="c-alice")
    _tick(settled, "Alice", "Bob", "Charlie", "Dora")
    assert "1 client déjà choisi ne sera plus relié" in _shown(settled)


def test_a_row_says_why_its_client_sends_nothing(settled: Cast) -> None:
    settled.connector.selections.filter(client=settled.clients["Alice"]).update(paused_at=settled.clients["Alice"].created_at)
    settled.connector.selections.filter(client=settled.clients["Bob"]).update(to_link=True)
    page = messages_of(re.sub("<[^>]+>", " ", settled.page("clients")))
    assert "À relier · 1 Sans valeur · 1 En pause · 1" in page
    for state, name in (("en_pause", "Alice"), ("a_relier", "Bob"), ("sans_valeur", "Charlie")):
        shown = settled.browser.get(settled.url("clients"), {"etat": state}).context["rows"]
        assert [row.client.name for row in shown] == [name]


def test_only_what_is_not_saved_yet_can_be_asked_for(settled: Cast) -> None:
    _tick(settled, "Alice", "Bob")
    rows = settled.browser.get(settled.url("clients"), {"etat": "a_valider"}).context["rows"]
    assert [row.client.name for row in rows] == ["Charlie"]
