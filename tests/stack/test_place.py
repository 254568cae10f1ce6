"""The folders and the address of a stack."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from pushdoc_admin.stack.__main__ import parse
from pushdoc_admin.stack.address import base_url, is_healthy, listen
from pushdoc_admin.stack.broker import SOCKET_NAME, broker_program, broker_url
from pushdoc_admin.stack.place import Place, make_runtime_folder
from pushdoc_admin.stack.programs import child_environment
from pushdoc_admin.stack.words import StackUnusable

if TYPE_CHECKING:
    from pathlib import Path


def test_the_broker_s_socket_has_a_short_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("long" * 30)))
    data = tmp_path / ("deep" * 40)
    folder = make_runtime_folder(data)
    try:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(os.fsencode(folder / SOCKET_NAME)) < 100
        assert make_runtime_folder(data) == folder
        assert broker_url(folder) == f"unix://{folder}/valkey.sock?db=0"
    finally:
        folder.rmdir()


def test_a_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    folder = make_runtime_folder(tmp_path)
    folder.chmod(0o755)
    try:
        with pytest.raises(StackUnusable, match="n'est pas privé"):
            make_runtime_folder(tmp_path)
    finally:
        folder.rmdir()


def test_the_broker_evicts_nothing_and_listens_on_no_port(tmp_path: Path) -> None:
    command = " ".join(broker_program(tmp_path, tmp_path / "run").command)
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command
    assert "--port 0" in command


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    with listen("127.0.0.1", 0) as first:
        taken = first.getsockname()[1]
        with listen("127.0.0.1", taken) as second:
            assert taken < second.getsockname()[1] < taken + 50
            assert base_url(second) == f"http://127.0.0.1:{second.getsockname()[1]}"


def test_an_address_of_another_machine_is_refused_in_plain_words() -> None:
    with pytest.raises(StackUnusable, match="Impossible d'écouter"):
        listen("192.0.2.1", 8765)


def test_a_web_that_does_not_answer_is_not_healthy() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        assert not is_healthy(deaf)


def test_a_child_finds_the_data_the_broker_and_the_stack_s_own_name(tmp_path: Path) -> None:
    environment = child_environment({"PUSHDOC_HOSTS": "nas.local"}, tmp_path, "unix:///run/x.sock?db=0")
    assert environment["PUSHDOC_DATA"] == str(tmp_path)
    assert environment["REDIS_URL"] == "unix:///run/x.sock?db=0"
    assert environment["PUSHDOC_HOSTS"] == "nas.local,localhost"
    assert environment["PUSHDOC_ALLOW_LOOPBACK"] == "1"


def test_a_log_is_kept_for_one_more_run(tmp_path: Path) -> None:
    place = Place.prepare(tmp_path)
    place.log("web").write_text("one\ntwo\n")
    assert place.tail("web", lines=1) == "two"
    place.rotate_log("web")
    assert (tmp_path / "logs" / "web.log.1").read_text() == "one\ntwo\n"
    assert place.tail("web") == ""


@pytest.mark.parametrize("port", ["x", "-1", "65536", "8 0", ""])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["up", "--port", port])
    assert "n'est pas un numéro de port" in capsys.readouterr().err
