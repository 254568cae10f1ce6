"""What is handed over: requirements, the script, the image, the composition."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def read_blocks(name: str) -> dict[str, tuple[Version, str]]:
    """Each pinned name with its version and all that is written about it."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    starts = [*PIN.finditer(text)]
    ends = [*(match.start() for match in starts[1:]), len(text)]
    return {canonicalize_name(match[1]): (Version(match[2]), text[match.start() : end]) for match, end in zip(starts, ends, strict=True)}


BASE = read_blocks("base.txt")
DEV = read_blocks("dev.txt")


def run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name(name)
    return subprocess.run([tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def assert_pinned(wanted: list[str], pins: dict[str, tuple[Version, str]]) -> None:
    for text in wanted:
        requirement = Requirement(text)
        version, _ = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{text}: {version} is pinned"


def test_each_dependency_is_pinned_within_its_bound() -> None:
    project = PROJECT["project"]
    assert_pinned(project["dependencies"], BASE)
    for wanted in project["optional-dependencies"].values():
        assert_pinned(wanted, BASE)
    assert_pinned(PROJECT["dependency-groups"]["dev"], DEV)


def test_the_developers_requirements_contain_the_others() -> None:
    assert {name: version for name, (version, _) in BASE.items()}.items() <= {name: version for name, (version, _) in DEV.items()}.items()


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_each_pin_has_a_hash_and_no_server_is_named(name: str) -> None:
    for pinned, (_, block) in read_blocks(name).items():
        assert "--hash=sha256:" in block, pinned
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--?(index|extra-index|find-links|trusted-host|i |f )", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["pushdoc", ".ci/run", "manage.py"])
def test_what_is_run_by_name_may_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_the_script_is_plain_sh() -> None:
    assert (ROOT / "pushdoc").read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", ROOT / "pushdoc"], check=False).returncode == 0


@pytest.mark.parametrize(("arguments", "code"), [(["help"], 0), ([], 0), (["inconnu"], 2)])
def test_the_script_says_what_it_can_do(arguments: list[str], code: int) -> None:
    done = subprocess.run([ROOT / "pushdoc", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "./pushdoc demo" in (done.stderr if code else done.stdout)


def test_the_composition_follows_its_specification() -> None:
    done = run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_composition_holds_no_secret() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("POSTGRES_PASSWORD", "PUSHDOC_SECRET_KEY", "PUSHDOC_CREDENTIAL_KEYS"):
        values = re.findall(rf"{name}: (.*)", text)
        assert values
        assert set(values) == {"${" + name + ":?}"}


def test_the_broker_of_the_composition_keeps_what_it_is_told() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert '--appendonly, "yes", --maxmemory-policy, noeviction' in text


def test_the_image_is_built_by_the_rules() -> None:
    done = run_tool("hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users == ["$UID:$GID"]
