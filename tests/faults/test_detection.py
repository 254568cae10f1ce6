"""F24–F35: what is dropped is seen, whole and once, whatever happens in the folders. PUSHDOC_FULL=1 runs the sizes of the fault matrix."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import socket
import stat
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection

from connectors.configure.activation import refresh_folders
from connectors.deposits.base import StoreProblem
from connectors.deposits.local.archiving import archive_file
from connectors.deposits.local.document import entry_of
from connectors.deposits.local.folders import rename_without_replacing
from connectors.deposits.local.move import Move
from connectors.deposits.local.store import LocalStore
from connectors.domain.names import fold
from connectors.domain.states import PushState
from connectors.models import Client, ClientSelection, DepositFolder, Event, Push
from connectors.push.rounds import MOST_ROWS
from connectors.push.see import see_folder
from connectors.push.settle import Door
from connectors.push.watch import Watcher
from connectors.push.whereabouts import ABSENT, ELSEWHERE, accept_folder
from tests.conftest import DEPOSIT
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.deposits.base import Listing
    from connectors.deposits.local.document import LocalDocument
    from tests.conftest import FakePartner, House

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

FULL = os.environ.get("PUSHDOC_FULL") == "1"
PDF = b"%PDF-1.4 "
END = b"\n%%EOF"


@pytest.fixture
def pipeline(house: House, partner: FakePartner, tmp_path: Path) -> Pipeline:
    return Pipeline(house, partner, tmp_path / "owners")


def states() -> dict[str, str]:
    return dict(Push.objects.values_list("name", "state"))


def alice() -> DepositFolder:
    return DepositFolder.objects.select_related("client", "deposit_path").get(client__name="Alice")


# F24


@pytest.mark.parametrize("events", [True, False])
def test_f24_many_files_in_many_folders_are_seen_within_two_scans_in_bounded_memory(
    house: House,
    events: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    folders, files = (500, 120) if FULL else (50, 20)
    clients = Client.objects.bulk_create(Client(name=f"C{number}", folder=f"C{number}") for number in range(folders))
    ClientSelection.objects.bulk_create(
        ClientSelection(connector=house.connector, client=client, selected_at=house.clock.now) for client in clients
    )
    refresh_folders(house.connector, house.store)
    door = Door(timedelta(seconds=2), 1_000_000, frozenset({"pdf"}))
    watcher = Watcher(house.store, house.clock, lambda _: door, lambda _: None, timedelta(minutes=1))
    watcher.look(set())
    changed = {f"{client.folder}/{DEPOSIT}" for client in clients}
    for folder in changed:
        for number in range(files):
            (house.root / folder / f"{number}.pdf").write_bytes(PDF + f"{folder} {number}".encode() + END)
    begun, worked, before = time.monotonic(), time.process_time(), reset_peak_memory()
    house.clock.forward(minutes=1)
    watcher.look(set(list(changed)[::2]) if events else set())
    seen_after, worked = time.monotonic() - begun, time.process_time() - worked
    assert Push.objects.filter(state__in=(PushState.SETTLING, PushState.WAITING)).count() == folders * files
    house.clock.forward(seconds=3)
    for look in range(1, 4):
        watcher.look(set())
        assert Push.objects.filter(state=PushState.WAITING).count() == min(look * MOST_ROWS, folders * files)
    peak = peak_memory() - before
    figures = f"{folders * files} files seen in {seen_after:.1f} s ({worked:.1f} s of work), memory grew by {peak / 1e6:.0f} MB"
    print(f"\nF24, events {events}: {figures}")  # noqa: T201 - the full run's figures, shown by -s
    assert worked < 120
    assert peak < 150_000_000


def reset_peak_memory() -> int:
    """Bytes that are resident now; from here on the kernel notes the most."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_memory()


def peak_memory() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


# F25


def test_f25_a_file_written_in_bursts_is_never_hashed_before_its_end(pipeline: Pipeline, house: House) -> None:
    chance = random.Random(25)
    for batch in range(100 if FULL else 8):
        files = {
            f"{batch}-{number}.pdf": [chance.randbytes(chance.randint(1, 400)) for _ in range(chance.randint(1, 50))]
            for number in range(50)
        }
        write_in_bursts(pipeline, house, files, chance)
    assert {push.name: push.sha256 for push in Push.objects.all()} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in house.folder("Alice").iterdir()
    }
    assert set(states().values()) == {PushState.WAITING}


