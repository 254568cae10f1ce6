from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from connectors.models import Client

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.web.pages_cast import Firm

STATIC = Path(__file__).parents[2] / "static"
UPLOAD, PREVIEW = "/clients/importer/", "/clients/importer/apercu/"


def upload(browser: Browser, text: str | bytes, name: str = "clients.csv") -> Any:
    content = text.encode() if isinstance(text, str) else text
    return browser.post(UPLOAD, {"file": SimpleUploadedFile(name, content)}, follow=True)


def kept(folder: Path) -> list[Path]:
    return list((folder / "imports").iterdir())


def test_a_file_is_previewed_and_then_imported_without_a_second_upload(firm: Firm, browser: Browser, tmp_path: Path) -> None:
    answer = upload(browser, "Nom;Code client\nÉpicerie;E1\nBob;B1\n")
    page = answer.content.decode()
    assert "1\u00a0nouveau client" in page
    assert "Fiche client / Code client\u00a0: <del>(vide)</del> → <ins>B1</ins>" in page
    assert not Client.objects.filter(name="Épicerie").exists()
    (file,) = kept(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    answer = browser.post(PREVIEW, {"action": "confirm"}, follow=True)
    assert "Import terminé\u00a0: 1\u00a0nouveau client, 1 modifié, 0 inchangé." in answer.content.decode()
    assert Client.objects.filter(name="Épicerie").exists()
    assert kept(tmp_path) == []


def test_the_preview_names_who_is_responsible(firm: Firm, browser: Browser) -> None:
    page = upload(browser, "Nom;Responsable\nÉpicerie;Camille R.\nBob;Théo M.\n").content.decode()
    assert "Camille R." in page
    assert "Responsable\u00a0: <del>(vide)</del> → <ins>Théo M.</ins>" in page


def test_wrong_cells_are_shown_and_block_until_only_the_right_lines_are_wanted(firm: Firm, browser: Browser) -> None:
    page = upload(browser, "Nom;SIREN\nÉpicerie;123\nZoé;\n").content.decode()
    assert "il compte 3 chiffres au lieu de 9" in page
    assert "Importer les lignes correctes" in page
    answer = browser.post(PREVIEW, {"action": "confirm"})
    assert "rien n’a été importé" in answer.content.decode()
    assert Client.objects.count() == 2
    browser.post(PREVIEW, {"action": "only_valid"})
    assert set(Client.objects.values_list("name", flat=True)) == {"Alice & Fils", "Bob", "Zoé"}


def test_an_import_can_be_dropped(firm: Firm, browser: Browser, tmp_path: Path) -> None:
    upload(browser, "Nom\nÉpicerie\n")
    answer = browser.post(PREVIEW, {"action": "cancel"}, follow=True)
    assert "rien n’a été modifié" in answer.content.decode()
    assert kept(tmp_path) == []
    assert Client.objects.count() == 2


def test_another_upload_replaces_the_first(firm: Firm, browser: Browser, tmp_path: Path) -> None:
    upload(browser, "Nom\nUn\n")
    upload(browser, "Nom\nDeux\n")
    assert len(kept(tmp_path)) == 1
    assert "Deux" in browser.get(PREVIEW).content.decode()


def test_a_preview_can_be_left_and_taken_up_again(firm: Firm, browser: Browser) -> None:
    upload(browser, "Nom\nUn\n")
    assert "attend votre confirmation" in browser.get(UPLOAD).content.decode()
    assert browser.get(PREVIEW).status_code == 200


def test_a_preview_whose_file_is_gone_asks_for_another(firm: Firm, browser: Browser, tmp_path: Path) -> None:
    upload(browser, "Nom\nUn\n")
    for file in kept(tmp_path):
        file.unlink()
    assert "Aucun fichier n’attend" in browser.get(PREVIEW, follow=True).content.decode()
    assert browser.post(PREVIEW, {"action": "confirm"}).status_code == 302


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("clients.csv", b"", "Ce fichier est vide."),
        ("clients.csv", b"Titre\nvaleur\n", "Raison sociale"),
        ("clients.exe", b"MZ", "pas reconnu"),
        ("clients.xlsx", b"PK\x03\x04 broken", "ne peut pas être lu"),
        ("../../etc/passwd", b"root:x", "pas reconnu"),
        ("x" * 10_000 + ".csv", b"Nom\0\n", "pas un fichier CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_on_its_field(firm: Firm, browser: Browser, name: str, content: bytes, message: str) -> None:
    answer = upload(browser, content, name)
    assert answer.status_code == 200
    assert message in str(answer.context["form"].errors["file"])


def test_no_file_at_all_is_told_on_its_field(firm: Firm, browser: Browser) -> None:
    assert "Choisissez un fichier." in browser.post(UPLOAD, {}).content.decode()


def test_what_a_file_says_is_only_text(firm: Firm, browser: Browser) -> None:
    page = upload(browser, "Nom;SIREN\n<script>alert(1)</script>;<script>alert(2)</script>\nZoé;\n", "<script>.csv").content
    assert b"<script>alert" not in page
    assert browser.post(PREVIEW, {"action": "<script>"}).status_code == 200


def test_the_sample_file_comes_in_as_it_is_with_its_attribute(firm: Firm, browser: Browser) -> None:
    Client.objects.all().delete()
    assert "exemple-clients.csv" in browser.get(UPLOAD).content.decode()
    page = upload(browser, (STATIC / "exemple-clients.csv").read_bytes()).content.decode()
    assert "2\u00a0nouveaux clients" in page
    assert "0\u00a0ligne à corriger" in page
    assert "Attribut repris du fichier : Fiche client / Code client." in page


def test_a_file_without_an_attribute_says_what_will_be_missing(firm: Firm, browser: Browser) -> None:
    assert "Aucun attribut dans ce fichier." in upload(browser, "Nom\nÉpicerie\n").content.decode()
