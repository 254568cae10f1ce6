"""Which client drops what, under which name, and what becomes of it. No disk: only the plan."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from random import Random
from typing import IO, TYPE_CHECKING

from connectors.domain.paths import RECOMMENDED
from connectors.management.demo.factur_x import write_factur_x
from connectors.management.demo.firm import DEMO_CLIENTS, HELD_CLIENTS
from connectors.management.demo.invoice import purchase_invoice, sales_invoice
from connectors.management.demo.invoice_pdf import draw_invoice
from connectors.management.demo.plain_files import tiny_pdf, write_csv, write_large_pdf
from connectors.management.demo.scans import write_jpeg, write_png, write_tiff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.management.demo.firm import DemoClient
    from connectors.management.demo.invoice import Invoice

DEPOSITS = tuple(deposit for deposit, _ in RECOMMENDED)
PURCHASES, SALES = DEPOSITS

REFUSED_WORD = "refus"
"""The simulator is told to turn down documents whose name holds it."""

SALES_CLIENTS = 14
SLOW_CLIENTS = (3, 8)
"""Places in DEMO_CLIENTS whose invoice is written in place, slowly: a document that has to settle."""


class Expected(StrEnum):
    """Where a document ends when nothing moves any more. The values are those of PushState; « skipped » has no row at all."""

    PUBLISHED = "published"
    PRIOR = "prior"
    HELD = "held"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class PlannedDocument:
    """A document that is not yet written. `link_to` makes it a symbolic link."""

    client: DemoClient
    deposit: str
    name: str
    write: Callable[[IO[bytes]], None]
    expected: Expected = Expected.PUBLISHED
    cause: str = ""
    in_place: bool = False
    link_to: str = ""


def planned_documents(seed: int) -> Iterator[PlannedDocument]:
    """All that is dropped after activation: the ordinary invoices, the special ones, and what must not be sent."""
    for place, client in enumerate(DEMO_CLIENTS):
        yield from _ordinary(client, seed, place)
    yield from _special(seed)
    yield from _unsendable(seed)


def planned_prior_documents(seed: int) -> Iterator[PlannedDocument]:
    """Three that are there before activation."""
    for client, month in zip(DEMO_CLIENTS, ("août", "septembre", "octobre"), strict=False):
        name = f"Facture {month} 2026.pdf"
        write = partial(draw_invoice, purchase_invoice(client, _random(seed, client.name, name)))
        yield PlannedDocument(client, PURCHASES, name, write, Expected.PRIOR)


def _ordinary(client: DemoClient, seed: int, place: int) -> Iterator[PlannedDocument]:
    """A purchase invoice for each client, a sales invoice for the first ones. Those without a good code wait."""
    expected, cause = (Expected.HELD, "mapping") if client in HELD_CLIENTS else (Expected.PUBLISHED, "")
    invoice = purchase_invoice(client, _random(seed, client.name, "achat"))
    name = f"{invoice.seller.name} {invoice.number}.pdf"
    yield PlannedDocument(client, PURCHASES, name, partial(draw_invoice, invoice), expected, cause, in_place=place in SLOW_CLIENTS)
    if place < SALES_CLIENTS:
        invoice = sales_invoice(client, _random(seed, client.name, "vente"))
        yield PlannedDocument(client, SALES, f"Facture {invoice.number}.pdf", partial(draw_invoice, invoice), expected, cause)


def _special(seed: int) -> Iterator[PlannedDocument]:
    """Every kind of document and of name that firms really have."""
    yield _one(0, "Facture électronique (Factur-X).pdf", write_factur_x, seed)
    for place, name in ((1, "Ticket péage.jpg"), (4, "IMG_20261112_081533.JPEG"), (6, "Note de frais d'Hélène.jpg"), (12, "Reçu n°4.jpg")):
        yield _one(place, name, partial(_with_random, write_jpeg, seed), seed)
    for place, name in ((2, "Scan 0001.tif"), (13, "Numérisation reçu carburant.tiff"), (22, "Appel de fonds.TIF")):
        yield _one(place, name, partial(_with_random, write_tiff, seed), seed)
    yield _one(5, "Capture d'écran.png", partial(_with_random, write_png, seed), seed)
    yield _one(7, "Relevé d'achats T3.csv", write_csv, seed)
    yield _one(1, "Facture été n°12 – L'Atelier d'Hélène & Cie (payée).pdf", draw_invoice, seed)
    yield _one(16, unicodedata.normalize("NFD", "Débours de Maître Çelik, août.pdf"), draw_invoice, seed)
    yield _one(9, "Ticket 200 octets.pdf", _write_tiny, seed)
    yield PlannedDocument(DEMO_CLIENTS[15], PURCHASES, "Plans d'exécution 60 Mo.pdf", partial(_write_large, seed=seed))
    yield _one(10, f"Facture illisible ({REFUSED_WORD}).pdf", draw_invoice, seed, Expected.REFUSED)


def _unsendable(seed: int) -> Iterator[PlannedDocument]:
    """What lies in every shared folder and must never leave. An empty file and a program are held, the others are no documents."""
    client = DEMO_CLIENTS[11]
    invoice = purchase_invoice(client, _random(seed, client.name, "achat"))
    half = partial(_write_bytes, content=b"%PDF-1.4\n1 0 obj\n")
    yield PlannedDocument(client, PURCHASES, "Téléchargement.pdf.part", half, Expected.SKIPPED)
    yield PlannedDocument(client, PURCHASES, "~$facture.docx", partial(_write_bytes, content=b"\x05cycle" + b" " * 156), Expected.SKIPPED)
    yield PlannedDocument(
        client, PURCHASES, "Thumbs.db", partial(_write_bytes, content=b"\xd0\xcf\x11\xe0" + b"\0" * 508), Expected.SKIPPED
    )
    target = f"{invoice.seller.name} {invoice.number}.pdf"
    yield PlannedDocument(client, PURCHASES, "Raccourci.pdf", _write_nothing, Expected.SKIPPED, link_to=target)
    yield PlannedDocument(client, SALES, "Facture vide.pdf", _write_nothing, Expected.HELD, "empty")
    yield PlannedDocument(
        client, SALES, "Installation.exe", partial(_write_bytes, content=b"MZ" + b"\x90\0" * 300), Expected.HELD, "extension"
    )


def _one(
    place: int, name: str, write: Callable[[Invoice, IO[bytes]], None], seed: int, expected: Expected = Expected.PUBLISHED
) -> PlannedDocument:
    client = DEMO_CLIENTS[place]
    return PlannedDocument(client, PURCHASES, name, partial(write, purchase_invoice(client, _random(seed, client.name, name))), expected)


def _random(*parts: object) -> Random:
    """The same for the same words, whatever was drawn before."""
    return Random("/".join(map(str, parts)))


def _with_random(write: Callable[[Invoice, IO[bytes], Random], None], seed: int, invoice: Invoice, file: IO[bytes]) -> None:
    write(invoice, file, _random(seed, invoice.number))


def _write_tiny(_invoice: Invoice, file: IO[bytes]) -> None:
    file.write(tiny_pdf())


def _write_large(file: IO[bytes], seed: int) -> None:
    write_large_pdf(file, _random(seed, "60 Mo"))


def _write_bytes(file: IO[bytes], content: bytes) -> None:
    file.write(content)


def _write_nothing(_file: IO[bytes]) -> None:
    """An empty file."""
