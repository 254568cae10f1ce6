from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from connectors.configure.client_file import read_client_file
from connectors.configure.import_clients import ImportBlocked, apply_import, preview_import
from connectors.domain.states import PushState
from connectors.models import Attribute, AttributeValue, Client, ClientGroup, DataModel, DepositFolder, Push

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.configure.client_file import ClientFile
    from connectors.configure.import_clients import ImportPreview, ImportResult
    from tests.conftest import House

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
LEFEVRE, RIVIERE = "732829320", "552100554"
HEADER = "Nom;Dossier;Groupe;SIREN;Clôture;Code client;Logiciels / Code GED"

pytestmark = pytest.mark.django_db


def file_of(*lines: str, header: str = HEADER) -> ClientFile:
    return read_client_file("clients.csv", "\n".join([header, *lines]).encode())


def store(*lines: str, header: str = HEADER, only_valid: bool = False) -> ImportResult:
    return apply_import(file_of(*lines, header=header), NOW, None, only_valid=only_valid)


def changes(preview: ImportPreview) -> list[tuple[str, str, str]]:
    return [(field.label, field.before, field.after) for change in preview.changed for field in change.fields]


def test_new_clients_come_with_their_group_and_attributes() -> None:
    result = store(f"Boulangerie Lefèvre;;Artisans;{LEFEVRE};30/06;007;GED1", "Bob;Dossier Bob;artisans;;;;")
    assert (result.created, result.updated) == (2, 0)
    client = Client.objects.get(siren=LEFEVRE)
    assert (client.folder, client.closing_day, client.closing_month) == ("Boulangerie Lefèvre", 30, 6)
    assert ClientGroup.objects.get().name == "Artisans"
    assert {str(row.attribute): row.value for row in client.attribute_values.all()} == {
        "Fiche client / Code client": "007",
        "Logiciels / Code GED": "GED1",
    }


def test_the_person_who_is_responsible_comes_with_the_file_and_changes_with_it() -> None:
    store("Alice;Camille R.", header="Nom;Chargé de dossier")
    assert Client.objects.get().responsible == "Camille R."
    assert changes(preview_import(file_of("Alice;Théo M.", header="Nom;Responsable"))) == [("Responsable", "Camille R.", "Théo M.")]
    store("Alice;", header="Nom;Responsable")
    assert Client.objects.get().responsible == "Camille R."


def test_imported_clients_are_found_by_search() -> None:
    store(f"Boulangerie Lefèvre;;;{LEFEVRE};;;")
    assert Client.objects.named_like("lefevre 7328").exists()
    store(f"Pâtisserie Lefèvre;;;{LEFEVRE};;;")
    assert Client.objects.named_like("patisserie").exists()


def test_the_same_file_twice_changes_nothing() -> None:
    line = f"Boulangerie Lefèvre;;Artisans;{LEFEVRE};30/06;007;GED1"
    store(line)
    preview = preview_import(file_of(line))
    assert (preview.new, preview.changed, len(preview.unchanged), preview.writes) == ([], [], 1, False)


def test_a_client_is_known_by_its_siren_before_its_folder_and_name() -> None:
    Client.objects.create(name="Ancien nom", folder="Lefevre", siren=LEFEVRE)
    preview = preview_import(file_of(f"Nouveau nom;Lefevre;;{LEFEVRE};;;"))
    assert changes(preview) == [("Nom", "Ancien nom", "Nouveau nom")]


def test_a_client_without_siren_is_known_by_its_folder_then_by_its_name() -> None:
    Client.objects.create(name="Alice", folder="A1")
    Client.objects.create(name="Bob", folder="B1")
    preview = preview_import(file_of("Alice SARL;A1;;;;;", f"BOB;;;{RIVIERE};;;"))
    assert changes(preview) == [("Nom", "Alice", "Alice SARL"), ("Nom", "Bob", "BOB"), ("SIREN", "", RIVIERE)]


def test_an_empty_cell_and_a_column_that_lacks_change_nothing() -> None:
    store(f"Alice;A1;Groupe 1;{LEFEVRE};30/06;C1;G1")
    assert not preview_import(file_of(f"Alice;;;{LEFEVRE};;;")).writes
    assert not preview_import(file_of("Alice", header="Nom")).writes


