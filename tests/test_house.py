"""What no linter knows: sizes, names, and that the five words are the same everywhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from connectors.providers.registry import PROVIDERS

ROOT = Path(__file__).parent.parent
MODULES = [path for folder in ("connectors", "pushdoc_admin") for path in sorted((ROOT / folder).rglob("*.py"))]
CODE = [path for path in MODULES if not {"migrations", "tests"} & set(path.parts)]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STEPS = ("activation", "clients", "attribute", "credentials", "deposit_paths")
NEVER = {"utils", "helpers", "common", "services", "manager"}


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_a_module_has_at_most_200_lines_and_a_function_30(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= 30, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", TEMPLATES, ids=shown)
def test_a_template_has_at_most_80_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize("path", TEMPLATES, ids=shown)
def test_a_template_holds_no_inline_code_and_nothing_foreign(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)|\|safe\b", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_a_module_is_named_after_what_it_holds(path: Path) -> None:
    assert path.stem not in NEVER


@pytest.mark.parametrize("step", STEPS)
def test_a_step_has_the_same_name_everywhere(step: str) -> None:
    for place in (
        f"connectors/configure/{step}.py",
        f"connectors/web/views/{step}.py",
        f"templates/connectors/{step}.html",
        f"tests/web/test_{step}.py",
    ):
        assert (ROOT / place).is_file(), place


@pytest.mark.parametrize("key", PROVIDERS)
def test_a_provider_has_a_logo_a_contract_and_tests(key: str) -> None:
    package = ROOT / "connectors" / "providers" / key
    assert (package / "contract.toml").is_file()
    assert (package / "static" / "logo.svg").is_file()
    assert list((package / "tests").glob("test_*.py"))


def test_no_icon_is_used_that_does_not_exist() -> None:
    sprite = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'symbol id="([^"]+)"', sprite))
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        used = set(re.findall(r"icons\.svg' %}#([a-z-]+)\"", text)) | set(re.findall(r'elements/icon.html" with name="([a-z-]+)"', text))
        assert used <= known, shown(path)
