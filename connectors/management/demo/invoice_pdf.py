"""An invoice as a PDF page that is pleasant to look at."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from connectors.management.demo.invoice import VAT_RATE, money
from connectors.management.demo.libraries import font_path, load

if TYPE_CHECKING:
    from connectors.management.demo.invoice import Invoice, Party

    Canvas = Any  # reportlab has no types
    Style = tuple[float, str, str]

REGULAR, BOLD = "DemoSans", "DemoSans-Bold"
INK, MUTED, PAPER, ACCENT, WHITE = "#1d2733", "#5b6875", "#eef3f6", "#1f6f78", "#ffffff"
LEFT, RIGHT, TOP = 50, 545, 790


BODY, STRONG, QUIET, SMALL = (9, INK, REGULAR), (9.5, INK, BOLD), (9, MUTED, REGULAR), (8, MUTED, REGULAR)
TITLE, NUMBER, CAPTION, HEADER, TOTAL = (15, ACCENT, BOLD), (13, INK, BOLD), (7, MUTED, BOLD), (8.5, WHITE, BOLD), (10, ACCENT, BOLD)
"""Size, colour and font of each kind of text."""


def draw_invoice(invoice: Invoice, file: IO[bytes]) -> None:
    """One A4 page. The same invoice gives the same bytes: no clock, no random identifier. Fonts are embedded."""
    _register_fonts()
    canvas = load("reportlab.pdfgen.canvas").Canvas(file, pagesize=(595.28, 841.89), invariant=1, lang="fr-FR")
    canvas.setTitle(f"Facture {invoice.number}")
    canvas.setAuthor(invoice.seller.name)
    _draw_head(canvas, invoice)
    _draw_party(canvas, "ÉMETTEUR", invoice.seller, LEFT)
    _draw_party(canvas, "CLIENT", invoice.buyer, 310)
    _draw_totals(canvas, invoice, _draw_lines(canvas, invoice))
    foot = f"Échéance le {invoice.due:%d/%m/%Y}. Document de démonstration : aucune de ces entreprises n’existe."
    _write(canvas, (LEFT, 60), foot, SMALL)
    canvas.showPage()
    canvas.save()


def _register_fonts() -> None:
    metrics, fonts = (load("reportlab.pdfbase.pdfmetrics"), load("reportlab.pdfbase.ttfonts"))
    for name, file_name in ((REGULAR, "Vera.ttf"), (BOLD, "VeraBd.ttf")):
        if name not in metrics.getRegisteredFontNames():
            metrics.registerFont(fonts.TTFont(name, font_path(file_name)))


def _write(canvas: Canvas, place: tuple[float, float], text: str, style: Style = BODY, *, right: bool = False) -> None:
    size, color, font = style
    canvas.setFont(font, size)
    canvas.setFillColor(color)
    (canvas.drawRightString if right else canvas.drawString)(*place, text)


def _draw_head(canvas: Canvas, invoice: Invoice) -> None:
    canvas.setFillColor(ACCENT)
    canvas.rect(0, 822, 596, 20, stroke=0, fill=1)
    _write(canvas, (LEFT, TOP - 15), invoice.seller.name, TITLE)
    _write(canvas, (RIGHT, TOP - 50), f"Facture n° {invoice.number}", NUMBER, right=True)
    _write(canvas, (RIGHT, TOP - 66), f"Date : {invoice.issued:%d/%m/%Y}", QUIET, right=True)


def _draw_party(canvas: Canvas, title: str, party: Party, x: float) -> None:
    canvas.setFillColor(PAPER)
    canvas.roundRect(x, 606, 235, 84, 6, stroke=0, fill=1)
    siren = f"{party.siren[:3]} {party.siren[3:6]} {party.siren[6:]}"
    _write(canvas, (x + 12, 673), title, CAPTION)
    _write(canvas, (x + 12, 657), party.name[:36], STRONG)
    _write(canvas, (x + 12, 643), party.town)
    _write(canvas, (x + 12, 629), f"SIREN {siren}", SMALL)
    _write(canvas, (x + 12, 616), f"N° TVA {party.vat_number}", SMALL)


def _draw_lines(canvas: Canvas, invoice: Invoice) -> float:
    """The table; gives the height below it."""
    canvas.setFillColor(ACCENT)
    canvas.rect(LEFT, 565, RIGHT - LEFT, 22, stroke=0, fill=1)
    _write(canvas, (LEFT + 10, 572), "Désignation", HEADER)
    for x, title in ((360, "Quantité"), (450, "Prix HT"), (RIGHT - 10, "Montant HT")):
        _write(canvas, (x, 572), title, HEADER, right=True)
    y = 545.0
    for line in invoice.lines:
        _write(canvas, (LEFT + 10, y), line.label)
        for x, text in ((360, str(line.quantity)), (450, money(line.unit_price)), (RIGHT - 10, money(line.amount))):
            _write(canvas, (x, y), text, right=True)
        canvas.setStrokeColor(PAPER)
        canvas.line(LEFT, y - 8, RIGHT, y - 8)
        y -= 24
    return y


def _draw_totals(canvas: Canvas, invoice: Invoice, below: float) -> None:
    y = below - 12
    for label, cents in (("Total HT", invoice.net), (f"TVA {VAT_RATE} %", invoice.vat)):
        _write(canvas, (450, y), label, QUIET, right=True)
        _write(canvas, (RIGHT - 10, y), money(cents), right=True)
        y -= 18
    canvas.setFillColor(PAPER)
    canvas.roundRect(340, y - 12, RIGHT - 340, 26, 5, stroke=0, fill=1)
    _write(canvas, (450, y - 3), "Net à payer", TOTAL, right=True)
    _write(canvas, (RIGHT - 10, y - 3), money(invoice.gross), TOTAL, right=True)
