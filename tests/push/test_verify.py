"""Archived files that are not what was published any more: found, told with their path and since when, written down once."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from connectors.deposits.base import StoreProblem
from connectors.deposits.local.store import LocalStore
from connectors.domain.states import PushState
from connectors.models import Event, Push
from connectors.push.auditing.verify import Finding, Subset, archived_documents, verify
from connectors.push.explaining.explanation import Circumstances
from connectors.push.explaining.known_document import explain_push
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def published(pipeline: Pipeline, house: House, name: str = "a.pdf") -> tuple[Push, Path]:
    house.drop("Alice", name, f"%PDF-1.4 {name}\n%%EOF".encode("utf-8", "surrogateescape"))
    pipeline.run()
    push = Push.objects.latest("pk")
    return push, house.root / push.archive_path


def findings(house: House, store: LocalStore | None = None) -> list[Finding]:
    return [result for result in verify(Subset(), store or house.store, house.clock.now) if isinstance(result, Finding)]


def change(path: Path) -> None:
    """Other bytes; size and times stay."""
    status, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-1] + b"X")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_sound_archives_are_given_back_one_by_one(pipeline: Pipeline, house: House) -> None:
    pushes = {published(pipeline, house, name)[0] for name in ("a.pdf", "b.pdf", os.fsdecode(b"ao\xfbt.pdf"))}
    house.drop("Alice", "pas envoyé.pdf")
    pipeline.see()
    assert set(verify(Subset(), house.store, house.clock.now)) == pushes
    assert not Event.objects.filter(kind__startswith="archive.").exists()


def test_a_changed_file_is_told_with_its_path_and_since_when(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    change(archive)
    first_found_at = house.clock.forward(days=1)
    (finding,) = findings(house)
    assert (finding.kind, finding.push, finding.since) == ("changed", push, first_found_at)
    assert finding.text.startswith(
        f"Modifié : « {push.archive_path} » (archivé le 24/11/2026 à 09:00:06, constaté le 25/11/2026 à 09:00:06)."
    )
    assert push.sha256 in finding.detail
    house.clock.forward(days=1)
    assert findings(house)[0].since == first_found_at


def test_a_change_stands_in_the_trail_once_and_on_the_documents_page(pipeline: Pipeline, house: House) -> None:
    push, archive = published(pipeline, house)
    change(archive)
    for _ in range(2):
        findings(house)
    event = Event.objects.get(push=push, kind="archive.changed")
    assert event.detail["path"] == push.archive_path
    around = Circumstances(house.store, house.clock.now, house.clock.now - house.clock.now, lambda _: "")
    assert (event.text, "danger") in [(step.text, step.tone) for step in explain_push(push, around).steps]
    archive.write_bytes(b"again another one")
    findings(house)
    assert Event.objects.filter(kind="archive.changed").count() == 2


def test_a_missing_file_and_a_missing_folder_are_told(pipeline: Pipeline, house: House) -> None:
    _, archive = published(pipeline, house)
    published(pipeline, house, os.fsdecode(b"ao\xfbt.pdf"))
    archive.rename(house.root / "emporté.pdf")
    os.rename(os.path.join(os.fsencode(archive.parent), b"ao\xfbt.pdf"), os.path.join(os.fsencode(house.root), b"b"))
    assert [(finding.kind, finding.detail) for finding in findings(house)] == [("missing", "")] * 2
    archive.parent.rename(house.root / "tout emporté")
    assert "est absent" in findings(house)[0].detail
    Push.objects.update(published_at=None)
    assert "(constaté le 24/11/2026" in findings(house)[0].text
    assert findings(house)[0].as_json()["archived_at"] == ""


class Rotten(LocalStore):
    """A disk that gives an input/output error."""

    def open(self, folder: str, name: str) -> Any:
        raise StoreProblem("Le fichier ne peut pas être lu : Input/output error.")


def test_an_unreadable_file_is_told_and_the_others_are_still_read(pipeline: Pipeline, house: House) -> None:
    published(pipeline, house)
    published(pipeline, house, "b.pdf")
    found = findings(house, Rotten(house.root))
    assert [(finding.kind, finding.detail) for finding in found] == [
        ("unreadable", "Le fichier ne peut pas être lu : Input/output error.")
    ] * 2


def test_subsets_are_stable_apart_and_together_everything(house: House) -> None:
    for number in range(30):
        push = Push(connector=house.connector, client=house.clients["Alice"], folder="x", identity="1:1:1:1", state=PushState.PUBLISHED)
        push.seen_at = push.identity_at = push.changed_at = house.clock.now
        push.archive_path = f"x/{number}"
        push.set_name(f"{number}.pdf".encode())
        push.save()
    parts = [set(archived_documents(Subset(part, 7)).values_list("pk", flat=True)) for part in range(1, 8)]
    assert sum(map(len, parts)) == 30
    assert set.union(*parts) == set(Push.objects.values_list("pk", flat=True))
    Push.objects.filter(pk__in=parts[0]).delete()
    assert parts[1] == set(archived_documents(Subset(2, 7)).values_list("pk", flat=True))


def test_the_command_exits_2_on_any_finding(
    pipeline: Pipeline, house: House, settings: SettingsWrapper, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DOSSIERS_DIR = house.root
    push, archive = published(pipeline, house)
    published(pipeline, house, "b.pdf")
    call_command("verify")
    assert capsys.readouterr().out == "2 fichier(s) relu(s), 2 intact(s), 0 écart(s).\n"
    change(archive)
    with pytest.raises(SystemExit, match="2"):
        call_command("verify")
    printed = capsys.readouterr().out
    assert f"Modifié : « {push.archive_path} »" in printed
    assert "2 fichier(s) relu(s), 1 intact(s), 1 écart(s)." in printed
    with pytest.raises(SystemExit, match="2"):
        call_command("verify", "--json", "--subset=1/1")
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], [finding["reference"] for finding in told["findings"]]) == (2, [str(push.reference)])


@pytest.mark.parametrize("subset", ["0/3", "4/3", "3", "a/b", "-1/2", "1/0", "١/٢", ""])
def test_a_subset_that_is_none_is_refused(db: None, subset: str) -> None:
    with pytest.raises(CommandError, match="3/30"):
        call_command("verify", f"--subset={subset}")
