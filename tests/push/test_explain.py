"""Why did, or didn't, this file go: one test for each answer, on real files and a real database."""

from __future__ import annotations

import os
import unicodedata
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from connectors.configure.activation import deactivate_connector
from connectors.deposits.base import StoreProblem
from connectors.deposits.local.store import LocalStore
from connectors.domain.outcomes import CredentialsRefused, DocumentRefused, OutcomeUnknown, PartnerUnavailable, Receipt
from connectors.domain.states import PushState
from connectors.models import AttributeMapping, AttributeValue, ClientSelection, Connector, DepositFolder, DepositPath, Push
from connectors.models.release import dismiss_by_hand
from connectors.push.explaining.explain import explain
from connectors.push.explaining.explanation import Circumstances
from connectors.push.explaining.locate import place_of
from connectors.push.explaining.story import story_of
from tests.conftest import DEPOSIT
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from connectors.push.explaining.explanation import Explanation
    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)

IN_ALICE = f"Dossier Alice/{DEPOSIT}"


class ClosedStore(LocalStore):
    """A disk whose files cannot be opened; their names can be read."""

    def open(self, folder: str, name: str) -> Any:
        raise StoreProblem("Le fichier ne peut pas être lu : Permission denied.")

    def is_being_written(self, folder: str, name: str) -> bool:
        raise StoreProblem("Le dossier ne peut pas être ouvert.")


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def around(house: House, **changes: Any) -> Circumstances:
    return replace(Circumstances(house.store, house.clock.now, timedelta(seconds=2), lambda _: ""), **changes)


def ask(house: House, asked: object, **changes: Any) -> list[Explanation]:
    return explain(str(asked), house.root, around(house, **changes))


def only(house: House, asked: object, **changes: Any) -> Explanation:
    answers = ask(house, asked, **changes)
    assert len(answers) == 1
    return answers[0]


def told(answer: Explanation) -> str:
    return " ".join([answer.conclusion, *answer.reasons, answer.next.action])


def test_a_published_document_is_explained_by_reference_deposit_path_and_archive_path(pipeline: Pipeline, house: House) -> None:
    dropped = house.drop("Alice", "Facture été.pdf")
    pipeline.run()
    push = Push.objects.get()
    for asked in (push.reference, dropped, dropped.relative_to(house.root), push.archive_path, house.root / push.archive_path):
        answer = only(house, asked)
        assert answer.push == push
        assert answer.conclusion.startswith("Le document est publié le 24/11/2026 à ")
        assert push.archive_path in told(answer)
        assert (answer.next.turn, answer.next.action) == ("", "Rien à faire.")
        assert "Document publié, et rangé dans son dossier d’archive." in [step.text for step in answer.steps]


def test_a_name_that_had_several_documents_lists_them_newest_first(pipeline: Pipeline, house: House) -> None:
    for number in range(3):
        house.drop("Alice", "a.pdf", b"%%PDF-1.4 %d\n%%%%EOF" % number)
        pipeline.run()
        house.clock.forward(hours=1)
    answers = ask(house, f"{IN_ALICE}/a.pdf")
    assert [answer.push.pk for answer in answers if answer.push] == sorted(Push.objects.values_list("pk", flat=True), reverse=True)
    assert len(answers) == 3
    path = house.drop("Alice", "a.pdf", b"%PDF-1.4 new\n%%EOF")
    answers = ask(house, path)
    assert (answers[0].push, len(answers)) == (None, 4)
    assert "vient d’être déposé" in answers[0].conclusion
    archived = Push.objects.order_by("pk")[1].archive_path
    assert archived.endswith("a (2).pdf")
    assert only(house, archived).push == Push.objects.order_by("pk")[1]


def test_a_name_is_found_whatever_its_spelling_and_the_exact_one_wins(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "Août.pdf")
    pipeline.run()
    found = Push.objects.get()
    assert only(house, f"dossier alice/{DEPOSIT.lower()}/août.PDF").push == found
    decomposed = unicodedata.normalize("NFD", "Août.pdf")
    house.drop("Alice", decomposed, b"%PDF-1.4 twin\n%%EOF")
    pipeline.run()
    assert only(house, f"{IN_ALICE}/Août.pdf").push == found
    assert only(house, f"{IN_ALICE}/{decomposed}").push != found


