"""Documents that need no library: a CSV, the smallest PDF, and one of 60 MB."""

from __future__ import annotations

import csv
import io
from typing import IO, TYPE_CHECKING

from connectors.management.demo.invoice import money

if TYPE_CHECKING:
    from random import Random

    from connectors.management.demo.invoice import Invoice

TINY_SIZE = 200
LARGE_SIZE = 60 * 1024 * 1024
WIDTH, HEIGHT = 5120, 4096
"""Of the picture in the large PDF: three bytes a point make just 60 MiB."""

CHUNK = 1024 * 1024


def write_csv(invoice: Invoice, file: IO[bytes]) -> None:
    """A list of amounts for a French Excel."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";")
    rows.writerow(("Date", "Pièce", "Tiers", "Libellé", "Montant HT"))
    for line in invoice.lines:
        rows.writerow((f"{invoice.issued:%d/%m/%Y}", invoice.number, invoice.seller.name, line.label, money(line.amount)))
    file.write(text.getvalue().encode("utf-8-sig"))


def tiny_pdf() -> bytes:
    """A blank page in 200 bytes. A cross-reference table has no room in that: its place is given as 0, and readers rebuild it."""
    start = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    return (start + page + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF").ljust(TINY_SIZE)


def write_large_pdf(file: IO[bytes], random: Random) -> None:
    """One page that shows a picture of noise, which nothing can compress: what a scanner in its finest setting makes."""
    content = b"q 595 0 0 476 0 183 cm /I Do Q"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    offsets.append(file.tell())
    _write_picture(file, random)
    started = file.tell()
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    file.write(b"xref\n0 6\n0000000000 65535 f \n%strailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (entries, started))


def _write_picture(file: IO[bytes], random: Random) -> None:
    head = b"5 0 obj\n<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Length %d>>stream\n"
    file.write(head % (WIDTH, HEIGHT, LARGE_SIZE))
    for _ in range(LARGE_SIZE // CHUNK):
        file.write(random.randbytes(CHUNK))
    file.write(b"\nendstream\nendobj\n")
