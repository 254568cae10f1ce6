"""Client files as firms export them: what is understood, and what is told about what is not."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from connectors.configure.client_file import ClientFile, ClientFileError, read_client_file
from connectors.configure.identifiers import IdentifierRefused, clean_siren, clean_siret
from connectors.management.demo.client_file import demo_rows, write_demo_client_file
from connectors.management.demo.firm import DEMO_CLIENTS

if TYPE_CHECKING:
    from pathlib import Path

SIREN = "732829320"
SIRET = "73282932000074"


def read(text: str, encoding: str = "utf-8") -> ClientFile:
    return read_client_file("clients.csv", text.encode(encoding))


def messages(found: ClientFile) -> list[str]:
    return [f"{error.line} {error.column}: {error.message}" for error in found.errors]


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_is_understood_in_every_usual_spelling(encoding: str, delimiter: str) -> None:
    text = f'Raison sociale{delimiter}N° SIREN{delimiter}Clôture\n"Boulangerie Lefèvre"{delimiter}732 829 320{delimiter}30 juin\n'
    [row] = read(text, encoding).rows
    assert (row.line, row.name, row.siren, row.closing, row.folder) == (2, "Boulangerie Lefèvre", SIREN, (30, 6), "Boulangerie Lefèvre")


def test_the_demonstration_firm_comes_back_from_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    write_demo_client_file(path)
    found = read_client_file(path.name, path.read_bytes())
    again = read_client_file("clients.xlsx", workbook([list(row) for row in demo_rows()]))
    assert found.is_valid
    assert found == again
    for row, client in zip(found.rows, DEMO_CLIENTS, strict=True):
        assert (row.name, row.folder, row.responsible, row.siren, row.siret, row.closing) == (
            client.name,
            client.folder,
            client.responsible,
            client.siren,
            client.siret,
            client.closing,
        )
        assert {key: value for key, value in row.values.items() if value} == dict(client.values)


def test_numbers_dates_and_leading_zeros_of_a_workbook_survive() -> None:
    rows: list[list[object]] = [
        ["Nom", "SIREN", "Clôture", "Code client", "Logiciels / Code GED"],
        ["A", 732829320, date(2026, 9, 30), "007", 412],
    ]
    [row] = read_client_file("c.xlsx", workbook(rows)).rows
    assert (row.siren, row.closing) == (SIREN, (30, 9))
    assert row.values == {("Fiche client", "Code client"): "007", ("Logiciels", "Code GED"): "412"}


def test_the_line_is_the_one_that_the_author_sees() -> None:
    found = read('Liste des clients\n\nNom;SIREN\nA;\n"B\nb";\n;\nC;12\n')
    assert [(row.line, row.name) for row in found.rows] == [(4, "A"), (5, "B b"), (8, "C")]
    assert messages(found) == ["8 SIREN: Ce SIREN n’est pas valide : il compte 2 chiffres au lieu de 9."]


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("SIREN", "732829321", "clé de contrôle"),
        ("SIREN", SIRET, "c’est un SIRET"),
        ("SIRET", "7,32829E+13", "notation scientifique"),
        ("SIRET", "73282932O00074", "à la place du chiffre 0"),
        ("Clôture", "31/02", "clôture"),
        ("Clôture", "jamais", "clôture"),
        ("Dossier", "../x", "sans « / »"),
        ("Dossier", "..", "noms de dossier"),
        ("Dossier", "a\x07b", "invisible"),
        ("Dossier", "é" * 101, "200 octets"),
        ("Groupe", "g" * 201, "200 caractères"),
        ("Ville", "v" * 10_000, "200 caractères"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line_and_column(header: str, cell: str, words: str) -> None:
    found = read(f"Nom;{header}\nA;{cell.replace(';', '')}\n".replace("7,32829", '"7,32829').replace("+13", '+13"'))
    [error] = found.errors
    assert (error.line, error.column) == (2, header)
    assert words in error.message


def test_names_siren_siret_and_folders_stand_once_in_a_file() -> None:
    found = read(f"Nom;Dossier;SIREN;SIRET\nA;x;{SIREN};{SIRET}\na;X;;{SIRET}\nB;y;{SIREN};\n;z;;\n")
    assert messages(found) == [
        "3 Nom: Nom déjà donné à la ligne 2 : chaque client a le sien.",
        "3 Dossier: Dossier déjà donné à la ligne 2 : chaque client a le sien.",
        "3 SIRET: SIRET déjà donné à la ligne 2 : chaque client a le sien.",
        "4 SIREN: SIREN déjà donné à la ligne 2 : chaque client a le sien.",
        "5 Nom: Le nom du client manque.",
    ]


def test_a_siret_belongs_to_its_siren() -> None:
    found = read(f"Nom;SIREN;SIRET\nA;356000000;{SIRET}\n")
    assert "commencer par ces neuf chiffres" in found.errors[0].message


def test_a_column_without_a_title_is_told_once() -> None:
    assert messages(read("Nom;\nA;x\nB;y\n")) == ["2 colonne 2: Cette colonne n’a pas de titre : nommez-la ou videz-la."]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("c.pdf", b"%PDF", "format"),
        ("c.csv", b"", "vide"),
        ("c.csv", b" \n", "vide"),
        ("c.csv", b"A;B\n1;2\n", "première ligne"),
        ("c.csv", b"Nom;Raison sociale\n", "même chose"),
        ("c.csv", b"Nom\n", "aucun client"),
        ("c.csv", b"Nom\n\0\n", "CSV"),
        ("c.csv", b"Nom\n" + b'"' + b"x" * 200_000, "guillemet"),
        ("c.xlsx", b"PK\x03\x04rubbish", "abîmé"),
        ("c.xls", b"\xd0\xcf\x11\xe0rubbish", "abîmé"),
        ("c.csv", b"Nom\n" + b"x\n" * 20_001, "trop de lignes"),
        ("c.csv", b"Nom\n" + b"x" * (20 * 1024 * 1024), "20 Mo"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(name: str, content: bytes, words: str) -> None:
    with pytest.raises(ClientFileError, match=words):
        read_client_file(name, content)


def test_a_workbook_that_would_fill_the_memory_is_refused() -> None:
    book = BytesIO(workbook([["Nom"], ["A"]]))
    bomb = BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            data = old.read(item)
            if item.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far)
            new.writestr(item, data)
    with pytest.raises(ClientFileError, match="trop grand"):
        read_client_file("c.xlsx", bomb.getvalue())


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400), st.text(max_size=300).map(lambda text: ("Nom;SIREN;Dossier;Clôture;X\n" + text).encode("utf-8", "replace"))
    )
)
def test_arbitrary_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read_client_file("c.csv", content)
    except ClientFileError as error:
        assert str(error)  # noqa: PT017 - the point is that only this class may come


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_arbitrary_numbers_are_cleaned_or_refused(text: str) -> None:
    for clean in (clean_siren, clean_siret):
        try:
            assert clean(text) == "" or clean(text).isdigit()
        except IdentifierRefused as error:
            assert "n’est pas valide" in str(error)  # noqa: PT017 - only this class may come


def test_a_lost_leading_zero_is_named() -> None:
    with pytest.raises(IdentifierRefused, match="un zéro a été perdu au début"):
        clean_siren("05580683")
