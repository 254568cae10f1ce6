"""« Que deviendrait ce fichier ? » on a page and on the command line."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils import timezone

from connectors.domain.paths import RECOMMENDED
from connectors.models import Connector, Credential, Push
from connectors.providers.base import MASK
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from typing import Any

PDF = b"%PDF-1.4\nfacture\n%%EOF\n"
DEPOSIT = RECOMMENDED[0][0]
PATH = f"Dossier Alice/{DEPOSIT}/facture.pdf"


def ask(cast: Cast, **typed: Any) -> str:
    sample = typed.pop("sample", None)
    file = {"file": SimpleUploadedFile(*sample)} if sample else {}
    answer = cast.browser.post(cast.url("simulator"), {"date": "2026-06-30", **typed, **file})
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def command(*asked: str) -> str:
    out = StringIO()
    call_command("simulate", *asked, stdout=out)
    return out.getvalue()


def test_a_path_is_answered_from_the_folder_to_the_archive(cast: Cast) -> None:
    cast.complete("https://partenaire.example/ws")
    page = ask(cast, path=PATH)
    assert "Ce fichier serait envoyé" in page
    assert "C-ALICE" in page
    assert "ACHATS › FACTURE" in page
    assert "Dossier Alice/DOSSIER COMPTABLE/2026/" in page
    assert "https://partenaire.example/ws/pushdoc/v1/documents" in page
    assert MASK in page
    assert "s3cret" not in page
    assert "n’est pas actif" in page


def test_a_client_a_folder_and_a_name_make_a_path(cast: Cast) -> None:
    cast.complete()
    page = ask(cast, client="bob", deposit=DEPOSIT, name="facture.pdf")
    assert f"Dossier Bob/{DEPOSIT}/facture.pdf" in page
    assert "Ce fichier serait envoyé" in page
    page = ask(cast, path=f"Dossier Bob/{DEPOSIT}/", sample=("photo.pdf", PDF))
    assert f"Dossier Bob/{DEPOSIT}/photo.pdf" in page


def test_a_sample_is_looked_at_and_forgotten(cast: Cast) -> None:
    cast.complete()
    page = ask(cast, client="Alice", deposit=DEPOSIT, sample=("facture.pdf", b"pas un PDF"))
    assert "Ce fichier serait retenu" in page
    assert "n’est pas du format" in page
    assert "L’échantillon a été contrôlé" in page
    assert "Le fichier est vide" in ask(cast, path=PATH, sample=("facture.pdf", b""))
    assert list(cast.root.rglob("*")) == []
    assert not Push.objects.exists()


def test_a_sample_that_no_partner_would_take_is_not_even_read(cast: Cast) -> None:
    cast.complete()
    answer = cast.browser.post(
        cast.url("simulator"), b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(10**12), QUERY_STRING=""
    )
    assert answer.status_code == 413
    assert "trop gros pour le partenaire" in answer.content.decode()


def test_the_form_still_needs_its_token(cast: Cast) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = cast.browser.cookies
    assert strict.post(cast.url("simulator"), {"path": PATH}).status_code == 403


def test_a_file_that_would_not_be_taken_says_why(cast: Cast) -> None:
    cast.complete()
    page = ask(cast, path="Dossier Alice/facture.pdf")
    assert "Ce fichier ne serait pas pris" in page
    assert "Aucune règle ne prend ce fichier." in page
    assert "Le fichier est dans un autre dossier." in page
    assert "dans le dossier des clients" in ask(cast, path="/etc/passwd")


def test_a_question_without_a_file_is_asked_back(cast: Cast) -> None:
    cast.complete()
    assert "Posez une question" in cast.page("simulator")
    assert "Indiquez un chemin ; ou bien" in ask(cast)
    assert "Indiquez un chemin ; ou bien" in ask(cast, client="Alice")
    assert "Aucun client choisi ne porte ce nom." in ask(cast, client="Denise", deposit=DEPOSIT, name="a.pdf")
    assert "par exemple 30/06/2026" in ask(cast, path=PATH, date="0005-01-01")


def test_what_the_ledger_knows_is_linked_and_a_broken_request_explained(cast: Cast) -> None:
    cast.complete()
    Credential.objects.filter(field="uri").update(value="ftp://x")
    push = Push(connector=cast.connector, client=cast.clients["Alice"], folder=f"Dossier Alice/{DEPOSIT}", state="held", cause="mapping")
    push.seen_at = push.identity_at = push.changed_at = timezone.now()
    push.set_name(b"facture.pdf")
    push.save()
    page = ask(cast, path=PATH)
    assert f"/documents/{push.reference}/" in page
    assert "La requête ne peut pas être montrée" in page


def test_the_command_gives_the_same_answer(cast: Cast) -> None:
    cast.complete("https://partenaire.example/ws")
    said = command(PATH, "--connector", str(cast.connector.pk), "--date", "2026-06-30")
    assert "Ce fichier serait envoyé." in said
    assert f"[x] {DEPOSIT}" in said
    assert "POST https://partenaire.example/ws/pushdoc/v1/documents" in said
    assert "Archive : Dossier Alice/DOSSIER COMPTABLE/2026/" in said
    assert "s3cret" not in said
    told = json.loads(command(PATH, "--json"))
    assert (told["goes"], told["client"], told["client_code"], told["holds"]) == (True, "Alice", "C-ALICE", [])
    assert told["request"]["headers"]["Authorization"] == f"Bearer {MASK}"
    assert "s3cret" not in json.dumps(told)


def test_the_command_says_what_holds_a_file_and_what_it_cannot_show(cast: Cast) -> None:
    cast.complete("ftp://x")
    said = command(f"Dossier Charlie/{DEPOSIT}/a.exe")
    assert "Ce fichier ne serait pas envoyé." in said
    assert said.count("Retenu : ") == 2
    assert "à faire par le client" in said
    assert "La requête ne peut pas être montrée." in said
    assert json.loads(command("/etc/passwd", "--json"))["request"] is None
    assert "dans le dossier des clients" in command("/etc/passwd")


def test_the_command_refuses_a_question_that_makes_no_sense(cast: Cast) -> None:
    with pytest.raises(CommandError, match="de ce numéro"):
        command(PATH, "--connector", "999")
    with pytest.raises(CommandError, match="invalid"):
        command(PATH, "--date", "hier")
    Connector.objects.all().delete()
    with pytest.raises(CommandError, match="Aucun connecteur"):
        command(PATH)
