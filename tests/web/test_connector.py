"""The page of one connector."""

from __future__ import annotations

from django.utils import timezone

from connectors.configure.pause import pause_client
from connectors.models import DepositFolder
from tests.web.settings_cast import Cast, messages_of


def test_a_new_connector_says_what_is_missing_in_each_part(cast: Cast) -> None:
    page = messages_of(cast.page("connector"))
    for text in ("Choisissez au moins un client.", "Choisissez l’attribut", "À renseigner : Client ID", "Ajoutez au moins un chemin"):
        assert text in page
    assert 'aria-checked="false"' in page


def test_the_promise_of_delivery_is_told_in_plain_words(cast: Cast) -> None:
    page = cast.page("connector")
    assert "un envoi interrompu est repris sans risque de doublon" in page
    assert "hypothèse de travail" in page


def test_a_complete_connector_says_what_activation_will_do(cast: Cast) -> None:
    cast.complete()
    page = messages_of(cast.page("connector"))
    assert "les documents déjà présents ne seront pas envoyés" in page
    assert "Il manque encore" not in page


def test_folders_with_problems_and_skipped_files_are_shown_as_text(cast: Cast) -> None:
    cast.complete()
    DepositFolder.objects.create(
        deposit_path=cast.connector.deposit_paths.get(),
        client=cast.clients["Alice"],
        baselined_at=timezone.now(),
        problem="Ce dossier ne peut pas être lu.",
        skipped=[["<b>~$facture.docx</b>", "fichier temporaire"]],
    )
    page = cast.page("connector")
    assert "Ce dossier ne peut pas être lu." in page
    assert "&lt;b&gt;~$facture.docx&lt;/b&gt;" in page


def test_pauses_and_the_last_version_are_told(cast: Cast) -> None:
    assert "Aucun client ni chemin n’est en pause." in messages_of(cast.page("connector"))
    cast.complete()
    pause_client(cast.connector, cast.clients["Alice"].pk, timezone.now(), None)
    page = messages_of(cast.page("connector"))
    assert "1 client en pause" in page
    assert f"Version {cast.connector.settings_version}, le" in page


def test_an_unknown_connector_is_not_found(cast: Cast) -> None:
    for pk in ("999", "9" * 30):
        assert cast.browser.get(f"/administration/connecteurs/{pk}/").status_code == 404


def test_a_connector_whose_provider_is_gone_is_not_found(cast: Cast) -> None:
    cast.connector.provider = "disparu"
    cast.connector.save()
    assert cast.browser.get(cast.url("connector")).status_code == 404
