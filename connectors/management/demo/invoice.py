"""What stands on an invoice of the demonstration: parties, lines, amounts in cents. Always the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.management.demo.firm import with_check_digit

if TYPE_CHECKING:
    from random import Random

    from connectors.management.demo.firm import DemoClient

VAT_RATE = 20
LAST_DAY = date(2026, 11, 20)
"""Invoices are dated in the weeks before it: a moving day would give other bytes each time."""

_SUPPLIERS = (
    "Minoterie des Trois Rives",
    "Papeterie Clément",
    "Énergie Val de Loire",
    "Transports Béranger",
    "Fournitures Quéméneur",
    "Imprimerie L'Encrier",
)
_GOODS = (
    *("Fourniture de matériel", "Abonnement mensuel", "Livraison et manutention", "Consommables", "Entretien annuel", "Main-d'œuvre"),
    *("Location d'équipement", "Matières premières", "Honoraires", "Frais de déplacement"),
)
_CUSTOMERS = ("Mairie de Sainte-Aubépine", "Collège Ronsard", "Hôtel Le Héron", "Association Les Tisserands", "Traiteur Maréchal")


@dataclass(frozen=True)
class Party:
    """Who sells or buys. Its SIREN begins with 999 or 998: no real company is meant."""

    name: str
    siren: str
    town: str

    @property
    def vat_number(self) -> str:
        """The French VAT number that follows from the SIREN."""
        return f"FR{(12 + 3 * (int(self.siren) % 97)) % 97:02d}{self.siren}"


@dataclass(frozen=True)
class InvoiceLine:
    """One line; `unit_price` is in cents, without VAT."""

    label: str
    quantity: int
    unit_price: int

    @property
    def amount(self) -> int:
        """In cents, without VAT."""
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Invoice:
    """One invoice; amounts are in cents."""

    number: str
    issued: date
    seller: Party
    buyer: Party
    lines: tuple[InvoiceLine, ...]

    @property
    def net(self) -> int:
        """Without VAT."""
        return sum(line.amount for line in self.lines)

    @property
    def vat(self) -> int:
        """Rounded half up, as on paper."""
        return (self.net * VAT_RATE + 50) // 100

    @property
    def gross(self) -> int:
        """To be paid."""
        return self.net + self.vat

    @property
    def due(self) -> date:
        """The day by which it is paid."""
        return self.issued + timedelta(days=30)


def purchase_invoice(client: DemoClient, random: Random) -> Invoice:
    """What a supplier asks the client to pay."""
    return _invoice("F", _other_party(_SUPPLIERS, random), _party(client), random)


def sales_invoice(client: DemoClient, random: Random) -> Invoice:
    """What the client asks a customer to pay."""
    return _invoice("V", _party(client), _other_party(_CUSTOMERS, random), random)


def money(cents: int) -> str:
    """1 234,50 € with spaces that do not break."""
    return f"{cents // 100:,}".replace(",", "\xa0") + f",{cents % 100:02d}\xa0€"


def _invoice(prefix: str, seller: Party, buyer: Party, random: Random) -> Invoice:
    labels = random.sample(_GOODS, random.randint(2, 5))
    lines = tuple(InvoiceLine(label, random.randint(1, 12), random.randrange(490, 24_000, 5)) for label in labels)
    issued = LAST_DAY - timedelta(days=random.randint(0, 60))
    return Invoice(f"{prefix}{issued:%Y%m}-{random.randint(1000, 9999)}", issued, seller, buyer, lines)


def _party(client: DemoClient) -> Party:
    return Party(client.name, client.siren, client.values["Fiche client", "Ville"])


def _other_party(names: tuple[str, ...], random: Random) -> Party:
    name = random.choice(names)
    number = names.index(name) * 617 + len(name) * 31
    return Party(name, with_check_digit(f"998{number:05d}"), "Tours")
