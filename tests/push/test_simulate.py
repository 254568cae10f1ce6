"""« Que deviendrait ce fichier ? »: the answer is what production then does."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from connectors.domain.outcomes import CredentialsRefused
from connectors.models import Client, Connector, Credential, DepositPath, Event, Push
from connectors.models.sealing import SealBroken
from connectors.providers.base import MASK, NetworkRules
from connectors.providers.illinks.provider import IllinksProvider
from connectors.providers.testing import MemoryTokens
from connectors.push.sample import SampleDocument
from connectors.push.simulate import Question, Simulation, Surroundings, simulate
from tests.conftest import DEPOSIT, FakePartner, House
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.providers.base import Provider

DAY = date(2026, 11, 24)
PDF = b"%PDF-1.4\nfacture\n%%EOF\n"
CANARY = "c4n4ri-s3cret"
CREDENTIALS = {
    "client_id": "cabinet", "client_secret": CANARY, "id_illibook": "IB-1", "ws_user": "ws", "id_correspondance": "IC", "uri": "https://p.example/ws",
}  # fmt: skip


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def illinks(connector: Connector, **changed: str) -> Provider:
    return IllinksProvider({**CREDENTIALS, **changed}, tokens=MemoryTokens(), network=NetworkRules())


def ask(
    house: House, path: str, *, day: date = DAY, content: bytes | None = None, provider_of: Callable[[Connector], Provider] = illinks
) -> Simulation:
    house.connector.refresh_from_db()
    sample = SampleDocument(path.rpartition("/")[2], io.BytesIO(content)) if content is not None else None
    around = Surroundings(house.root, house.store, FakePartner().limits, provider_of)
    return simulate(house.connector, Question(path, day, sample), around)


def deposit(name: str = "facture.pdf", client: str = "Alice") -> str:
    return f"Dossier {client}/{DEPOSIT}/{name}"


def causes(answer: Simulation) -> list[str]:
    return [cause.code for cause in answer.holds]


def test_a_good_document_would_be_sent_and_archived(house: House) -> None:
    answer = ask(house, deposit(), content=PDF)
    assert (answer.goes, answer.client, answer.content, answer.holds) == (True, "Alice", "sample", [])
    assert answer.document is not None
    assert (answer.document.client_code, answer.document.millesime, answer.document.size) == ("C-ALICE", "2026", len(PDF))
    assert answer.archive_path == "Dossier Alice/DOSSIER COMPTABLE/2026/PIECES COMPTABLES SCANNEES/Factures fournisseurs/facture.pdf"
    assert [verdict.fits for verdict in answer.verdicts] == [True]


def test_the_answer_is_what_production_then_does(house: House, pipeline: Pipeline, partner: FakePartner) -> None:
    answer = ask(house, deposit(), day=timezone.localdate(house.clock.now), content=PDF)
    house.drop("Alice", "facture.pdf", PDF)
    pipeline.run()
    push = Push.objects.get()
    document, _ = partner.received[str(push.reference)]
    assert answer.document is not None
    assert push.archive_path == answer.archive_path
    for name in ("name", "media_type", "size", "sha256", "client_code", "classification", "millesime", "client_fields"):
        assert getattr(document, name) == getattr(answer.document, name), name


def test_nothing_is_written_by_asking(house: House) -> None:
    path = house.drop("Alice", "facture.pdf", PDF)
    before = (path.stat().st_mtime_ns, Event.objects.count())
    assert ask(house, str(path)).content == "disk"
    ask(house, deposit(), content=PDF)
    assert (path.stat().st_mtime_ns, Event.objects.count(), Push.objects.count()) == (*before, 0)
    assert [found.name for found in path.parent.iterdir()] == ["facture.pdf"]


def test_no_secret_is_shown_wherever_the_partner_wants_it(house: House) -> None:
    Credential.objects.create(
        connector=house.connector, client=house.clients["Alice"], field="id_correspondance", value="IC-A", set_at=house.clock.now
    )
    answer = ask(house, deposit(), content=PDF)
    assert answer.request is not None
    assert CANARY not in repr(answer)
    headers = dict(answer.request.headers)
    assert (answer.request.method, answer.request.url) == ("POST", "https://p.example/ws/pushdoc/v1/documents")
    assert headers["Authorization"] == f"Bearer {MASK}"
    assert '"idCorrespondance": "IC-A"' in answer.request.parts[0].text
    assert answer.request.parts[-1].file_name == "facture.pdf"


def test_a_request_that_cannot_be_made_says_why(house: House) -> None:
    assert "https://" in ask(house, deposit(), content=PDF, provider_of=lambda connector: illinks(connector, uri="ftp://x")).unshown

    def broken(_connector: Connector) -> Provider:
        raise SealBroken("Le secret ne peut pas être relu.")

    answer = ask(house, deposit(), content=PDF, provider_of=broken)
    assert (answer.request, answer.unshown, answer.goes) == (None, "Le secret ne peut pas être relu.", True)


def test_each_rule_says_why_it_takes_the_file_or_does_not(house: House) -> None:
    for position, (path, archive) in enumerate([("ZONE DE DEPOT/Ventes", "ARCHIVE/Ventes"), ("ZONE DE DEPOT", "AUTRE")]):
        DepositPath.objects.create(connector=house.connector, deposit=path, archive=archive, domaine="V", type="F", position=position + 1)

    def reasons(path: str) -> list[str]:
        return [verdict.reason for verdict in ask(house, path, content=PDF).verdicts]

    taken, other, above = reasons(deposit())
    assert "directement dans ce dossier de dépôt." in taken
    assert "un autre dossier" in other
    assert "sous-dossier" in above
    assert "au-dessus" in reasons("Dossier Alice/ZONE DE DEPOT/a.pdf")[0]
    assert "l’archive de cette règle" in reasons("Dossier Alice/ARCHIVE/Ventes/a.pdf")[1]
    assert "Majuscules et accents" in reasons(f"Dossier Alice/{DEPOSIT.lower()}/a.pdf")[0]
    assert reasons("Dossier Alice/a.pdf") == ["Le fichier est dans un autre dossier."] * 3


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/etc/passwd", "dans le dossier des clients"),
        ("../ailleurs.pdf", "dans le dossier des clients"),
        ("Dossier Inconnu/a.pdf", "d’aucun client"),
        ("Dossier Alice/a.pdf", "Aucune règle"),
        (deposit("a.pdf.part"), "temporaire"),
    ],
)
def test_what_would_not_even_be_seen_says_so(house: House, path: str, why: str) -> None:
    answer = ask(house, path)
    assert why in answer.outside
    assert not answer.goes


def test_without_a_rule_there_is_nothing_to_take_it(house: House) -> None:
    DepositPath.objects.all().delete()
    assert ask(house, deposit()).outside == "Ce connecteur n’a pas de chemin de dépôt."


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("a.pdf", b"", "empty"),
        ("a.exe", PDF, "extension"),
        ("a.pdf", b"%PDF-1.4 " + b"x" * 1_000_001, "too_large"),
        ("a.pdf", b"pas un PDF", "wrong_format"),
        ("a.pdf", b"%PDF-1.4 sans fin", "incomplete"),
    ],
)
def test_the_door_looks_at_a_sample_as_at_a_deposit(house: House, name: str, content: bytes, cause: str) -> None:
    answer = ask(house, deposit(name), content=content)
    assert causes(answer) == [cause]
    assert answer.document is not None


def test_a_file_that_is_nowhere_is_judged_by_its_name(house: House) -> None:
    answer = ask(house, deposit("a.pdf"))
    assert (answer.goes, answer.content) == (True, "none")
    assert any("pas sur le disque" in note for note in answer.notes)
    assert causes(ask(house, deposit("a.exe"))) == ["extension"]


def test_the_same_bytes_were_sent_already(house: House, pipeline: Pipeline) -> None:
    path = house.drop("Alice", "facture.pdf", PDF)
    pipeline.run()
    answer = ask(house, deposit("encore.pdf"), content=PDF)
    assert causes(answer) == ["duplicate"]
    assert any("Même contenu que « facture.pdf »" in note for note in answer.notes)
    assert not path.exists()


def test_a_file_that_the_ledger_holds_is_no_duplicate_of_itself(house: House, pipeline: Pipeline, partner: FakePartner) -> None:
    partner.answers.append(CredentialsRefused("Non."))
    house.drop("Alice", "facture.pdf", PDF)
    pipeline.run()
    answer = ask(house, deposit())
    assert answer.known == Push.objects.get()
    assert causes(answer) == ["credentials"]


def test_the_settings_that_would_hold_it_are_named_after_the_door(house: House) -> None:
    assert causes(ask(house, deposit(client="Charlie"), content=b"")) == ["empty", "mapping"]
    Client.objects.create(name="Denise", folder="Dossier Denise")
    assert causes(ask(house, deposit(client="Denise"), content=PDF)) == ["not_selected"]
    house.path.paused_at = house.clock.now
    house.path.save()
    assert causes(ask(house, deposit(), content=PDF)) == ["paused"]


def test_a_connector_that_rests_is_told(house: House) -> None:
    Connector.objects.update(active=False)
    assert any("n’est pas actif" in note for note in ask(house, deposit(), content=PDF).notes)
    Connector.objects.update(active=True, paused_until=timezone.now() + timedelta(hours=1), paused_because="Le partenaire ne répond pas.")
    assert "Les envois sont en pause pour le moment. Le partenaire ne répond pas." in ask(house, deposit(), content=PDF).notes


def test_the_day_decides_about_the_exercise(house: House) -> None:
    Client.objects.filter(name="Alice").update(closing_month=6, closing_day=30)
    years = [ask(house, deposit(), day=day, content=PDF).document for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert [year.millesime for year in years if year] == ["2026", "2027"]


def test_a_sample_is_whole_and_is_never_sent() -> None:
    sample = SampleDocument("a.pdf", io.BytesIO(PDF))
    assert (sample.entry.size, sample.entry.links, sample.largest_hole()) == (len(PDF), 1, 0)
    assert (sample.is_unchanged(), sample.has_writer(), sample.may_end()) == (True, False, False)
    assert (sample.read_at(1, 3), sample.read_at(10_000, 3)) == (b"PDF", b"")
