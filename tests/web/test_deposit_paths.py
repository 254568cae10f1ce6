"""Deposit paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from connectors.domain.paths import RECOMMENDED
from connectors.models import DepositPath
from connectors.providers.base import ClassificationNode
from connectors.web.views.classification import guessed_codes, offered_codes
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from tests.partner import IndependentPartner

PURCHASE = {"deposit": "ZONE DE DEPOT/Achats", "archive": "DOSSIER/{millésime}/Achats", "domaine": "ACHATS", "type": "FACTURE"}
SALE = {"deposit": "ZONE DE DEPOT/Ventes", "archive": "DOSSIER/{millésime}/Ventes", "domaine": "VENTES", "type": "FACTURE"}
HOSTILE_PATHS = ("../../etc/passwd", "a\x00b", "x" * 10_000, "<script>alert(1)</script>", "C:/Windows", "/etc", "")


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def _send(cast: Cast, action: str, *rows: dict[str, str], **more: str) -> str:
    sent = {f"rows-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    answer = cast.browser.post(cast.url("deposit_paths"), {"rows": str(len(rows)), "action": action, **sent, **more}, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def test_rows_are_saved_in_their_order(cast: Cast) -> None:
    assert "2 chemins de dépôt enregistrés." in _send(cast, "save", PURCHASE, SALE)
    assert [path.deposit for path in cast.connector.deposit_paths.all()] == [PURCHASE["deposit"], SALE["deposit"]]


def test_a_row_is_added_and_removed_without_losing_a_word(cast: Cast) -> None:
    page = _send(cast, "add", PURCHASE)
    assert "Chemin 2" in page
    assert PURCHASE["deposit"] in page
    page = _send(cast, "remove:0", PURCHASE, SALE)
    assert PURCHASE["deposit"] not in page
    assert SALE["deposit"] in page
    assert not DepositPath.objects.exists()


def test_the_recommended_tree_is_filled_once(cast: Cast) -> None:
    page = _send(cast, "recommended", {})
    for deposit, archive in RECOMMENDED:
        assert deposit in page
        assert archive in page
    rows = [{"deposit": deposit, "archive": archive, "domaine": "D", "type": "T"} for deposit, archive in RECOMMENDED]
    assert "Chemin 3" not in _send(cast, "recommended", *rows)


def test_the_example_is_of_a_real_client(cast: Cast) -> None:
    cast.complete()
    cast.clients["Alice"].closing_month, cast.clients["Alice"].closing_day = 6, 30
    cast.clients["Alice"].save()
    page = _send(cast, "example", PURCHASE)
    assert "Exemple pour Alice (clôture le 30/06) : Dossier Alice/DOSSIER/20" in page


def test_problems_stand_on_their_field_and_everything_typed_is_kept(cast: Cast) -> None:
    page = _send(cast, "save", PURCHASE, {**SALE, "archive": "DOSSIER/{annee}/Ventes", "type": ""})
    assert 'id="rows-1-archive-error"' in page
    assert 'id="rows-1-type-error"' in page
    assert "La variable « {annee} » est inconnue" in page
    assert 'value="DOSSIER/{annee}/Ventes"' in page
    assert not DepositPath.objects.exists()


@pytest.mark.parametrize("typed", HOSTILE_PATHS)
@pytest.mark.parametrize("name", ["deposit", "archive"])
def test_hostile_paths_have_a_message_on_their_field(cast: Cast, name: str, typed: str) -> None:
    page = _send(cast, "save", {**PURCHASE, name: typed})
    assert f'id="rows-0-{name}-error"' in page
    assert "<script>alert" not in page
    assert not DepositPath.objects.exists()


@pytest.mark.parametrize("typed", ["a\x00b", "x" * 10_000])
@pytest.mark.parametrize("name", ["domaine", "type", "sous_type"])
def test_hostile_codes_have_a_message_on_their_field(cast: Cast, name: str, typed: str) -> None:
    assert f'id="rows-0-{name}-error"' in _send(cast, "save", {**PURCHASE, name: typed})


def test_an_archive_inside_a_deposit_folder_is_refused(cast: Cast) -> None:
    assert "tourneraient en rond" in _send(cast, "save", {**PURCHASE, "archive": f"{PURCHASE['deposit']}/Archive"})


def test_blank_rows_are_no_rows_but_one_row_is_needed(cast: Cast) -> None:
    assert "1 chemin de dépôt enregistré." in _send(cast, "save", {}, PURCHASE, {})
    assert 'id="rows-0-deposit-error"' in _send(cast, "save", {})
    assert 'id="rows-0-deposit-error"' in _send(cast, "save")


def test_numbers_that_no_page_made_are_harmless(cast: Cast) -> None:
    for sent in ("9" * 30, "-1", "x", "\x00", "9" * 18):
        _send(cast, "add", rows=sent)
        _send(cast, f"remove:{sent}", PURCHASE)
        _send(cast, "save", {**PURCHASE, "pk": sent})
    assert DepositPath.objects.count() == 1


def test_a_saved_path_is_changed_and_not_made_anew(cast: Cast) -> None:
    _send(cast, "save", PURCHASE)
    path = DepositPath.objects.get()
    _send(cast, "save", {**PURCHASE, "pk": str(path.pk), "type": "AVOIR"})
    path.refresh_from_db()
    assert path.type == "AVOIR"


def test_a_partner_without_classification_leaves_free_text(cast: Cast, partner_server: IndependentPartner) -> None:
    assert cast.browser.get(cast.url("classification")).status_code == 200
    cast.complete(partner_server.url)
    answer = cast.browser.get(cast.url("classification"))
    assert answer.status_code == 200
    assert b"<option" not in answer.content


def test_types_for_purchases_and_sales_are_guessed_from_their_labels() -> None:
    types = (ClassificationNode("FF", "Factures fournisseurs"), ClassificationNode("FV", "Factures de vente"))
    nodes = [ClassificationNode("RH", "Social"), ClassificationNode("CPT", "Comptabilité", types)]
    assert guessed_codes(nodes) == ("CPT", "FF", "FV")
    assert guessed_codes(nodes[:1]) == ("", "", "")
    assert offered_codes(nodes)["type"] == [("FF", "Comptabilité › Factures fournisseurs"), ("FV", "Comptabilité › Factures de vente")]