def test_a_name_that_is_no_utf_8_is_explained_too(pipeline: Pipeline, house: House) -> None:
    folder = house.folder("Alice")
    folder.mkdir(parents=True, exist_ok=True)
    with open(os.path.join(os.fsencode(folder), b"ao\xfbt.pdf"), "wb") as file:
        file.write(b"%PDF-1.4 a\n%%EOF")
    name = os.fsdecode(b"ao\xfbt.pdf")
    assert "n’est pas encore au registre" in only(house, f"{IN_ALICE}/{name}").conclusion
    assert "‹FB›" in only(house, f"{IN_ALICE}/{name}").subject
    pipeline.run()
    push = Push.objects.get()
    assert only(house, f"{IN_ALICE}/{name}").push == push
    assert only(house, f"{push.archive_folder}/{name}").push == push


def test_a_prior_document_says_why_it_stays(house: House, partner: FakePartner, tmp_path: Path) -> None:
    path = house.drop("Alice", "avant.pdf")
    Pipeline(house, partner, tmp_path / "owners")
    answer = only(house, path)
    assert answer.push
    assert answer.push.state == PushState.PRIOR
    assert "avant l’activation" in answer.conclusion
    assert "demandez son rappel" in answer.next.action


def test_a_settling_document_says_until_when_it_rests(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "lent.pdf", b"%PDF-1.4 half")
    pipeline.watcher.look(set())
    assert "Il doit rester intact jusqu’au 24/11/2026 à 09:00:02." in only(house, path).reasons
    house.clock.forward(seconds=10)
    with path.open("ab"):
        answer = only(house, path)
        assert answer.reasons == ("Un programme l’a encore ouvert en écriture.",)
        assert answer.next.turn == "client"
    assert "sa fin manque" in told(only(house, path))
    blocked = only(house, path, store=ClosedStore(house.root))
    assert ("ne peut pas être ouvert" in told(blocked), blocked.next.turn) == (True, "cabinet")
    assert "sa fin manque" in told(only(house, path, store=ClosedStore(house.root), looks=False))
    DepositFolder.objects.filter(client=house.clients["Alice"]).update(problem="Le dossier est absent.")
    assert only(house, path).reasons == ("Le dossier est absent.",)
    Push.objects.update(deposit_path=None)
    assert "sa fin manque" in told(only(house, path))
    deactivate_connector(house.connector, house.clock.now, None)
    assert "n’est pas actif" in told(only(house, path))


