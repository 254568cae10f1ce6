"""The history of the settings: who changed what, what a version consists of, and putting a part back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.configure.activation import deactivate_connector
from connectors.configure.attribute import choose_attribute
from connectors.configure.clients import select_clients
from connectors.configure.credentials import save_credentials, shown_credentials
from connectors.configure.deposit_paths import save_deposit_paths
from connectors.configure.path_row import PathRow
from connectors.configure.pause import pause_client, pause_path
from connectors.configure.restore import RestoreRefused, restore_version
from connectors.configure.settings_change import note_change
from connectors.configure.values import save_values
from connectors.configure.versions import find_version
from connectors.models import Attribute, AttributeMapping, AttributeValue, Client, Event
from connectors.providers.registry import provider_class
from tests.web.settings_cast import Cast, messages_of, typed_credentials

if TYPE_CHECKING:
    from django.http import HttpResponse

FIELDS = provider_class("illinks").credential_fields


@pytest.fixture
def ready(cast: Cast) -> Cast:
    cast.complete()
    return cast


def _version(cast: Cast) -> int:
    cast.connector.refresh_from_db()
    return cast.connector.settings_version


def _address(cast: Cast, number: int, word: str = "") -> str:
    return f"{cast.url('versions')}{number}/{word}"


def _read(cast: Cast, address: str, **asked: str) -> str:
    answer = cast.browser.get(address, asked)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def _restore(cast: Cast, number: int, state: str, seen: int | None = None) -> str:
    typed = {"etat": state, "vu": str(_version(cast) if seen is None else seen)}
    answer = cast.browser.post(_address(cast, number, "restore/"), typed, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def _chosen(cast: Cast) -> set[str]:
    return set(cast.connector.selections.values_list("client__name", flat=True))


def test_each_change_is_a_line_with_who_and_what(ready: Cast) -> None:
    user = Event.objects.model.actor.field.related_model.objects.get()
    pause_client(ready.connector, ready.clients["Alice"].pk, timezone.now(), user)
    page = _read(ready, ready.url("versions"))
    assert "Envois en pause : « Alice »" in page
    assert "admin@cabinet.example" in page
    assert "Clients : 3 ajoutés" in page
    assert f"Version {_version(ready)}" in page


def test_a_connector_that_was_never_changed_says_so(cast: Cast) -> None:
    assert "Aucune version" in cast.page("versions")


def test_clients_that_came_and_went_are_named(ready: Cast) -> None:
    select_clients(ready.connector, [ready.clients["Alice"].pk], timezone.now(), None)
    page = _read(ready, _address(ready, _version(ready)))
    assert "Bob" in page
    assert "non choisi" in page
    assert "Alice" not in page


def test_values_stand_before_and_after(ready: Cast) -> None:
    save_values(ready.connector, ready.attribute, {ready.clients["Bob"].pk: "B-2"}, timezone.now(), None)
    page = _read(ready, _address(ready, _version(ready)))
    assert "<del>C-BOB</del>" in page
    assert "<ins>B-2</ins>" in page


def test_paths_are_compared_field_by_field(ready: Cast) -> None:
    path = ready.connector.deposit_paths.get()
    rows = [PathRow(path.deposit, path.archive, "VENTES", path.type), PathRow("ZONE/Divers", "ARCHIVE", "DIVERS", "AUTRE")]
    save_deposit_paths(ready.connector, rows, timezone.now(), None)
    page = _read(ready, _address(ready, _version(ready)))
    assert f"{path.deposit} · Domaine" in page
    assert "<del>ACHATS</del>" in page
    assert "ARCHIVE · DIVERS · AUTRE" in page
    assert "Dossier d’archive" not in page


def test_of_a_secret_only_the_change_is_told(ready: Cast) -> None:
    values = typed_credentials("http://127.0.0.1:9/ws", client_secret="tout-autre", id_illibook="IB-2")
    save_credentials(ready.connector, FIELDS, values, (), timezone.now(), None)
    page = _read(ready, _address(ready, _version(ready)))
    assert "<del>IB-1</del>" in page
    assert "<ins>IB-2</ins>" in page
    assert "<ins>modifié</ins>" in page
    assert "tout-autre" not in page
    assert "s3cret" not in page


def test_clients_are_put_back_as_a_new_version_after_a_preview(ready: Cast) -> None:
    select_clients(ready.connector, [ready.clients["Alice"].pk], timezone.now(), None)
    number = _version(ready)
    preview = _read(ready, _address(ready, number, "restore/"), etat="avant")
    assert "Bob" in preview
    assert "rien n’est encore fait" in preview
    assert _chosen(ready) == {"Alice"}
    page = _restore(ready, number, "avant")
    assert f"L’état d’avant la version {number} est rétabli." in page
    assert f"État d’avant la version {number} rétabli" in page
    assert _chosen(ready) == {"Alice", "Bob", "Charlie"}
    assert _version(ready) == number + 1


def test_an_older_version_is_put_back_over_several_newer_ones(ready: Cast) -> None:
    now, ids = timezone.now(), {name: client.pk for name, client in ready.clients.items()}
    select_clients(ready.connector, [ids["Alice"], ids["Bob"]], now, None)
    number = _version(ready)
    select_clients(ready.connector, [ids["Bob"]], now, None)
    select_clients(ready.connector, [ids["Charlie"]], now, None)
    assert "Rétablir cette version" in _read(ready, _address(ready, number))
    assert f"La version {number} est rétablie." in _restore(ready, number, "apres")
    assert _chosen(ready) == {"Alice", "Bob"}


def test_values_and_attribute_come_back_together(ready: Cast) -> None:
    now, bob = timezone.now(), ready.clients["Bob"].pk
    save_values(ready.connector, ready.attribute, {bob: "B-2"}, now, None)
    number = _version(ready)
    other = Attribute.objects.create(data_model=ready.attribute.data_model, name="Autre code")
    choose_attribute(ready.connector, other, now, None)
    save_values(ready.connector, other, {bob: "AUTRE"}, now, None)
    _restore(ready, number, "avant")
    assert AttributeMapping.objects.get(connector=ready.connector).attribute == ready.attribute
    assert AttributeValue.objects.get(attribute=ready.attribute, client=bob).value == "C-BOB"
    assert AttributeValue.objects.get(attribute=other, client=bob).value == "AUTRE"


def test_values_that_an_import_has_changed_since_are_told_about(ready: Cast) -> None:
    now = timezone.now()
    save_values(ready.connector, ready.attribute, {ready.clients["Bob"].pk: "B-2"}, now, None)
    number = _version(ready)
    note_change(ready.connector, "attribute", now, None, "Valeurs importées pour 1 client", attribute=ready.attribute.pk)
    assert "Des valeurs ont été importées depuis" in _read(ready, _address(ready, number, "restore/"), etat="avant")


def test_paths_come_back_and_stay_the_same_rows(ready: Cast) -> None:
    path = ready.connector.deposit_paths.get()
    save_deposit_paths(ready.connector, [PathRow(path.deposit, "AILLEURS", "VENTES", "AVOIR")], timezone.now(), None)
    _restore(ready, _version(ready), "avant")
    back = ready.connector.deposit_paths.get()
    assert (back.pk, back.archive, back.domaine, back.type) == (path.pk, path.archive, "ACHATS", "FACTURE")


def test_before_the_first_paths_there_is_nothing_to_put_back(ready: Cast) -> None:
    number = Event.objects.get(kind="settings.deposit_paths").detail["version"]
    page = _read(ready, _address(ready, number, "restore/"), etat="avant")
    assert "Il n’y avait pas encore de chemin de dépôt" in page
    assert "Il n’y avait pas encore de chemin de dépôt" in _restore(ready, number, "avant")
    assert ready.connector.deposit_paths.count() == 1


def test_pauses_come_back(ready: Cast) -> None:
    now, path = timezone.now(), ready.connector.deposit_paths.get()
    pause_client(ready.connector, ready.clients["Alice"].pk, now, None)
    number = _version(ready)
    pause_path(ready.connector, path.pk, now, None)
    pause_client(ready.connector, ready.clients["Bob"].pk, now, None)
    _restore(ready, number, "apres")
    assert list(ready.connector.selections.exclude(paused_at=None).values_list("client__name", flat=True)) == ["Alice"]
    assert not ready.connector.deposit_paths.exclude(paused_at=None).exists()


def test_public_credentials_come_back_and_the_secret_stays(ready: Cast) -> None:
    values = typed_credentials("http://127.0.0.1:9/ws", id_illibook="IB-2")
    save_credentials(ready.connector, FIELDS, values, (), timezone.now(), None)
    page = _restore(ready, _version(ready), "avant")
    assert "Testez la connexion" in page
    shown = shown_credentials(ready.connector)
    assert shown["id_illibook"].value == "IB-1"
    assert shown["client_secret"].sealed


def test_a_secret_is_typed_again_when_it_would_go_elsewhere(ready: Cast) -> None:
    values = typed_credentials("http://127.0.0.1:10/ws")
    save_credentials(ready.connector, FIELDS, values, (), timezone.now(), None)
    number = _version(ready)
    preview = _read(ready, _address(ready, number, "restore/"), etat="avant")
    assert "à saisir de nouveau" in preview
    _restore(ready, number, "avant")
    shown = shown_credentials(ready.connector)
    assert shown["uri"].value == "http://127.0.0.1:9/ws"
    assert "client_secret" not in shown


def test_what_somebody_changed_after_the_preview_is_not_overwritten(ready: Cast) -> None:
    select_clients(ready.connector, [ready.clients["Alice"].pk], timezone.now(), None)
    number = _version(ready)
    select_clients(ready.connector, [ready.clients["Bob"].pk], timezone.now(), None)
    assert "Le paramétrage a changé entre-temps" in _restore(ready, number, "avant", seen=number)
    assert _chosen(ready) == {"Bob"}


def test_putting_back_what_is_there_makes_no_version(ready: Cast) -> None:
    number = Event.objects.get(kind="settings.clients").detail["version"]
    before = _version(ready)
    assert "déjà dans cet état" in _restore(ready, number, "apres")
    assert _version(ready) == before
    assert not Event.objects.filter(kind="settings.restored").exists()


def test_a_client_that_is_gone_does_not_come_back(ready: Cast) -> None:
    gone = Client.objects.create(name="Étienne", folder="Dossier Étienne")
    select_clients(ready.connector, [gone.pk, *(client.pk for client in ready.clients.values())], timezone.now(), None)
    number = _version(ready)
    select_clients(ready.connector, [ready.clients["Alice"].pk], timezone.now(), None)
    gone.delete()
    preview = _read(ready, _address(ready, number, "restore/"), etat="apres")
    assert "1 client de cette version n’existe plus." in preview
    _restore(ready, number, "apres")
    assert _chosen(ready) == {"Alice", "Bob", "Charlie"}


def test_a_switch_is_shown_and_not_put_back(ready: Cast) -> None:
    ready.connector.active = True
    ready.connector.save()
    deactivate_connector(ready.connector, timezone.now(), None)
    number = _version(ready)
    page = _read(ready, _address(ready, number))
    assert "<ins>non actif</ins>" in page
    assert "Rétablir" not in page
    assert ready.browser.get(_address(ready, number, "restore/")).status_code == 404


def test_a_use_case_that_refuses_leaves_everything_as_it_was(ready: Cast) -> None:
    path = ready.connector.deposit_paths.get()
    now = timezone.now()
    save_deposit_paths(ready.connector, [PathRow("ZONE/Autre", path.archive, "A", "B")], now, None)
    found = find_version(ready.connector, _version(ready))
    assert found
    Event.objects.note_settings(
        ready.connector, "deposit_paths", now, None, "d’avant une règle", version=found[0].version + 1, rows=[["../x", "Y", "A", "B", ""]]
    )
    broken = find_version(ready.connector, found[0].version + 1)
    assert broken
    with pytest.raises(RestoreRefused):
        restore_version(ready.connector, broken[0], FIELDS, _version(ready), now, None, before=False)
    assert ready.connector.deposit_paths.get().deposit == "ZONE/Autre"


@pytest.mark.parametrize("word", ["999", "0", "9" * 30])
def test_a_version_that_there_is_not_is_not_found(ready: Cast, word: str) -> None:
    for tail in ("", "restore/"):
        assert ready.browser.get(f"{ready.url('versions')}{word}/{tail}").status_code == 404


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 30, "٣", "a\x00b"])
def test_nonsense_in_the_address_shows_the_newest(ready: Cast, typed: str) -> None:
    assert "Clients : 3 ajoutés" in _read(ready, ready.url("versions"), avant=typed)


def test_pages_go_on_where_the_last_one_ended_and_cost_the_same(ready: Cast) -> None:
    counts = []
    for count in (31, 100):
        for number in range(count):
            select_clients(ready.connector, [list(ready.clients.values())[number % 2].pk], timezone.now(), None)
        with CaptureQueriesContext(connection) as queries:
            page = _read(ready, ready.url("versions"))
        counts.append(len(queries))
        assert page.count("<time") == 30
    assert counts[0] == counts[1] <= 12
    newest = _version(ready)
    answer: HttpResponse = ready.browser.get(ready.url("versions"))
    older = answer.context["page"].older
    page = _read(ready, ready.url("versions"), avant=str(older))
    assert f"Version {newest - 30}<" in page
    assert f"Version {newest - 29}<" not in page


def test_a_visitor_has_to_sign_in(ready: Cast) -> None:
    assert Browser().get(ready.url("versions")).status_code == 302
    assert Browser().post(_address(ready, 2, "restore/"), {"etat": "avant", "vu": "2"}).status_code == 302
