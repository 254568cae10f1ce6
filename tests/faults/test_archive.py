"""F36–F39: the archive is on another disk, is full, holds the name already, or cannot be written. Judged by the bytes on the disks."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.deposits.base import Entry, StoreProblem
from connectors.deposits.local.archiving import archive_file
from connectors.deposits.local.move import Move, sync_file
from connectors.domain.states import PushState
from connectors.models import Push
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import FakePartner, House

pytestmark = pytest.mark.django_db(transaction=True)

ARCHIVE = "Dossier Alice/DOSSIER COMPTABLE/2026/PIECES COMPTABLES SCANNEES/Factures fournisseurs"
IN_MEMORY = Path("/dev/shm")
FULL = os.environ.get("PUSHDOC_FULL") == "1"


@contextlib.contextmanager
def mounted(place: Path, *options: str) -> Iterator[None]:
    """A small file system of its own at this place."""
    place.mkdir(parents=True, exist_ok=True)
    result = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", place], capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.skip(f"Mounting is not allowed here: {result.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


@pytest.fixture
def elsewhere(house: House) -> Iterator[Path]:
    """The archive's top folder is on another device than the deposits."""
    place = house.root / "Dossier Alice" / "DOSSIER COMPTABLE"
    with mounted(place, "-o", "size=600m"):
        yield house.root / ARCHIVE


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def entry_of(push: Push) -> Entry:
    return Entry(push.name, push.identity, push.size)


def archive(house: House, push: Push) -> str:
    return house.store.archive(entry_of(push), push.folder, ARCHIVE, reference=str(push.reference), sha256=push.sha256)


def accepted(house: House, pipeline: Pipeline, name: str, content: bytes) -> Push:
    """A document that the partner has, still in its folder."""
    house.drop("Alice", name, content)
    pipeline.see()
    push = Push.objects.get(name=name)
    push.move(PushState.ACCEPTED, house.clock.now, archive_folder=ARCHIVE, next_attempt_at=house.clock.now)
    return push


def test_f36_documents_are_archived_on_another_device_with_equal_bytes(pipeline: Pipeline, house: House, elsewhere: Path) -> None:
    contents = {f"{number}.pdf": b"%%PDF-1.4 %d " % number + os.urandom(1000 * number) + b"%%EOF" for number in range(1, 40)}
    for name, content in contents.items():
        house.drop("Alice", name, content)
    pipeline.run()
    assert set(Push.objects.values_list("state", flat=True)) == {PushState.PUBLISHED}
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == contents
    assert files_in(house.folder("Alice")) == []


def test_f36_a_frozen_archiver_keeps_its_document_and_a_dead_one_loses_it_at_once(
    pipeline: Pipeline, house: House, elsewhere: Path
) -> None:
    for name, end in (("frozen.pdf", signal.SIGCONT), ("dead.pdf", signal.SIGKILL)):
        content = b"%PDF-1.4 " + os.urandom(900_000) + b"%%EOF"
        push = accepted(house, pipeline, name, content)
        child = start_archiver(house, push, stop_at="archive.copying")
        with pytest.raises(StoreProblem, match="en train"):
            archive(house, push)
        assert name not in files_in(elsewhere)
        child.send_signal(end)
        child.wait(20)
        assert archive(house, push) == f"{ARCHIVE}/{name}"
        assert (elsewhere / name).read_bytes() == content
    assert files_in(elsewhere) == ["dead.pdf", "frozen.pdf"]
    assert files_in(house.folder("Alice")) == []


def start_archiver(house: House, push: Push, *, stop_at: str) -> subprocess.Popen[bytes]:
    """Another process that archives the document, and stops itself where it is told to."""
    code = f"""
import os, signal, sys
from pathlib import Path
from connectors.deposits.base import Entry
from connectors.deposits.local import carrying
from connectors.deposits.local.store import LocalStore
def reach(place):
    if place == {stop_at!r}:
        os.kill(os.getpid(), signal.SIGSTOP)
carrying.reach = reach
entry = Entry({push.name!r}, {push.identity!r}, {push.size})
LocalStore(Path({str(house.root)!r})).archive(entry, {push.folder!r}, {ARCHIVE!r}, reference={str(push.reference)!r}, sha256={push.sha256!r})
"""
    child = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    return child