def write_in_bursts(pipeline: Pipeline, house: House, files: dict[str, list[bytes]], chance: random.Random) -> None:
    """Each file is opened again for some of its bursts, and kept open for the others; the watcher looks in between."""
    folder = house.folder("Alice")
    for name in files:
        (folder / name).write_bytes(PDF)
    open_files = {}
    while files:
        name = chance.choice(sorted(files))
        handle = open_files.get(name) or open_files.setdefault(name, (folder / name).open("ab", buffering=0))
        handle.write(files[name].pop())
        if chance.random() < 0.15 or not files[name]:
            handle.write(END if not files[name] else b"")
            open_files.pop(name).close()
        if not files[name]:
            del files[name]
        if chance.random() < 0.02:
            house.clock.forward(seconds=chance.random() * 3)
            pipeline.watcher.look(set())
            assert not Push.objects.filter(state=PushState.WAITING, name__in=files).exists()
    pipeline.see()


# F28


def test_f28_each_version_dropped_under_one_name_is_delivered(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    kept, replaced = [], []
    for number in range(10_000 if FULL else 50):
        kept.append(PDF + b"%d" % number + END)
        (house.folder("Alice") / f"{number % 5}.pdf").write_bytes(kept[-1])
        pipeline.run()
        if number % 10 == 9:
            versions = [PDF + b"%s %d" % (word, number) + END for word in (b"first", b"second")]
            redeposit_while_sending(pipeline, house, partner, *versions)
            replaced.append(versions[0])
            kept.append(versions[1])
    assert sorted(body for _, body in partner.received.values()) == sorted(kept + replaced)
    archived = [path.read_bytes() for path in (house.root / "Dossier Alice" / "DOSSIER COMPTABLE").rglob("*.pdf")]
    assert sorted(archived) == sorted(kept)
    assert set(states().values()) == {PushState.PUBLISHED}


def redeposit_while_sending(pipeline: Pipeline, house: House, partner: FakePartner, first: bytes, second: bytes) -> None:
    """The second version is renamed over the first one while its bytes are under way: the partner gets both, the first file is gone."""
    path = house.folder("Alice") / "pendant.pdf"
    path.write_bytes(first)

    def replace() -> None:
        partner.before_reading = None
        (house.root / "new").write_bytes(second)
        (house.root / "new").rename(path)

    partner.before_reading = replace
    pipeline.run()
    pipeline.run()


# F29 and F30


def test_f29_what_was_there_never_goes_and_an_old_file_moved_in_always_does(house: House, partner: FakePartner, tmp_path: Path) -> None:
    count = 1000 if FULL else 100
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    for number in range(count):
        house.drop("Alice", f"before-{number}.pdf", PDF + b"before %d" % number + END)
        old = outside / f"after-{number}.pdf"
        old.write_bytes(PDF + b"after %d" % number + END)
        os.utime(old, (0, 0))
    pipeline = Pipeline(house, partner, tmp_path / "owners")
    for path in outside.iterdir():
        path.rename(house.folder("Alice") / path.name)
    pipeline.run()
    pipeline.run()
    assert Push.objects.filter(name__startswith="before", state=PushState.PRIOR).count() == count
    assert Push.objects.filter(name__startswith="after", state=PushState.PUBLISHED).count() == count
    assert len(partner.received) == count


def test_f30_what_arrives_during_activation_is_either_prior_or_new_and_never_both(house: House) -> None:
    refresh_folders(house.connector, house.store)
    for turn in range(500 if FULL else 25):
        DepositFolder.objects.update(baselined_at=None)
        writer = threading.Thread(target=drop_some, args=(house.folder("Alice"), turn))
        lookers = [threading.Thread(target=look_once, args=(house,)) for _ in range(2)]
        for thread in (writer, *lookers):
            thread.start()
        for thread in (writer, *lookers):
            thread.join()
        see_folder(alice(), house.store, house.clock.now)
    names = [bytes(name).decode() for name in Push.objects.values_list("name_bytes", flat=True)]
    assert sorted(names) == sorted(os.listdir(house.folder("Alice")))
    assert set(states().values()) <= {PushState.PRIOR, PushState.SETTLING}


def drop_some(folder: Path, turn: int) -> None:
    for number in range(10):
        (folder / f"{turn}-{number}.pdf").write_bytes(PDF + END)


def look_once(house: House) -> None:
    """The memory database of the tests refuses a second writer at once, where a file would let it wait: then the next look comes."""
    try:
        for _ in range(1000):
            with contextlib.suppress(OperationalError):
                see_folder(alice(), house.store, house.clock.now)
                return
            time.sleep(0.001)
    finally:
        connection.close()


# F31


def test_f31_what_is_no_document_is_seen_with_its_reason_and_never_waited_for(pipeline: Pipeline, house: House, tmp_path: Path) -> None:
    folder = house.folder("Alice")
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(PDF + END)
    (folder / "lien.pdf").symlink_to(secret)
    os.mkfifo(folder / "tube.pdf")
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(folder)  # a socket's path has at most 108 bytes
    try:
        server.bind("prise.pdf")
    finally:
        os.chdir(here)
    os.mknod(folder / "null.pdf", stat.S_IFCHR | 0o600, os.makedev(1, 3)) if os.geteuid() == 0 else None
    (folder / "vide.pdf").touch()
    os.link(secret, folder / "jumeau.pdf")
    with (folder / "troue.pdf").open("wb") as file:
        file.write(PDF)
        file.truncate(900_000)
    with (folder / "immense.pdf").open("wb") as file:
        file.truncate(10 * 1024**3)
    begun = time.monotonic()
    pipeline.run()
    assert time.monotonic() - begun < 3
    server.close()
    reasons = dict(alice().skipped)
    assert "Lien symbolique" in reasons["lien.pdf"]
    assert "Tube" in reasons["tube.pdf"]
    assert "socket" in reasons["prise.pdf"]
    assert os.geteuid() or "Périphérique" in reasons["null.pdf"]
    house.clock.forward(minutes=3)
    pipeline.run()
    causes = dict(Push.objects.values_list("name", "cause"))
    assert causes == {"vide.pdf": "empty", "jumeau.pdf": "hard_linked", "troue.pdf": "incomplete", "immense.pdf": "too_large"}


def test_f31_a_large_hole_is_held_after_a_while_and_goes_when_it_was_filled(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.folder("Alice") / "copie.csv"
    pipeline.watcher.door_of = lambda _: Door(timedelta(seconds=2), 10_000_000, frozenset({"csv"}))
    with path.open("wb") as file:
        file.write(b"a;b\n")
        file.truncate(5_000_000)
    pipeline.see()
    assert states() == {"copie.csv": PushState.SETTLING}
    house.clock.forward(minutes=3)
    pipeline.see()
    assert Push.objects.get().cause == "sparse"
    path.write_bytes(b"a;b\n" * 1_250_000)
    pipeline.run()
    assert states() == {"copie.csv": PushState.PUBLISHED}


def test_f31_what_the_door_holds_goes_by_itself_when_it_no_longer_holds_and_is_told_once(
    pipeline: Pipeline, house: House, tmp_path: Path
) -> None:
    first = house.drop("Alice", "a.pdf", PDF + b"linked" + END)
    os.link(first, tmp_path / "other name")
    house.drop("Alice", "b.exe", b"MZ")
    for _ in range(5):
        pipeline.run()
    assert dict(Push.objects.values_list("name", "cause")) == {"a.pdf": "hard_linked", "b.exe": "extension"}
    assert Event.objects.filter(kind="push.held").count() == 2
    (tmp_path / "other name").unlink()
    pipeline.watcher.door_of = lambda _: Door(timedelta(seconds=2), 1000, frozenset({"pdf", "exe"}))
    pipeline.run()
    assert set(states().values()) == {PushState.PUBLISHED}


def test_f31_a_document_moved_between_two_folders_of_its_client_goes_once_it_left_the_first(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.see()
    (house.folder("Alice") / "b.pdf").write_bytes(path.read_bytes())
    pipeline.see()
    assert states() == {"a.pdf": PushState.WAITING, "b.pdf": PushState.HELD}
    path.unlink()
    pipeline.run()
    assert states() == {"a.pdf": PushState.WITHDRAWN, "b.pdf": PushState.PUBLISHED}


# F32 and F33


def hostile_names(count: int, chance: random.Random) -> set[bytes]:
    """Twins in NFC and NFD, direction marks, line ends, quotes, bytes that are no UTF-8, 255 bytes, Windows' own names, dashes, dots, emoji."""
    pieces = [
        "é",
        "e\u0301",
        "É",
        "\u202e",
        "\u200b",
        "\r\n",
        "'",
        '"',
        "-",
        ".",
        "..",
        " ",
        "CON",
        "nul",
        "🧾",
        "ß",
        "İ",
        "\\",
        "<b>",
        "n°",
        "%00",
    ]
    raw = [piece.encode() for piece in pieces] + [b"\xff", b"\xe7", b"\xc3", b"\x01", b"a" * 60]
    names: set[bytes] = {b"CON.pdf", b"a.pdf.", b"..pdf", b"-rf.pdf", b"x" * 251 + b".pdf", "août.pdf".encode(), "aou\u0302t.pdf".encode()}
    while len(names) < count:
        stem = b"".join(chance.choice(raw) for _ in range(chance.randint(1, 6))) + b"%d" % chance.randrange(count)
        names.add(stem[:251].replace(b"/", b"_") + chance.choice([b".pdf", b".PDF", b".pdf.", b""]))
    return names


def test_f32_hostile_names_are_delivered_with_their_bytes_or_are_visible_with_a_reason(
    pipeline: Pipeline, house: House, partner: FakePartner
) -> None:
    names = hostile_names(5000 if FULL else 300, random.Random(32))
    folder = os.fsencode(house.folder("Alice"))
    for number, name in enumerate(sorted(names)):
        with open(folder + b"/" + name, "wb") as file:
            file.write(PDF + b"%d" % number + END)
    for _ in range(1 + len(names) // 400):
        pipeline.run()
    rows = {bytes(push.name_bytes): push for push in Push.objects.all()}
    skipped = [name for name in names if name not in rows]
    assert all(os.fsdecode(name).startswith(".") for name in skipped)
    assert {push.cause for push in rows.values() if push.state != PushState.PUBLISHED} <= {"extension"}
    published = {name for name, push in rows.items() if push.state == PushState.PUBLISHED}
    assert {
        os.fsencode(path.name) for path in (house.root / "Dossier Alice" / "DOSSIER COMPTABLE").rglob("*") if path.is_file()
    } == published
    assert len(partner.received) == len(published) > len(names) / 3
    assert {path.name for path in house.root.parent.iterdir()} == {"dossiers", "owners"}
    refused = set(os.listdir(folder)) - set(skipped)
    assert refused == set(rows) - published


def test_f33_names_that_a_case_insensitive_archive_takes_for_the_same_are_both_kept(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("deposit", "archive")]
    for folder in folders:
        folder.mkdir()
    source, target = (os.open(folder, os.O_RDONLY) for folder in folders)

    def rename(old_folder: int, old: str, new_folder: int, new: str) -> None:
        """What a case-insensitive disk does: a name that differs in case or form only is taken."""
        if fold(new) in {fold(name) for name in os.listdir(new_folder)}:
            raise FileExistsError
        rename_without_replacing(old_folder, old, new_folder, new)

    names = ["Août.pdf", "août.pdf", "AOU\u0302T.PDF", "aou\u0302t.pdf"]
    for number, name in enumerate(names):
        (folders[0] / name).write_bytes(b"%d" % number)
        entry = entry_of(name, (folders[0] / name).stat())
        archive_file(Move(entry, source, target, f"r{number}", hashlib.sha256(b"%d" % number).hexdigest(), rename))
    os.close(source)
    os.close(target)
    assert sorted(path.read_bytes() for path in folders[1].iterdir()) == [b"0", b"1", b"2", b"3"]
    assert len({fold(path.name) for path in folders[1].iterdir()}) == 4


# F34


def test_f34_a_file_and_a_folder_without_permission_are_told_and_taken_up_again(house: House, tmp_path: Path) -> None:
    """In a process of another user: nothing is forbidden to root."""
    if os.geteuid():
        pytest.skip("Only root may become another user.")
    refresh_folders(house.connector, house.store)
    os.chmod(tmp_path, 0o755)
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_mode & 0o005 != 0o005:
            os.chmod(parent, parent.stat().st_mode | 0o055)
    file = house.drop("Alice", "a.pdf")
    folder = house.folder("Alice")
    store = OtherUser(house.root)
    watcher = Watcher(store, house.clock, lambda _: Door(timedelta(seconds=2), 1000, frozenset({"pdf"})), lambda _: None, timedelta(0))
    DepositFolder.objects.update(baselined_at=house.clock.now)
    file.chmod(0)
    folder.chmod(0o755)
    look_twice(house, watcher)
    assert (Push.objects.get().state, Push.objects.get().cause) == (PushState.HELD, "unreadable")
    folder.chmod(0)
    look_twice(house, watcher)
    assert "Permission" in alice().problem
    assert states() == {"a.pdf": PushState.HELD}
    folder.chmod(0o444)
    look_twice(house, watcher)
    assert "Permission" in alice().problem
    folder.chmod(0o755)
    file.chmod(0o644)
    look_twice(house, watcher)
    assert (alice().problem, states()) == ("", {"a.pdf": PushState.WAITING})


def look_twice(house: House, watcher: Watcher) -> None:
    for _ in range(2):
        house.clock.forward(seconds=3)
        watcher.look(set())


class OtherUser(LocalStore):
    """The local store, as a user without rights of his own sees it."""

    def list(self, folder: str) -> Listing:
        with nobody():
            return super().list(folder)

    @contextlib.contextmanager
    def open(self, folder: str, name: str) -> Iterator[LocalDocument]:
        with nobody(), super().open(folder, name) as document:
            yield document


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


# F35


def test_f35_an_empty_folder_in_the_place_of_the_known_one_is_an_alarm_and_withdraws_nothing(pipeline: Pipeline, house: House) -> None:
    for name in ("a.pdf", "b.pdf"):
        house.drop("Charlie", name, PDF + name.encode() + END)
    pipeline.run()
    before = states()
    real = house.folder("Charlie").rename(house.root / "unmounted")
    pipeline.run()
    assert folder_of("Charlie").problem == ABSENT
    house.folder("Charlie").mkdir()
    for _ in range(3):
        pipeline.run()
        assert (states(), folder_of("Charlie").problem) == (before, ELSEWHERE)
    house.folder("Charlie").rmdir()
    real.rename(house.folder("Charlie"))
    pipeline.run()
    assert (states(), folder_of("Charlie").problem) == (before, "")


def folder_of(name: str) -> DepositFolder:
    return DepositFolder.objects.select_related("client", "deposit_path").get(client__name=name)


def test_f35_what_is_dropped_into_the_stranger_is_seen_and_proves_nothing(pipeline: Pipeline, house: House) -> None:
    known = house.drop("Charlie", "a.pdf", PDF + b"known" + END)
    pipeline.run()
    real = house.folder("Charlie").rename(house.root / "unmounted")
    house.drop("Charlie", "a.pdf", PDF + b"other" + END)
    house.drop("Charlie", "new.pdf", PDF + b"new" + END)
    for _ in range(3):
        pipeline.run()
    assert states() == {"a.pdf": PushState.HELD, "new.pdf": PushState.HELD}
    assert Push.objects.get(name="a.pdf").sha256 == hashlib.sha256(PDF + b"known" + END).hexdigest()
    house.folder("Charlie").rename(house.root / "stranger")
    real.rename(house.folder("Charlie"))
    pipeline.run()
    assert states() == {"a.pdf": PushState.HELD, "new.pdf": PushState.WITHDRAWN}
    assert known.exists()


def test_f35_a_share_that_was_mounted_again_changes_no_state(pipeline: Pipeline, house: House) -> None:
    for name, state in (("held", "held"), ("refused", "refused"), ("dismissed", "dismissed"), ("prior", "prior")):
        house.drop("Charlie", f"{name}.pdf", PDF + name.encode() + END)
        pipeline.see()
        Push.objects.filter(name=f"{name}.pdf").update(state=state)
    Push.objects.update(identity="9" + Push.objects.order_by("pk")[0].identity)
    for push in Push.objects.all():
        Push.objects.filter(pk=push.pk).update(identity="9" + house.store.describe(push.folder, push.name).identity)
    DepositFolder.objects.filter(client__name="Charlie").update(place="9:9")
    events = Event.objects.count()
    pipeline.see()
    assert states() == {"held.pdf": "held", "refused.pdf": "refused", "dismissed.pdf": "dismissed", "prior.pdf": "prior"}
    assert Event.objects.count() == events
    assert folder_of("Charlie").place == house.store.place(folder_of("Charlie").folder)
    assert all(push.identity == house.store.describe(push.folder, push.name).identity for push in Push.objects.all())


def test_f35_no_baseline_is_taken_in_a_stranger(pipeline: Pipeline, house: House) -> None:
    house.drop("Charlie", "a.pdf")
    pipeline.run()
    house.folder("Charlie").rename(house.root / "unmounted")
    house.folder("Charlie").mkdir()
    DepositFolder.objects.update(baselined_at=None)
    pipeline.run()
    assert (folder_of("Charlie").baselined_at, folder_of("Charlie").problem) == (None, ELSEWHERE)


def test_f35_nothing_is_built_in_an_empty_mount_point(pipeline: Pipeline, house: House) -> None:
    pipeline.run()
    house.root.rename(house.root.with_name("unmounted"))
    house.root.mkdir()
    client = Client.objects.create(name="Dora", folder="Dossier Dora")
    ClientSelection.objects.create(connector=house.connector, client=client, selected_at=house.clock.now)
    DepositFolder.objects.update(baselined_at=None)
    refresh_folders(house.connector, house.store)
    pipeline.run()
    assert list(house.root.iterdir()) == []
    assert "pas monté" in folder_of("Dora").problem
    assert not DepositFolder.objects.exclude(baselined_at=None).exists()
    house.root.rmdir()
    house.root.with_name("unmounted").rename(house.root)
    pipeline.run()
    assert (house.folder("Alice").is_dir(), (house.root / "Dossier Dora" / DEPOSIT).is_dir()) == (True, True)
    assert not DepositFolder.objects.exclude(problem="").exists()


def test_f35_a_person_ends_the_alarm_of_a_folder_that_was_really_replaced(pipeline: Pipeline, house: House) -> None:
    house.drop("Charlie", "a.pdf")
    pipeline.run()
    house.folder("Charlie").rename(house.root / "gone for good")
    house.folder("Charlie").mkdir()
    pipeline.run()
    accept_folder(folder_of("Charlie"), house.store, house.clock.now, None)
    pipeline.run()
    assert (states(), folder_of("Charlie").problem) == ({"a.pdf": PushState.WITHDRAWN}, "")
    assert Event.objects.filter(kind="settings.folder").count() == 1


def test_f35_an_alarm_ends_when_nothing_is_expected_in_the_folder_any_more(pipeline: Pipeline, house: House) -> None:
    house.drop("Charlie", "a.pdf")
    pipeline.run()
    house.folder("Charlie").rename(house.root / "gone for good")
    house.folder("Charlie").mkdir()
    pipeline.run()
    Push.objects.update(state=PushState.DISMISSED)
    pipeline.run()
    assert folder_of("Charlie").problem == ""


def test_f35_a_look_that_fails_half_way_withdraws_nothing(pipeline: Pipeline, house: House) -> None:
    house.drop("Charlie", "a.pdf")
    pipeline.run()

    class Broken(LocalStore):
        def list(self, folder: str):  # noqa: ANN202 - as the store's
            raise StoreProblem("x" * 400)

    see_folder(folder_of("Charlie"), Broken(house.root), house.clock.now)
    assert states() == {"a.pdf": PushState.HELD}
    assert len(folder_of("Charlie").problem) == 300


# F27 and the clock


def test_f27_a_file_that_vanishes_while_it_settles_is_withdrawn_by_the_scan(pipeline: Pipeline, house: House) -> None:
    path = house.drop("Alice", "a.pdf")
    pipeline.watcher.look(set())
    path.unlink()
    pipeline.run()
    assert states() == {"a.pdf": PushState.WITHDRAWN}


def test_f26_a_file_that_grows_while_it_waits_is_sent_whole(pipeline: Pipeline, house: House, partner: FakePartner) -> None:
    path = house.drop("Alice", "a.pdf", PDF + b"one" + END)
    pipeline.see()
    with path.open("ab") as file:
        file.write(b"two" + END)
    pipeline.send()
    pipeline.run()
    assert [body for _, body in partner.received.values()] == [path_bytes(house)]


def path_bytes(house: House) -> bytes:
    return (house.root / Push.objects.get().archive_path).read_bytes()


def test_f55_after_the_clock_was_set_back_a_file_rests_for_the_settle_time_and_not_for_a_year(pipeline: Pipeline, house: House) -> None:
    house.clock.forward(days=365)
    house.drop("Alice", "a.pdf")
    pipeline.watcher.look(set())
    house.clock.forward(days=-365)
    pipeline.see()
    assert states() == {"a.pdf": PushState.WAITING}