def test_a_name_or_folder_of_somebody_else_is_a_conflict() -> None:
    Client.objects.create(name="Alice", folder="A1", siren=LEFEVRE)
    Client.objects.create(name="Bob", folder="B1", siren=RIVIERE)
    errors = preview_import(file_of(f"Bob;A1;;{LEFEVRE};;;")).errors
    assert [(error.line, error.column, error.value) for error in errors] == [(2, "Nom", "Bob")]
    assert "Déjà pris par le client « Bob »" in errors[0].message
    assert "dont le SIREN est" in preview_import(file_of("Alice;;;404833048;;;")).errors[0].message


def test_two_lines_that_mean_the_same_client_are_told() -> None:
    Client.objects.create(name="Alice", folder="A1", siren=LEFEVRE)
    errors = preview_import(file_of(f"Alice SA;;;{LEFEVRE};;;", "Autre;A1;;;;;")).errors
    assert [(error.line, error.message) for error in errors] == [(3, "Désigne le même client que la ligne 2 : « Alice ».")]


def test_a_wrong_line_blocks_the_whole_file_unless_only_valid_ones_are_wanted() -> None:
    lines = ("Alice;;;123456789;;;", "Bob;;;;;;")
    with pytest.raises(ImportBlocked) as blocked:
        store(*lines)
    assert blocked.value.preview.wrong_lines == 1
    assert not Client.objects.exists()
    result = store(*lines, only_valid=True)
    assert (result.created, result.skipped) == (1, 1)
    assert [client.name for client in Client.objects.all()] == ["Bob"]


def test_attributes_that_exist_are_found_whatever_their_case() -> None:
    model = DataModel.objects.create(name="fiche CLIENT")
    attribute = Attribute.objects.create(data_model=model, name="CODE client")
    store("Alice;;;;;C1;")
    assert AttributeValue.objects.get().attribute == attribute


def test_a_repaired_code_lets_held_documents_go_on(house: House) -> None:
    push = Push(connector=house.connector, client=house.clients["Charlie"], folder="f", identity="1", state=PushState.HELD, cause="mapping")
    push.seen_at = push.identity_at = push.changed_at = NOW
    push.set_name(b"a.pdf")
    push.save()
    result = store("Charlie;;;;;C-CHARLIE;")
    push.refresh_from_db()
    assert push.state == PushState.WAITING
    assert [connector.pk for connector in result.connectors] == [house.connector.pk]


def test_a_client_that_moves_has_its_new_folder_looked_at_from_the_start(house: House) -> None:
    folder = DepositFolder.objects.create(deposit_path=house.path, client=house.clients["Alice"], baselined_at=NOW)
    result = store("Alice;Autre dossier;;;;;")
    folder.refresh_from_db()
    assert folder.baselined_at is None
    assert result.connectors == [house.connector]


def test_the_command_imports_and_speaks_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clients.csv"
    path.write_text("Nom;SIREN\nAlice;\nBob;123\n", encoding="utf-8")
    with pytest.raises(CommandError, match="1 ligne"):
        call_command("import_clients", str(path))
    assert "Erreur (ligne 3, SIREN, « 123 »)" in capsys.readouterr().out
    call_command("import_clients", str(path), "--dry-run", "--only-valid")
    assert not Client.objects.exists()
    call_command("import_clients", str(path), "--only-valid")
    assert "Import terminé : 1 nouveau(x)" in capsys.readouterr().out
    assert Client.objects.get().name == "Alice"


def test_the_command_says_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    for name in (str(tmp_path / "absent.csv"), str(tmp_path), "a\0b"):
        with pytest.raises(CommandError, match="ne peut pas être ouvert"):
            call_command("import_clients", name)


def test_a_preview_costs_the_same_however_many_clients_there_are(django_assert_max_num_queries: object) -> None:
    store(*(f"Client {number};;;;;C{number};" for number in range(300)))
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        preview_import(file_of(*(f"Client {number};;G;;;D{number};" for number in range(400))))