def test_a_waiting_document_says_what_it_waits_for(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    assert "Son tour est venu" in told(only(house, path))
    partner.answers = [PartnerUnavailable("Maintenance.", http_status=503)]
    pipeline.send()
    answer = only(house, path)
    assert "Maintenance." in answer.reasons
    assert "Prochain envoi : le 24/11/2026" in told(answer)
    assert answer.next.turn == "éditeur"
    Push.objects.get().tries.update(http_status=None)
    assert only(house, path).next.turn == "réseau"
    Push.objects.get().tries.all().delete()
    assert only(house, path).next.turn == ""
    Push.objects.update(next_attempt_at=None)
    assert "Son tour est venu" in told(only(house, path))


@pytest.mark.parametrize(
    ("values", "expected", "turn"),
    [
        ({"active": False}, "Le connecteur « Illinks » n’est pas actif", "cabinet"),
        ({"credentials_refused": "Secret inconnu."}, "Secret inconnu.", "cabinet"),
        ({"paused_for": 60, "paused_because": "Trop vite."}, "en pause jusqu’au 24/11/2026 à 09:01:06 : Trop vite.", "éditeur"),
        ({"paused_for": 60}, "en pause jusqu’au 24/11/2026 à 09:01:06.", "éditeur"),
    ],
)
def test_a_connector_that_does_not_send_says_until_when_and_why(
    pipeline: Pipeline, house: House, values: dict[str, Any], expected: str, turn: str
) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    if seconds := values.pop("paused_for", 0):
        values["paused_until"] = house.clock.now + timedelta(seconds=seconds)
    Connector.objects.update(**values)
    answer = only(house, path)
    assert expected in told(answer)
    assert answer.next.turn == turn
    assert expected in told(only(house, house.drop("Alice", "pas encore vu.pdf")))


def test_an_incomplete_connector_says_what_is_missing(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    answer = only(house, path, missing_of=lambda _: "Identifiants : à renseigner.")
    assert "n’est pas complet. Identifiants : à renseigner." in told(answer)


def test_a_pause_that_is_over_keeps_nothing_back(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    Connector.objects.update(paused_until=house.clock.now)
    assert "Son tour est venu" in told(only(house, path))


def test_a_client_that_is_not_linked_is_told_with_what_to_repair(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Charlie", "a.pdf")
    pipeline.run()
    answer = only(house, path)
    assert answer.push
    assert (answer.push.state, answer.push.cause) == (PushState.HELD, "mapping")
    assert "« Charlie » n’a pas de valeur pour « Fiche client / Code client »." in told(answer)
    value = AttributeValue.objects.create(attribute=house.connector.mapping.attribute, client=house.clients["Charlie"], value=" c-BOB ")
    assert "La valeur « c-BOB » est aussi celle de « Bob » : aucun des deux ne part." in told(only(house, path))
    value.value = "C-CHARLIE"
    value.save()
    assert only(house, path).reasons == ("Ce client n’est pas relié à un dossier chez le partenaire.",)
    AttributeMapping.objects.all().delete()
    assert "Aucun attribut n’est choisi." in told(only(house, path))


def test_a_client_that_is_not_chosen_is_told(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    ClientSelection.objects.filter(client=house.clients["Alice"]).delete()
    assert "Ce client n’est plus choisi" in told(only(house, path))
    assert "Ce client n’est plus choisi" in told(only(house, house.drop("Alice", "b.pdf")))


def test_a_held_document_gives_its_cause_once_and_whose_turn_it_is(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers = [CredentialsRefused("Le secret a changé.")]
    pipeline.run()
    answer = only(house, path)
    assert answer.reasons == ("Le partenaire refuse les identifiants du connecteur.", "Le secret a changé.")
    assert answer.next.turn == "cabinet"
    empty = only(house, _held(pipeline, house, "vide.pdf", b""))
    assert (empty.reasons, empty.next.turn) == (("Le fichier est vide.",), "client")
    Push.objects.filter(name="vide.pdf").update(cause="", explanation="Une personne l’a retenu.")
    assert only(house, f"{IN_ALICE}/vide.pdf").reasons == ("Une personne l’a retenu.",)


def _held(pipeline: Pipeline, house: House, name: str, content: bytes) -> Path:
    path = house.drop("Alice", name, content)
    pipeline.run()
    return path


def test_a_document_that_is_being_sent_says_since_when(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    Push.objects.update(state=PushState.SENDING, owner="w", claimed_at=house.clock.now)
    assert only(house, path).conclusion == "Le document est en cours d’envoi depuis le 24/11/2026 à 09:00:06."
    Push.objects.update(claimed_at=None)
    assert only(house, path).conclusion == "Le document est en cours d’envoi."


def test_an_unknown_outcome_says_who_is_asked_or_who_decides(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers = [OutcomeUnknown("La connexion a été coupée.")]
    pipeline.run()
    answer = only(house, path)
    assert "La connexion a été coupée." in answer.reasons
    assert "PushDoc interroge le partenaire à partir du 24/11/2026" in told(answer)
    assert answer.next.turn == ""
    Push.objects.update(next_attempt_at=None, cause="undecided", explanation="")
    answer = only(house, path)
    assert answer.next.turn == "cabinet"
    assert "« déjà reçu » ou « renvoyer »" in answer.next.action


def test_an_accepted_document_says_what_is_left_to_do(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers = [Receipt("R-1", integrated=False)]
    pipeline.run()
    answer = only(house, path)
    assert ("ne l’a pas encore intégré" in told(answer), answer.next.turn) == (True, "éditeur")
    assert "PushDoc le lui redemande le 24/11/2026" in told(answer)
    Push.objects.update(next_attempt_at=None)
    assert "redemande" not in told(only(house, path))
    Push.objects.update(integrated=True)
    assert "Il est rangé sous peu dans « Dossier Alice/DOSSIER COMPTABLE/2026/" in told(only(house, path))
    Push.objects.update(cause="archive", explanation="Le document est accepté, mais son archivage n’aboutit pas. Disque plein.")
    answer = only(house, path)
    assert answer.reasons == ("Le document est accepté, mais son archivage n’aboutit pas. Disque plein.",)
    assert answer.next.turn == "cabinet"


def test_a_published_document_without_an_archive_says_so(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    Push.objects.update(archive_path="", explanation="Le fichier a été retiré avant son archivage.", published_at=None, remote_id="")
    answer = only(house, Push.objects.get().reference)
    assert answer.conclusion == "Le document est publié, mais n’a pas d’archive."
    assert answer.reasons == ("Le fichier a été retiré avant son archivage.",)
    assert "l’original" in answer.next.action


def test_a_refused_a_withdrawn_and_a_dismissed_document_say_why(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf")
    partner.answers = [DocumentRefused("Le type est inconnu.")]
    pipeline.run()
    assert "Le type est inconnu." in only(house, path).reasons
    user = get_user_model().objects.create_user("alix")
    dismiss_by_hand(Push.objects.get(), house.clock.now, user, "doublon")
    answer = only(house, path)
    assert answer.conclusion.startswith("Le document a été écarté par alix")
    assert answer.reasons == ("Motif : doublon.",)
    Push.objects.update(state=PushState.WITHDRAWN, explanation="Le fichier a été retiré avant son envoi.")
    path.unlink()
    assert "a quitté le dossier de dépôt sans être envoyé" in only(house, path).conclusion


def test_a_dismissed_document_without_a_decision_is_still_explained(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    Push.objects.update(state=PushState.DISMISSED)
    answer = only(house, path)
    assert (answer.conclusion, answer.reasons) == ("Le document a été écarté : il reste où il est, et n’est pas envoyé.", ())


def test_what_is_no_document_says_what_it_is(pipeline: Pipeline, house: House) -> None:
    folder = house.drop("Alice", "a.pdf").parent
    (folder / "facture.pdf.part").write_bytes(b"half")
    (folder / "lien.pdf").symlink_to(folder / "a.pdf")
    os.mkfifo(folder / "tube.pdf")
    (folder / "Dossier reçu").mkdir()
    (folder / "Dossier reçu" / "b.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    expected = {
        "facture.pdf.part": "Fichier temporaire ou du système.",
        "lien.pdf": "Lien symbolique : jamais suivi.",
        "tube.pdf": "ce n’est pas un document",
        "Dossier reçu": "Dossier : seuls les fichiers déposés directement",
    }
    for name, reason in expected.items():
        answer = only(house, folder / name)
        assert answer.conclusion == f"« {name} » n’est pas un document : il n’est jamais envoyé."
        assert reason in told(answer)
        assert (answer.next.turn, answer.known) == ("client", True)
    assert "nom définitif" in only(house, folder / "facture.pdf.part").next.action
    below = only(house, folder / "Dossier reçu" / "b.pdf")
    assert "dans un sous-dossier" in below.conclusion
    assert f"« {IN_ALICE} »" in below.next.action


def test_a_hidden_file_on_its_way_to_the_archive_is_its_document(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    push = Push.objects.get()
    assert only(house, f"{push.archive_folder}/.pushdoc-{push.reference}").push == push
    assert not only(house, f"{IN_ALICE}/.pushdoc-rien").known


def test_a_document_that_became_a_link_is_told_before_its_history(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.run()
    path.symlink_to("/etc/hostname")
    first, second = ask(house, path)
    assert "Lien symbolique : jamais suivi." in first.reasons
    assert second.push == Push.objects.get()


def test_a_file_outside_every_deposit_path_is_told_the_right_folder(pipeline: Pipeline, house: House) -> None:
    stray = house.root / "Dossier Alice" / "ZONE DE DEPOT" / "perdu.pdf"
    house.drop("Alice", "a.pdf")
    stray.write_bytes(b"%PDF-1.4\n%%EOF")
    for asked in (stray, stray.parent, stray.parent.parent):
        answer = only(house, asked)
        assert answer.conclusion == "Le chemin est en dehors de tout dossier de dépôt : PushDoc n’y prend rien."
        assert answer.reasons == (f"Dossier de dépôt de « Alice » : « {IN_ALICE} ».",)
    ClientSelection.objects.all().delete()
    assert only(house, stray).reasons == ("Aucun connecteur n’a de dossier de dépôt pour « Alice ».",)


def test_a_file_that_a_person_put_into_the_archive_is_not_ours(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    pipeline.run()
    archive = house.root / Push.objects.get().archive_folder / "à la main.pdf"
    archive.write_bytes(b"x")
    assert only(house, archive).conclusion.startswith("C’est un dossier d’archive")


def test_a_path_of_no_client_and_a_path_outside_the_root_are_told(house: House, tmp_path: Path) -> None:
    (house.root / "Inconnu").mkdir()
    (house.root / "Inconnu" / "a.pdf").write_bytes(b"x")
    assert "dans le dossier d’aucun client" in only(house, "Inconnu/a.pdf").conclusion
    assert "dans le dossier d’aucun client" in only(house, "a.pdf").conclusion
    for asked in ("/etc/passwd", "../../etc/passwd", "Dossier Alice/../../x", str(house.root), ".", "", "a\0b", "../\n"):
        answer = only(house, asked)
        assert "en dehors du dossier des clients" in answer.conclusion
        assert str(house.root) in answer.next.action
        assert "\n" not in answer.subject


def test_a_root_or_a_folder_that_is_reached_through_a_link_is_the_same_place(house: House, tmp_path: Path) -> None:
    (tmp_path / "raccourci").symlink_to(house.root)
    for asked in (tmp_path / "raccourci" / "Dossier Alice" / "a.pdf", house.root / "Dossier Alice" / "a.pdf"):
        place = place_of(str(asked), tmp_path / "raccourci")
        assert place
        assert place.path == "Dossier Alice/a.pdf"
    place = place_of(str(tmp_path / "raccourci" / "Dossier Alice" / "a.pdf"), house.root)
    assert place
    assert place.client == house.clients["Alice"]


def test_nothing_is_known_of_a_file_that_never_was(pipeline: Pipeline, house: House) -> None:
    house.drop("Alice", "a.pdf")
    for asked in (f"{IN_ALICE}/jamais.pdf", "Dossier Alice/jamais.pdf"):
        answer = only(house, asked)
        assert "le registre n’en a jamais vu" in answer.conclusion
        assert IN_ALICE in told(answer)
        assert not answer.known
    answer = only(house, uuid.uuid4())
    assert (answer.conclusion, answer.known) == ("Aucun document n’a cette référence.", False)


def test_a_folder_that_is_not_there_is_told_as_what_it_is(pipeline: Pipeline, house: House) -> None:
    answer = only(house, "Dossier Alice/Rien/a.pdf")
    assert ("ne peut pas être lu" in answer.conclusion, answer.known) == (True, False)
    house.folder("Alice").rename(house.root / "ailleurs")
    answer = only(house, f"{IN_ALICE}/a.pdf")
    assert (f"Le dossier « {IN_ALICE} » est absent." in answer.reasons, answer.known) == (True, True)
    DepositFolder.objects.update(problem="Partage démonté.")
    assert "Partage démonté." in only(house, f"{IN_ALICE}/a.pdf").reasons


def test_a_folder_in_alarm_is_told_for_its_files(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    DepositFolder.objects.update(problem="Un autre dossier se trouve à sa place.")
    answer = only(house, path)
    assert "en alarme" in answer.conclusion
    assert answer.reasons == ("Un autre dossier se trouve à sa place.",)
    DepositFolder.objects.update(problem="", baselined_at=None)
    assert "pas encore été parcouru" in told(only(house, path))
    DepositFolder.objects.all().delete()
    assert "pas encore été parcouru" in told(only(house, path))


def test_a_deposit_folder_itself_says_how_it_is(pipeline: Pipeline, house: House) -> None:
    (house.drop("Alice", "a.pdf").parent / "b.tmp").write_bytes(b"x")
    pipeline.see()
    DepositFolder.objects.filter(client=house.clients["Alice"]).update(scanned_at=house.clock.now)
    answer = only(house, IN_ALICE)
    assert answer.conclusion == "C’est un dossier de dépôt surveillé : ce qui y est déposé part."
    assert answer.reasons == (
        "Dernier passage : le 24/11/2026 à 09:00:06.",
        "Laissé de côté : « b.tmp ». Fichier temporaire ou du système.",
    )
    DepositFolder.objects.filter(client=house.clients["Alice"]).update(scanned_at=None, skipped=[])
    assert only(house, IN_ALICE).reasons == ()
    deactivate_connector(house.connector, house.clock.now, None)
    assert "« Antérieur »" in told(only(house, IN_ALICE))


def test_the_active_connector_that_chose_the_client_speaks_for_a_shared_folder(pipeline: Pipeline, house: House) -> None:
    sleeping = Connector.objects.create(provider="illinks", name="Ancien")
    DepositPath.objects.create(connector=sleeping, deposit=DEPOSIT, archive="A", domaine="D", type="T")
    assert "vient d’être déposé" in only(house, house.drop("Alice", "a.pdf")).conclusion


def test_an_empty_and_an_unreadable_file_are_told_before_they_are_seen(pipeline: Pipeline, house: House) -> None:
    empty = only(house, house.drop("Alice", "vide.pdf", b""))
    assert ("sera retenu" in empty.conclusion, empty.reasons) == (True, ("Le fichier est vide.",))
    answer = only(house, house.drop("Alice", "clos.pdf"), store=ClosedStore(house.root))
    assert answer.reasons == ("Le fichier ne peut pas être lu : Permission denied.",)
    assert answer.next.turn == "cabinet"


def test_the_story_of_a_document_that_is_just_being_sent_has_an_attempt_without_an_end(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    stories: list[list[str]] = []
    partner.before_reading = lambda: stories.append([step.text for step in story_of(Push.objects.get())])
    house.drop("Alice", "a.pdf")
    pipeline.run()
    assert stories[0][-1] == "Envoi n°\u00a01 au partenaire."
    assert "Envoi n°\u00a01 : le partenaire a répondu : accepté." in [step.text for step in story_of(Push.objects.get())]


def test_the_command_prints_the_story_and_says_by_its_exit_whether_anything_is_known(
    pipeline: Pipeline, house: House, settings: SettingsWrapper, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DOSSIERS_DIR = house.root
    path = house.drop("Charlie", "a.pdf")
    pipeline.run()
    call_command("explain", str(path))
    printed = capsys.readouterr().out
    push = Push.objects.get()
    for text in (
        f"Dossier Charlie/{DEPOSIT}/a.pdf",
        str(push.reference),
        "Retenu · Charlie · Illinks",
        "Et maintenant : ",
        "  Document retenu.",
    ):
        assert text in printed
    user = get_user_model().objects.create_user("alix")
    dismiss_by_hand(push, house.clock.now, user, "doublon")
    call_command("explain", str(push.reference))
    assert "Décision d’une personne (alix) – doublon" in capsys.readouterr().out
    Push.objects.update(state=PushState.WITHDRAWN)
    call_command("explain", str(path))
    assert "\n\n" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        call_command("explain", f"{IN_ALICE}/jamais.pdf")
