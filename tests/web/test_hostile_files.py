"""The forms that take a file: whatever is sent, a message stands on the field or in the cell, and nothing is stored."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from connectors.models import AttributeValue, Client
from tests.web.hostile import HOSTILE, Page

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.web.settings_cast import Cast

UPLOAD, PREVIEW = "/clients/importer/", "/clients/importer/apercu/"
COLUMNS = ("Nom", "Dossier", "Groupe", "SIREN", "SIRET", "Clôture", "Code client")
GOOD = ("Boulangerie Noël", "Boulangerie Noël", "Commerces", "732829320", "73282932000074", "31/12", "NOE001")
MEGABYTE = 1024**2


def workbook(*rows: tuple[str, ...]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append([cell.replace("\0", "") for cell in row])  # type: ignore[union-attr]
    book.save(content)
    return content.getvalue()


def bomb(size: int) -> bytes:
    """A workbook of a few kilobytes whose sheet is `size` bytes long once it is unpacked."""
    content = io.BytesIO(workbook(COLUMNS, GOOD))
    swollen = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if not name.endswith("sheet1.xml"):
                target.writestr(name, source.read(name))
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>'
            )
            for _ in range(size // MEGABYTE):
                sheet.write(b" " * MEGABYTE)
            sheet.write(b"</v></c></row></sheetData></worksheet>")
    return swollen.getvalue()


FILES = {
    "nothing": ("clients.csv", b""),
    "blanks": ("clients.csv", b"  \n \n"),
    "fifty megabytes": ("clients.csv", b"Nom\n" + b"x" * (50 * MEGABYTE)),
    "a bomb": ("clients.xlsx", bomb(150 * MEGABYTE)),
    "a broken workbook": ("clients.xlsx", workbook(COLUMNS, GOOD)[:900]),
    "a picture": ("clients.png", b"\x89PNG\r\n\x1a\n"),
    "a program named csv": ("clients.csv", b"\x7fELF\x02\x01\x01\0\0\0"),
    "a document": ("clients.pdf", b"%PDF-1.4"),
    "no known column": ("clients.csv", b"a;b\n1;2\n"),
    "no name at all": ("", b"Nom\nAlice\n"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_list_of_clients_is_refused_on_its_field(browser: Browser, kind: str) -> None:
    before = list(Client.objects.values())
    name, content = FILES[kind]
    answer = browser.post(UPLOAD, {"file": SimpleUploadedFile(name or "x", content)} if name else {})
    assert answer.status_code == 200
    assert Page(answer.content.decode()).message_on("file")
    assert list(Client.objects.values()) == before


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_a_hostile_cell_is_told_with_its_line_and_column_or_taken_as_text(browser: Browser, kind: str, format_: str) -> None:
    before = list(Client.objects.values())
    rows = [tuple(HOSTILE[kind] if place == column else cell for place, cell in enumerate(GOOD)) for column in range(len(GOOD))]
    content = workbook(COLUMNS, *rows) if format_ == "xlsx" else "\n".join(";".join(row) for row in (COLUMNS, *rows)).encode()
    answer = browser.post(UPLOAD, {"file": SimpleUploadedFile(f"clients.{format_}", content)}, follow=True)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<script>alert" not in text
    assert "Ce qui ne va pas" in text or Page(text).message_on("file")
    assert list(Client.objects.values()) == before


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_name_is_only_shown(browser: Browser, kind: str) -> None:
    name = f"{HOSTILE[kind]}.csv"
    answer = browser.post(UPLOAD, {"file": SimpleUploadedFile(name, "Nom\nÉtude Noé\n".encode())}, follow=True)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    browser.post(PREVIEW, {"action": "cancel"})
    assert not Client.objects.filter(name="Étude Noé").exists()


def test_lines_that_are_right_are_kept_beside_those_that_are_wrong(browser: Browser) -> None:
    lines = ["Nom;SIREN", "Étude Noé;732829320", "Garage Poiré;73282932X"]
    browser.post(UPLOAD, {"file": SimpleUploadedFile("clients.csv", "\n".join(lines).encode())})
    refused = browser.post(PREVIEW, {"action": "confirm"})
    assert not Client.objects.filter(name__in=("Étude Noé", "Garage Poiré")).exists()
    assert "Garage Poiré" not in {client.name for client in Client.objects.all()}
    assert refused.status_code == 200
    browser.post(PREVIEW, {"action": "only_valid"})
    assert not Client.objects.filter(name="Garage Poiré").exists()


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_holds_no_values_is_refused_on_its_field_and_changes_none(cast: Cast, kind: str) -> None:
    cast.complete()
    before = list(AttributeValue.objects.values())
    name, content = FILES[kind]
    answer = cast.browser.post(cast.url("attribute_file"), {"file": SimpleUploadedFile(name or "x", content)} if name else {}, follow=True)
    text = answer.content.decode()
    assert Page(text).message_on("file") or "Aucun client choisi" in text
    assert list(AttributeValue.objects.values()) == before


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_a_hostile_value_is_told_with_its_line_or_taken_as_text(cast: Cast, kind: str, format_: str) -> None:
    cast.complete()
    rows = (("Nom", "Code client"), ("Alice", HOSTILE[kind]), (HOSTILE[kind], "C-9"))
    content = workbook(*rows) if format_ == "xlsx" else "\n".join(";".join(row) for row in rows).encode()
    answer = cast.browser.post(cast.url("attribute_file"), {"file": SimpleUploadedFile(f"v.{format_}", content)}, follow=True)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<script>alert" not in text
    assert "Ce qui ne va pas" in text or Page(text).message_on("file")
    assert set(AttributeValue.objects.values_list("value", flat=True)) == {"C-ALICE", "C-BOB"}
