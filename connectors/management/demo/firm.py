"""The demonstration firm: thirty invented clients, written so that every page has something to show. Pure data.

Their SIREN begin with 999, a range in which none has been given out: their check digits are right, and no real company is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEMO_FIRM_NAME = "Cabinet Aubépine & Associés"

CODE_CLIENT = ("Fiche client", "Code client")
DATA_MODELS: dict[str, tuple[str, ...]] = {
    "Fiche client": ("Code client", "Activité", "Ville"),
    "Logiciels": ("Code Illinks", "Code production comptable", "Code GED"),
}

CRAFTS, PROFESSIONS, COMPANIES = ("Artisans et commerces", "Professions libérales", "Sociétés civiles et holdings")

_TABLE = f"""
{CRAFTS}
Boulangerie Lefèvre | LEF001 | 31/12 | Boulangerie-pâtisserie | Tours
L'Atelier d'Hélène | ATE002 | 30/06 | Couture et retouches | Amboise
Garage Poiré & Fils | POI003 | 31/12 | Réparation automobile | Chinon
Fleurs de Loire | FLE004 | 31/12 | Fleuriste | Saumur
Menuiserie Château-Gaillard | MEN005 | 30/09 | Menuiserie bois | Loches
Épicerie Chez Zoé | EPI006 | 31/12 | Alimentation générale | Blois
Le Comptoir à Thé | COM007 | 31/03 | Salon de thé | Tours
Plomberie Guérin | GUE008 | 31/12 | Plomberie et chauffage | Vouvray
Brasserie de l'Île | BRA009 | 30/09 | Débit de boissons | Nantes
Coiffure Maëlle | MAE010 | 31/12 | Coiffure | Azay-le-Rideau
Primeurs du Marché n°7 | PRI011 | 31/12 | Fruits et légumes | Angers
Cycles Noël | NOE012 | 28/02 | Vente et réparation de cycles | Tours
{PROFESSIONS}
Cabinet dentaire de l'Hôtel-de-Ville | DEN013 | 31/12 | Chirurgie dentaire | Tours
Étude notariale Saint-Gatien | NOT014 | 31/12 | Notariat | Tours
Pharmacie du Pont-Neuf | PHA015 | 30/06 | Pharmacie | Blois
Cabinet d'architecture Rivière | RIV016 | 31/12 | Architecture | Orléans
Maître Çelik, avocate | AVO017 | 31/12 | Avocature | Angers
Laboratoire Cœur de Ville | LAB018 | 30/09 | Analyses médicales | Châteauroux
Kinésithérapie des Deux-Lions | KIN019 | 31/12 | Kinésithérapie | Tours
Cabinet vétérinaire de la Forêt | VET020 | 31/12 | Vétérinaire | Loches
Optique Bellevue | OPT021 | 31/03 | Optique | Saumur
Infirmières de la Varenne |  | 31/12 | Soins infirmiers | Chinon
{COMPANIES}
SCI des Tilleuls | SCI023 | 31/12 | Location immobilière | Tours
SCI Les Grands Chênes | SCI024 | 31/12 | Location immobilière | Amboise
SCI du Vieux Moulin | SCI024 | 31/12 | Location immobilière | Vouvray
Holding Montsoreau | HOL026 | 30/06 | Gestion de participations | Saumur
Groupement forestier du Val | GFV027 | 30/09 | Sylviculture | Loches
SCM Santé Rabelais | SCM028 | 31/12 | Moyens communs | Chinon
Financière de l'Écluse | FIN029 | 28/02 | Gestion de participations | Nantes
SCEA Les Vignes d'Étienne | VIG030 | 31/03 | Viticulture | Vouvray
"""
"""Name, code, closing, activity, town. Somebody forgot one code, and typed another one twice."""

RESPONSIBLE = ("Camille R.", "Inès L.", "Théo M.", "Noémie P.")


@dataclass(frozen=True)
class DemoClient:
    """`closing` is (day, month); `values` goes by (data model, attribute) and holds no empty one."""

    name: str
    folder: str
    group: str
    responsible: str
    siren: str
    siret: str
    closing: tuple[int, int]
    values: Mapping[tuple[str, str], str]

    @property
    def code(self) -> str:
        """The client code; empty for the one whose code was forgotten."""
        return self.values.get(CODE_CLIENT, "")


def with_check_digit(digits: str) -> str:
    """The digits and their Luhn check digit."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - Luhn: the sum of both digits
    return f"{digits}{-total % 10}"


def _values(number: int, code: str, activity: str, town: str) -> dict[tuple[str, str], str]:
    """A few sheets are not filled in, as in every firm; accounting codes begin with zeros, which must survive."""
    values = {
        CODE_CLIENT: code,
        ("Fiche client", "Activité"): activity,
        ("Fiche client", "Ville"): town,
        ("Logiciels", "Code Illinks"): f"ILK-{1000 + number * 7}" if number % 5 else "",
        ("Logiciels", "Code production comptable"): f"{number * 13:05d}",
        ("Logiciels", "Code GED"): f"GED{number:04d}" if number % 4 else "",
    }
    return {key: value for key, value in values.items() if value}


def _client(number: int, group: str, line: str) -> DemoClient:
    name, code, closing, activity, town = (cell.strip() for cell in line.split("|"))
    siren = with_check_digit(f"999{(number * 3571 + 20_417) % 100_000:05d}")
    day, month = (int(part) for part in closing.split("/"))
    responsible, siret = RESPONSIBLE[number % len(RESPONSIBLE)], with_check_digit(f"{siren}0001")
    return DemoClient(name, name, group, responsible, siren, siret, (day, month), _values(number, code, activity, town))


def _read_table() -> tuple[DemoClient, ...]:
    clients: list[DemoClient] = []
    group = ""
    for line in _TABLE.strip().splitlines():
        if "|" in line:
            clients.append(_client(len(clients) + 1, group, line))
        else:
            group = line
    return tuple(clients)


DEMO_CLIENTS = _read_table()
DEMO_GROUPS = (CRAFTS, PROFESSIONS, COMPANIES)

HELD_CLIENTS = tuple(client for client in DEMO_CLIENTS if not client.code or sum(other.code == client.code for other in DEMO_CLIENTS) > 1)
"""Those whose documents wait until somebody repairs their code."""
