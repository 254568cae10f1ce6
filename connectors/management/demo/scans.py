"""Receipts as a scanner or a telephone gives them: a little crooked, a little grey."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from connectors.management.demo.invoice import VAT_RATE, money
from connectors.management.demo.libraries import font_path, load

if TYPE_CHECKING:
    from random import Random

    from connectors.management.demo.invoice import Invoice

    Image = Any  # loaded late: production has no such library
    Draw = Any

PAPER_SIZE = (620, 877)
DOTS_PER_INCH = (75, 75)


def write_jpeg(invoice: Invoice, file: IO[bytes], random: Random) -> None:
    """A grey photograph of the receipt."""
    _scan(invoice, random).save(file, format="JPEG", quality=70, dpi=DOTS_PER_INCH)


def write_png(invoice: Invoice, file: IO[bytes], random: Random) -> None:
    """The same without loss, in sixteen greys."""
    _scan(invoice, random).quantize(16).save(file, format="PNG", dpi=DOTS_PER_INCH)


def write_tiff(invoice: Invoice, file: IO[bytes], random: Random) -> None:
    """Black and white as office scanners write it (CCITT group 4)."""
    _scan(invoice, random).convert("1", dither=0).save(file, format="TIFF", compression="group4", dpi=DOTS_PER_INCH)


def _scan(invoice: Invoice, random: Random) -> Image:
    image_module = load("PIL.Image")
    page = image_module.new("L", PAPER_SIZE, 250)
    _draw_receipt(load("PIL.ImageDraw").Draw(page), invoice)
    crooked = page.rotate(random.uniform(-1.5, 1.5), resample=image_module.Resampling.BILINEAR, fillcolor=236)
    speckles = load("PIL.ImageDraw").Draw(crooked)
    for _ in range(200):
        speckles.point((random.randrange(PAPER_SIZE[0]), random.randrange(PAPER_SIZE[1])), fill=random.randrange(90, 220))
    return crooked


def _draw_receipt(draw: Draw, invoice: Invoice) -> None:
    fonts = load("PIL.ImageFont")
    plain, large = (fonts.truetype(font_path(), 15), fonts.truetype(font_path("VeraBd.ttf"), 22))
    draw.text((60, 60), invoice.seller.name, font=large, fill=25)
    draw.text((60, 95), f"{invoice.seller.town}   SIREN {invoice.seller.siren}", font=plain, fill=60)
    draw.text((60, 140), f"Reçu n° {invoice.number}   le {invoice.issued:%d/%m/%Y}", font=plain, fill=25)
    draw.text((60, 165), f"Pour : {invoice.buyer.name}", font=plain, fill=25)
    y = 220
    totals = (("Total HT", invoice.net), (f"TVA {VAT_RATE} %", invoice.vat), ("TOTAL TTC", invoice.gross))
    for label, cents in (*((line.label, line.amount) for line in invoice.lines), *totals):
        draw.text((60, y), label, font=plain, fill=25)
        draw.text((560, y), money(cents), font=plain, fill=25, anchor="ra")
        y += 32
    draw.line((60, y, 560, y), fill=120, width=2)
    draw.text((60, y + 20), "Merci de votre visite", font=plain, fill=60)
