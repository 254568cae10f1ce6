"""Deposit paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.utils import timezone

from connectors.domain.paths import RECOMMENDED
from connectors.domain.states import PushState
from connectors.models import Client, Connector, DepositPath, Push
from connectors.providers.base import ClassificationNode
from connectors.web.views.classification import guessed_codes
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

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


def test_the_example_is_of_a_chosen_client_on_a_chosen_day(cast: Cast) -> None:
    cast.complete()
    Client.objects.filter(name="Bob").update(closing_month=6, closing_day=30)
    row = {**PURCHASE, "archive": "DOSSIER/{millésime}/{code}/{client}/{année}-{mois}"}
    page = _send(cast, "example", row, example_client="bob", example_date="2026-06-30")
    assert "Dossier Bob/DOSSIER/2026/C-BOB/Bob/2026-06" in page
    assert "c’est le cas le 30/06/2026 : l’exercice se clôt" in page
    page = _send(cast, "example", row, example_client="Bob", example_date="2026-07-01")
    assert "Dossier Bob/DOSSIER/2027/C-BOB/Bob/2026-07" in page
    assert "Déposé jusqu’au 30/06/2026" in page
    assert "À partir du 01/07/2026" in page
    assert "l’exercice suivant a commencé" in page


def test_the_example_is_of_the_first_client_today_when_nobody_asks(cast: Cast) -> None:
    assert "Un exemple s’affiche dès qu’un client est choisi" in cast.page("deposit_paths")
    cast.complete()
    page = cast.page("deposit_paths")
    assert 'value="Alice"' in page
    assert f'value="{timezone.localdate().isoformat()}"' in page
    assert "Dossier Alice/DOSSIER COMPTABLE/" in page


@pytest.mark.parametrize("typed", ["Denise", "a\x00b", "../x"])
def test_a_client_that_is_not_chosen_has_no_example(cast: Cast, typed: str) -> None:
    cast.complete()
    page = _send(cast, "example", PURCHASE, example_client=typed)
    assert "Aucun client choisi ne porte ce nom." in page
    assert "Dossier Alice/DOSSIER" not in page


@pytest.mark.parametrize("typed", ["hier", "2026-13-01", "0001-01-01", "9999-12-31", "٢٠٢٦-01-01"])
def test_a_day_that_is_none_has_a_message_on_its_field(cast: Cast, typed: str) -> None:
    cast.complete()
    assert 'id="example_date-error"' in _send(cast, "example", PURCHASE, example_date=typed)


def test_clients_are_suggested_while_somebody_types(cast: Cast) -> None:
    cast.complete()
    assert cast.page("suggest_clients", example_client="ALI").strip().endswith('<option value="Alice"></option>')
    assert cast.page("suggest_clients", example_client="a\x00").strip() == ""


def test_rows_are_moved_and_copied_and_the_focus_goes_along(cast: Cast) -> None:
    def deposits(page: str) -> list[str]:
        return [part.split('value="')[1].split('"')[0] for part in page.split('name="rows-')[1:] if part[1:].startswith("-deposit")]

    both = [PURCHASE["deposit"], SALE["deposit"]]
    page = _send(cast, "up:1", PURCHASE, SALE)
    assert deposits(page) == both[::-1]
    assert "Chemin 2 monté en position 1." in page
    assert focused(page) == "down-0"
    page = _send(cast, "down:0", PURCHASE, SALE, {**SALE, "deposit": "C"})
    assert deposits(page) == [*both[::-1], "C"]
    assert focused(page) == "down-1"
    assert focused(_send(cast, "down:0", PURCHASE, SALE)) == "up-1"
    assert focused(_send(cast, "up:2", PURCHASE, SALE, SALE)) == "up-1"
    page = _send(cast, "copy:0", PURCHASE, SALE)
    assert deposits(page) == [both[0], f"{both[0]} - copie", both[1]]
    assert focused(page) == "rows-1-deposit"
    assert focused(_send(cast, "add", PURCHASE)) == "rows-1-deposit"
    assert focused(_send(cast, "remove:1", PURCHASE, SALE)) == "remove-0"
    assert focused(_send(cast, "remove:0", PURCHASE)) == "add"
    for nothing in ("up:0", "down:1", "up:9", "copy:x", "insert:0:inconnu", "nothing:0", "remove"):
        page = _send(cast, nothing, PURCHASE, SALE)
        assert (deposits(page), focused(page)) == (both, "")


def focused(page: str) -> str:
    before, _, after = page.partition(" autofocus")
    return before.rpartition('id="')[2].split('"')[0] if after else ""


def test_no_row_is_added_or_copied_beyond_the_most(cast: Cast) -> None:
    rows = [{**PURCHASE, "deposit": f"Z/{number}"} for number in range(50)]
    for action in ("add", "copy:0", "recommended"):
        page = _send(cast, action, *rows)
        assert "Chemin 50" in page
        assert "Chemin 51" not in page
    assert "Le nombre de lignes est au plus 50." in page


def test_a_variable_is_added_to_the_archive_without_a_script(cast: Cast) -> None:
    page = _send(cast, "insert:0:année", {**PURCHASE, "archive": "DOSSIER/"})
    assert 'value="DOSSIER/{année}"' in page
    assert focused(page) == "rows-0-archive"


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


def test_names_that_differ_by_their_capitals_only_are_refused_on_the_field(cast: Cast) -> None:
    page = _send(cast, "save", PURCHASE, {**SALE, "deposit": PURCHASE["deposit"].upper()})
    assert "ne diffère de « ZONE DE DEPOT/Achats » que par les majuscules" in page
    assert 'id="rows-1-deposit-error"' in page
    page = _send(cast, "save", PURCHASE, {**SALE, "archive": PURCHASE["archive"].lower()})
    assert 'id="rows-1-archive-error"' in page
    assert "figure déjà plus haut" in _send(cast, "save", PURCHASE, PURCHASE)
    assert not DepositPath.objects.exists()


def test_a_deposit_folder_below_another_is_refused_on_its_field(cast: Cast) -> None:
    page = _send(cast, "save", PURCHASE, {**SALE, "deposit": f"{PURCHASE['deposit']}/Avoirs"})
    assert "Ce dossier est dans le dossier de dépôt « ZONE DE DEPOT/Achats »." in page.replace("\xa0", " ")
    assert 'id="rows-1-deposit-error"' in page


def test_a_folder_that_another_active_connector_watches_is_refused_on_its_field(cast: Cast) -> None:
    cast.complete()
    other = Connector.objects.create(provider="illinks", name="Illinks bis", active=True)
    other.selections.create(client=cast.clients["Alice"], selected_at=timezone.now())
    other.deposit_paths.create(**SALE)
    page = _send(cast, "save", SALE)
    assert "déjà surveillé par le connecteur « Illinks bis »" in page.replace("\xa0", " ")
    assert not cast.connector.deposit_paths.filter(deposit=SALE["deposit"]).exists()


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
    assert "Choisir dans les listes" not in cast.page("classification")
    cast.complete(partner_server.url)
    assert "Choisir dans les listes" not in cast.page("classification")
    page = _send(cast, "classify", PURCHASE)
    assert "<select" not in page
    assert 'value="ACHATS"' in page


def test_a_partner_that_is_down_or_secrets_that_cannot_be_read_leave_free_text(cast: Cast, settings: SettingsWrapper) -> None:
    cast.complete()
    assert "Choisir dans les listes" not in cast.page("classification")
    cache.clear()
    settings.CREDENTIAL_KEYS = {"other": b"x" * 32}
    assert "Choisir dans les listes" not in cast.page("classification")


NODES = (
    ClassificationNode(
        "ACHATS",
        "Achats",
        (
            ClassificationNode("FACTURE", "Facture", (ClassificationNode("FRAIS", "Frais"),)),
            ClassificationNode("AVOIR", "Avoir"),
        ),
    ),
    ClassificationNode("VENTES", "Ventes", (ClassificationNode("FACTURE", "Facture"), ClassificationNode("CAISSE", "Caisse"))),
)


def publish(cast: Cast) -> None:
    """The partner has said lately how it files."""
    cast.connector.refresh_from_db()
    cache.set(f"classification:{cast.connector.pk}:{cast.connector.settings_version}", NODES)


def options(page: str, name: str) -> list[str]:
    select = page.partition(f'<select class="form-select" name="{name}"')[2].partition("</select>")[0]
    return [part.split(">")[1].split("<")[0] for part in select.split("<option ")[1:]]


def test_types_are_those_of_the_chosen_domaine_and_sous_types_those_of_the_type(cast: Cast) -> None:
    publish(cast)
    page = _send(cast, "example", {**PURCHASE, "type": "FACTURE"})
    assert options(page, "rows-0-domaine") == ["Choisir…", "Achats", "Ventes"]
    assert options(page, "rows-0-type") == ["Choisir…", "Facture", "Avoir"]
    assert options(page, "rows-0-sous_type") == ["–", "Frais"]
    page = _send(cast, "example", {**PURCHASE, "domaine": "VENTES", "type": "AVOIR"})
    assert options(page, "rows-0-type") == ["Choisir…", "Facture", "Caisse"]
    assert options(page, "rows-0-sous_type") == ["–"]


def test_a_stored_code_that_the_partner_no_longer_lists_is_kept_and_marked(cast: Cast) -> None:
    _send(cast, "save", {**PURCHASE, "domaine": "ANCIEN"})
    publish(cast)
    page = messages_of(cast.page("deposit_paths"))
    assert options(page, "rows-0-domaine")[-1] == "ANCIEN (absent de la liste du partenaire)"
    pk = str(DepositPath.objects.get().pk)
    assert "1 chemin de dépôt enregistré." in _send(cast, "save", {**PURCHASE, "domaine": "ANCIEN", "pk": pk})
    assert DepositPath.objects.get().domaine == "ANCIEN"


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"domaine": "RH"}, "domaine", "n’est pas un domaine du partenaire"),
        ({"type": "CAISSE"}, "type", "n’est pas un type de ce domaine"),
        ({"sous_type": "CARBURANT"}, "sous_type", "n’est pas un sous-type de ce type"),
    ],
)
def test_a_new_code_that_the_partner_does_not_list_is_refused_on_its_field(
    cast: Cast, changed: dict[str, str], field: str, message: str
) -> None:
    publish(cast)
    page = _send(cast, "save", {**PURCHASE, **changed})
    assert f'id="rows-0-{field}-error"' in page
    assert message in page
    assert not DepositPath.objects.exists()


def test_a_sous_type_is_free_where_the_partner_lists_none(cast: Cast) -> None:
    publish(cast)
    _send(cast, "save", {**PURCHASE, "type": "AVOIR", "sous_type": "INTERNE"})
    assert DepositPath.objects.get().sous_type == "INTERNE"


def test_the_lists_are_offered_once_the_partner_has_them(cast: Cast) -> None:
    assert "Choisir dans les listes du partenaire" in cast.page("deposit_paths")
    publish(cast)
    assert "Choisir dans les listes du partenaire" in cast.page("classification")
    assert "Choisir dans les listes du partenaire" not in cast.page("deposit_paths")


def a_document(cast: Cast, state: PushState = PushState.WAITING) -> Push:
    push = Push(connector=cast.connector, client=cast.clients["Alice"], folder=f"Dossier Alice/{RECOMMENDED[0][0]}", state=state)
    push.seen_at = push.identity_at = push.changed_at = timezone.now()
    push.set_name(b"facture.pdf")
    push.save()
    return push


def test_what_would_go_elsewhere_is_seen_before_it_is_saved(cast: Cast) -> None:
    cast.complete()
    a_document(cast)
    path = DepositPath.objects.get()
    row = {"deposit": path.deposit, "archive": path.archive, "domaine": "ACHATS", "type": "AVOIR", "pk": str(path.pk)}
    page = _send(cast, "save", row)
    assert "Rien n’est encore enregistré" in page
    assert "1 document irait autrement" in page.replace("\xa0", " ")
    assert "ACHATS › FACTURE" in page
    assert "facture.pdf" in page
    assert DepositPath.objects.get().type == "FACTURE"
    seal = page.split('name="seen" value="')[1].split('"')[0]
    assert "Rien n’est encore enregistré" in _send(cast, "save", {**row, "type": "NOTE"}, seen=seal)
    assert "1 chemin de dépôt enregistré." in _send(cast, "save", row, seen=seal)
    assert DepositPath.objects.get().type == "AVOIR"


def test_the_effect_can_be_asked_for_and_saves_nothing(cast: Cast) -> None:
    assert "Aucun document à comparer" in _send(cast, "impact", PURCHASE)
    cast.complete()
    a_document(cast, PushState.PUBLISHED)
    page = _send(cast, "impact", PURCHASE)
    assert "Seraient retenus" in page
    assert "Tous sont déjà partis ou traités" in page
    assert "Enregistrer ces chemins" not in page
    path = DepositPath.objects.get()
    row = {"deposit": path.deposit, "archive": path.archive, "domaine": "ACHATS", "type": "FACTURE", "pk": str(path.pk)}
    assert "Rien ne changerait" in _send(cast, "impact", row)
    assert 'id="rows-0-deposit-error"' in _send(cast, "impact", {})


def test_a_pause_of_a_path_outlives_its_saving_but_not_another_folder(cast: Cast) -> None:
    _send(cast, "save", PURCHASE)
    DepositPath.objects.update(paused_at=timezone.now())
    pk = str(DepositPath.objects.get().pk)
    _send(cast, "save", {**PURCHASE, "pk": pk, "type": "AVOIR"})
    assert DepositPath.objects.get().paused_at
    _send(cast, "save", {**PURCHASE, "pk": pk, "deposit": "AILLEURS"})
    assert DepositPath.objects.get().paused_at is None


def test_folders_that_cannot_be_used_are_told_after_saving(cast: Cast) -> None:
    cast.complete()
    cast.connector.active = True
    cast.connector.save()
    assert "demandent votre attention" not in _send(cast, "save", PURCHASE)
    (cast.root / "Dossier Alice" / "ZONE DE DEPOT").rename(cast.root / "ailleurs")
    (cast.root / "Dossier Alice" / "ZONE DE DEPOT").symlink_to(cast.root)
    pk = str(DepositPath.objects.get().pk)
    page = _send(cast, "save", {**PURCHASE, "pk": pk})
    assert "Des dossiers demandent votre attention" in page
    assert "un lien n’est jamais suivi" in page


def test_types_for_purchases_and_sales_are_guessed_from_their_labels() -> None:
    types = (ClassificationNode("FF", "Factures fournisseurs"), ClassificationNode("FV", "Factures de vente"))
    nodes = [ClassificationNode("RH", "Social"), ClassificationNode("CPT", "Comptabilité", types)]
    assert guessed_codes(nodes) == ("CPT", "FF", "FV")
    assert guessed_codes(nodes[:1]) == ("", "", "")