@pytest.mark.parametrize("across", [False, True])
def test_f36_many_archivers_of_one_document_leave_one_whole_file(
    pipeline: Pipeline,
    house: House,
    tmp_path: Path,
    across: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    place = house.root / "Dossier Alice" / "DOSSIER COMPTABLE"
    with mounted(place, "-o", "size=200m") if across else contextlib.nullcontext():
        for number in range(300 if FULL else 40):
            content = b"%PDF-1.4 " + os.urandom(200_000) + b"%%EOF"
            push = accepted(house, pipeline, f"{number}.pdf", content)
            paths = race(house, push)
            assert {path for path in paths if path} <= {f"{ARCHIVE}/{number}.pdf"}
            assert archive(house, push) == f"{ARCHIVE}/{number}.pdf"
            assert (house.root / ARCHIVE / f"{number}.pdf").read_bytes() == content
            assert len(files_in(house.root / ARCHIVE)) == number + 1
            Push.objects.filter(pk=push.pk).update(state=PushState.PUBLISHED)


def race(house: House, push: Push) -> list[str]:
    entry, paths = entry_of(push), []

    def run() -> None:
        with contextlib.suppress(StoreProblem):
            paths.append(house.store.archive(entry, push.folder, ARCHIVE, reference=str(push.reference), sha256=push.sha256))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return paths


@pytest.mark.parametrize("change", ["device", "touched"])
def test_f36_the_same_bytes_under_another_identity_are_the_same_document(pipeline: Pipeline, house: House, change: str) -> None:
    push = accepted(house, pipeline, "a.pdf", b"%PDF-1.4 a %%EOF")
    if change == "touched":
        os.utime(house.folder("Alice") / "a.pdf", (5, 5))
    else:
        Push.objects.update(identity="99" + push.identity)
    pipeline.send()
    push.refresh_from_db()
    assert (push.state, push.archive_path) == (PushState.PUBLISHED, f"{ARCHIVE}/a.pdf")
    assert files_in(house.folder("Alice")) == []


def test_f36_other_bytes_under_the_name_stay_and_are_sent_as_a_document_of_their_own(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline, "a.pdf", b"%PDF-1.4 a %%EOF")
    house.drop("Alice", "a.pdf", b"%PDF-1.4 b %%EOF")
    pipeline.send()
    push.refresh_from_db()
    assert (push.state, push.archive_path) == (PushState.PUBLISHED, "")
    assert (house.folder("Alice") / "a.pdf").read_bytes() == b"%PDF-1.4 b %%EOF"
    pipeline.run()
    assert (house.root / ARCHIVE / "a.pdf").read_bytes() == b"%PDF-1.4 b %%EOF"


def test_f37_a_full_archive_keeps_the_document_accepted_until_there_is_room(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    place = house.root / "Dossier Alice" / "DOSSIER COMPTABLE"
    content = b"%PDF-1.4 " + os.urandom(600_000) + b"%%EOF"
    with mounted(place, "-o", "size=1m"):
        ballast = place / "ballast"
        ballast.write_bytes(b"0" * 700_000)
        house.drop("Alice", "a.pdf", content)
        pipeline.run()
        push = Push.objects.get()
        assert (push.state, push.cause) == (PushState.ACCEPTED, "archive")
        assert "space" in push.explanation
        assert files_in(house.root / ARCHIVE) == []
        ballast.unlink()
        house.clock.forward(seconds=60)
        pipeline.send()
        push.refresh_from_db()
        assert push.state == PushState.PUBLISHED
        assert (house.root / push.archive_path).read_bytes() == content
    assert len(partner.requests) == 1


def test_f38_what_stands_in_the_archive_is_never_replaced(pipeline: Pipeline, house: House) -> None:
    folder = house.root / ARCHIVE
    folder.mkdir(parents=True)
    for name in ("a.pdf", "a (2).pdf"):
        (folder / name).write_bytes(b"older")
    (folder / "a (3).pdf").symlink_to(folder / "nowhere")
    (folder / "a (4).pdf").mkdir()
    house.drop("Alice", "a.pdf", b"%PDF-1.4 new %%EOF")
    pipeline.run()
    assert Push.objects.get().archive_path == f"{ARCHIVE}/a (5).pdf"
    assert [(folder / name).read_bytes() for name in ("a.pdf", "a (2).pdf", "a (5).pdf")] == [b"older", b"older", b"%PDF-1.4 new %%EOF"]


def test_f39_a_read_only_archive_keeps_the_document_accepted(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    place = house.root / "Dossier Alice" / "DOSSIER COMPTABLE"
    with mounted(place):
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        dropped = house.drop("Alice", "a.pdf")
        pipeline.run()
        push = Push.objects.get()
        assert (push.state, push.cause, dropped.exists()) == (PushState.ACCEPTED, "archive", True)
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        house.clock.forward(seconds=60)
        pipeline.send()
        push.refresh_from_db()
        assert push.state == PushState.PUBLISHED
    assert len(partner.requests) == 1


def test_f39_bytes_that_the_disk_lost_after_a_failed_sync_are_not_believed(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline, "a.pdf", b"%PDF-1.4 whole %%EOF")
    folder = house.root / ARCHIVE
    folder.mkdir(parents=True)
    (house.folder("Alice") / "a.pdf").rename(folder / f".pushdoc-{push.reference}")
    (folder / f".pushdoc-{push.reference}").write_bytes(b"\0" * push.size)
    pipeline.send()
    push.refresh_from_db()
    assert (push.state, push.cause) == (PushState.ACCEPTED, "archive")
    assert hashlib.sha256((folder / f".pushdoc-{push.reference}").read_bytes()).hexdigest() != push.sha256


def test_f39_an_input_output_error_while_syncing_is_tried_again_on_another_descriptor(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline, "a.pdf", b"%PDF-1.4 whole %%EOF")
    folder = house.root / ARCHIVE
    folder.mkdir(parents=True)
    source, target = os.open(house.folder("Alice"), os.O_RDONLY), os.open(folder, os.O_RDONLY)
    failures = [OSError(5, "Input/output error")]

    def sync(descriptor: int, name: str) -> None:
        if failures:
            raise failures.pop()
        sync_file(descriptor, name)

    move = Move(entry_of(push), source, target, str(push.reference), push.sha256, sync=sync)
    with pytest.raises(OSError, match="Input/output"):
        archive_file(move)
    assert files_in(folder) == [f".pushdoc-{push.reference}"]
    assert archive_file(move) == "a.pdf"
    os.close(source)
    os.close(target)


def test_f36_an_empty_folder_in_the_place_of_an_unmounted_one_does_not_make_a_document_published(pipeline: Pipeline, house: House) -> None:
    push = accepted(house, pipeline, "a.pdf", b"%PDF-1.4 a %%EOF")
    real = house.folder("Alice").rename(house.root / "unmounted")
    house.folder("Alice").mkdir()
    pipeline.send()
    push.refresh_from_db()
    assert (push.state, push.cause) == (PushState.ACCEPTED, "archive")
    house.folder("Alice").rmdir()
    real.rename(house.folder("Alice"))
    house.clock.forward(minutes=5)
    pipeline.send()
    push.refresh_from_db()
    assert push.archive_path == f"{ARCHIVE}/a.pdf"
