"""What the browser is given: everything is ours, everything is there, and the two styles can be read."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string

STATIC = Path(__file__).parent.parent / "static"
STYLES = sorted(STATIC.rglob("*.css"))
DRAWINGS = sorted(STATIC.rglob("*.svg"))
TONES = ("neutral", "info", "success", "warning", "danger")


def shown(path: Path) -> str:
    return str(path.relative_to(STATIC))


def schemes() -> dict[str, dict[str, str]]:
    """The colours of tokens.css; dark is light with what the media query says otherwise."""
    light, dark = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    colours = [dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": colours[0], "dark": colours[0] | colours[1]}


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("path", STYLES, ids=shown)
def test_a_style_asks_for_nothing_foreign_and_nothing_missing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "sourceMappingURL" not in text
    assert "@import" not in text
    for address in re.findall(r"url\([\"']?([^\"')]+)", text):
        if not address.startswith("data:"):
            assert (path.parent / address).is_file(), address


@pytest.mark.parametrize("path", STYLES, ids=shown)
def test_an_address_in_a_style_is_never_kept_in_a_variable(path: Path) -> None:
    # The browser resolves it where the variable is used, which is Bootstrap's folder.
    assert not re.search(r"--[a-z-]+:\s*url\((?![\"']?data:)", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", DRAWINGS, ids=shown)
def test_a_drawing_is_well_formed_and_holds_no_script(path: Path) -> None:
    names = {element.tag.rpartition("}")[2] for element in ET.parse(path).iter()}
    assert not names & {"script", "foreignObject", "image", "style"}


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_can_be_shown_when_nothing_is_known_of_the_request(page: str) -> None:
    text = render_to_string(f"{page}.html")
    assert text.startswith("<!doctype html>")
    assert text.count("<h1>") == 1
    assert "Se déconnecter" not in text


@pytest.mark.parametrize("name", ["bootstrap", "bootstrap-icons"])
def test_what_is_vendored_carries_its_licence(name: str) -> None:
    assert "MIT" in (STATIC / "vendor" / name / "LICENSE").read_text(encoding="utf-8")


def test_the_script_needs_no_eval_and_writes_no_html() -> None:
    text = (STATIC / "js" / "app.js").read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|https?://", text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "surface", "surface-2"])
@pytest.mark.parametrize("ink", ["text", "muted", "accent", "danger-fg"])
def test_text_can_be_read_on_every_ground(ink: str, ground: str, scheme: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
def test_a_badge_can_be_read(tone: str, scheme: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[f"{tone}-fg"], colours[f"{tone}-bg"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(scheme: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours["line-strong"], colours["surface"]) >= 3
