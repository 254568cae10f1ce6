"""The installation's keys."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pushdoc_admin.keys import CREDENTIAL_KEYS_NAME, SECRET_KEY_NAME, KeysUnusable, load_keys, make_credential_key


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_run_makes_keys_that_only_their_owner_reads(tmp_path: Path) -> None:
    keys = load_keys(tmp_path, {})
    assert mode(tmp_path / "keys") == 0o700
    assert {path.name: mode(path) for path in (tmp_path / "keys").iterdir()} == {"credential_keys": 0o600, "django_secret_key": 0o600}
    assert len(keys.credential_keys[keys.current_id]) == 32
    assert len(keys.django_secret_key) >= 50


def test_the_next_run_finds_the_same_keys(tmp_path: Path) -> None:
    assert load_keys(tmp_path, {}) == load_keys(tmp_path, {})


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: load_keys(tmp_path, {}), range(64)))
    assert all(keys == found[0] for keys in found)
    assert len(list((tmp_path / "keys").iterdir())) == 2


def test_the_environment_comes_first_and_its_first_key_is_the_current_one(tmp_path: Path) -> None:
    new, old = make_credential_key(), make_credential_key()
    keys = load_keys(tmp_path, {SECRET_KEY_NAME: "of the environment", CREDENTIAL_KEYS_NAME: f"{new},{old}"})
    assert keys.django_secret_key == "of the environment"
    assert list(keys.credential_keys) == [new.partition(":")[0], old.partition(":")[0]]
    assert keys.current_id == new.partition(":")[0]
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("ring", ["secret", "k1:secret", "k1:c2VjcmV0", ":", ",", "k1:é"])
def test_a_key_that_is_none_is_refused_without_being_repeated(tmp_path: Path, ring: str) -> None:
    with pytest.raises(KeysUnusable) as refusal:
        load_keys(tmp_path, {SECRET_KEY_NAME: "x", CREDENTIAL_KEYS_NAME: ring})
    assert CREDENTIAL_KEYS_NAME in str(refusal.value)
    assert "c2VjcmV0" not in str(refusal.value)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    key = make_credential_key()
    with pytest.raises(KeysUnusable):
        load_keys(tmp_path, {SECRET_KEY_NAME: "x", CREDENTIAL_KEYS_NAME: f"{key},{key}"})


def test_an_emptied_key_file_is_never_replaced(tmp_path: Path) -> None:
    load_keys(tmp_path, {})
    (tmp_path / "keys" / "credential_keys").write_text("")
    with pytest.raises(KeysUnusable):
        load_keys(tmp_path, {})


def test_keys_are_not_shown() -> None:
    keys = load_keys(Path("/nowhere"), {SECRET_KEY_NAME: "hidden", CREDENTIAL_KEYS_NAME: make_credential_key()})
    assert "hidden" not in repr(keys)
    assert "credential_keys" not in repr(keys)
