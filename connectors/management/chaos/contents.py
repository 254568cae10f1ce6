"""Documents of all kinds that a firm's clients drop: bytes with the right beginning and end, and names as people give them."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

from connectors.management.demo.plain_files import tiny_pdf

if TYPE_CHECKING:
    from random import Random

LARGE = 5 * 1024 * 1024
LARGE_SHARE = 1 / 200
SMALLEST, LARGEST = 200, 200_000
"""Bytes of an ordinary document; small ones are as frequent as large ones."""

KINDS = {"pdf": 6, "jpg": 2, "csv": 1, "xml": 1}
LONG_NAME = 200
"""Bytes; with its mark for a second copy it is still under the 255 of all file systems."""


def draw_kind(random: Random) -> str:
    """An extension; most documents are PDF."""
    return random.choices(list(KINDS), list(KINDS.values()))[0]


def draw_size(random: Random) -> int:
    """In bytes."""
    if random.random() < LARGE_SHARE:
        return LARGE
    return int(SMALLEST * (LARGEST / SMALLEST) ** random.random())


def make_content(random: Random, kind: str, size: int) -> bytes:
    """A document that no other draw gives."""
    filling = random.randbytes(max(16, size))
    if kind == "pdf":
        start, _, end = tiny_pdf().partition(b"trailer")
        return start + b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer" % (len(filling), filling) + end.rstrip() + b"\n"
    if kind == "jpg":
        blocks = [filling[start : start + 60_000] for start in range(0, len(filling), 60_000)]
        comments = b"".join(b"\xff\xfe" + (len(block) + 2).to_bytes(2, "big") + block for block in blocks)
        return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + comments + b"\xff\xd9"
    words = filling.hex()[: max(32, size)]
    if kind == "csv":
        return (
            b"Date;Libell\xe9;Montant\r\n"
            + "".join(f"24/11/2026;{words[at : at + 40]};1,00\r\n" for at in range(0, len(words), 40)).encode()
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<facture><piece>{words}</piece></facture>\n'.encode()


def draw_name(random: Random, number: int, kind: str) -> str:
    """A name of its own: accents in either spelling, an apostrophe, a dash in front, capitals, two hundred bytes."""
    return random.choice(
        (
            f"Facture {number}.{kind}",
            f"Reçu été n°{number} – L'Hôtel & Cie (payé).{kind}",
            unicodedata.normalize("NFD", f"Débours août Çelik {number}.{kind}"),
            f"-scan {number}.{kind}",
            f"FACTURE_{number}.{kind.upper()}",
            f"Relevé d’achats №{number}, à vérifier.{kind}",
            _long_name(number, kind),
        )
    )


def _long_name(number: int, kind: str) -> str:
    tail = f" {number}.{kind}"
    stem = ("Facture détaillée à régler avant l'échéance " * 6).encode()[: LONG_NAME - len(tail)]
    return stem.decode("utf-8", "ignore") + tail


def is_hidden(name: str) -> bool:
    """Whether it is one of the dropper's temporary names, or one of the product's."""
    return os.path.basename(name).startswith(".")
