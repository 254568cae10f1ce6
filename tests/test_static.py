"""The pages load nothing foreign, hold no code or style of their own, and every icon exists; colours can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
OWN = [path for path in sorted(STATIC.rglob("*")) if path.suffix in {".css", ".js", ".svg"} and "vendor" not in path.parts]
PAGES = [path for folder in ("templates", "connectors") for path in sorted((ROOT / folder).rglob("*.html"))]
SPRITE = STATIC / "icons.svg"
NAMESPACES = {"http://www.w3.org/2000/svg"}
READABLE = 4.5
"""The contrast that WCAG AA asks of text."""
READ_ON = [
    *((text, ground) for text in ("text", "muted", "accent", "accent-strong") for ground in ("page", "surface", "surface-2")),
    *((f"{tone}-fg", f"{tone}-bg") for tone in ("neutral", "info", "success", "warning", "danger")),
    *((f"{tone}-fg", ground) for tone in ("success", "warning", "danger") for ground in ("page", "surface")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent", "accent-soft"),
]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*OWN, *PAGES], ids=shown)
def test_nothing_is_loaded_from_somebody_else(path: Path) -> None:
    assert set(re.findall(r"https?://[^\s\"'<>)]+", path.read_text(encoding="utf-8"))) <= NAMESPACES


@pytest.mark.parametrize("path", sorted((STATIC / "vendor").rglob("*.css")), ids=shown)
def test_a_vendored_sheet_loads_nothing_but_what_it_holds(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "sourceMappingURL" not in text
    assert "@import" not in text
    assert all(address.startswith(("data:", '"data:', "'data:")) for address in re.findall(r"url\(([^)]{0,20})", text))


@pytest.mark.parametrize("name", ["bootstrap", "bootstrap-icons"])
def test_what_is_vendored_has_its_licence(name: str) -> None:
    assert "MIT License" in (STATIC / "vendor" / name / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_a_template_holds_no_code_and_no_style_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|\shx-on|<style|<script(?![^>]*\ssrc=)|javascript:", text)


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_every_icon_that_is_used_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    icons = set(re.findall(r'symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    named = re.findall(r'elements/icon\.html" with name="([^"]+)"', text)
    assert set(named) | set(re.findall(r'\sicon="([^"]+)"', text)) | set(re.findall(r"icons\.svg' %}#([\w-]+)\"", text)) <= icons


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ_ON)
def test_colours_can_be_read(scheme: str, text: str, ground: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[text], colours[ground]) >= READABLE


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_border_of_a_field_can_be_seen(scheme: str) -> None:
    colours = palette(scheme)
    assert contrast(colours["line-strong"], colours["surface"]) >= 3
    assert contrast(colours["accent"], colours["page"]) >= 3


def palette(scheme: str) -> dict[str, str]:
    light, dark = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8").split("prefers-color-scheme: dark")
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", light if scheme == "light" else dark))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
