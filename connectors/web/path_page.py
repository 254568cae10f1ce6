"""What the page of deposit paths shows: its rows with their choices and problems, and an example around a real client's closing day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from connectors.configure.classification import LEVELS, nodes_at
from connectors.domain.millesime import closing_date
from connectors.domain.paths import KNOWN_PLACEHOLDERS, PathRefused, clean_path
from connectors.domain.routing import ClientRule, PathRule, Rules
from connectors.models import AttributeValue, Client
from connectors.models.rules import facts_about
from connectors.web.forms.deposit_paths import FIELDS, is_visible, typed_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.configure.path_row import PathRow
    from connectors.models import Connector
    from connectors.providers.base import ClassificationNode

LONGEST_SEARCH = 250
SUGGESTED = 20
"""Clients that the field suggests while somebody types."""


@dataclass(frozen=True)
class Choice:
    """One option of a select. `unknown`: the partner does not list it (any more)."""

    code: str
    label: str
    chosen: bool
    unknown: bool = False


@dataclass(frozen=True)
class ShownRow:
    """A row of the page with what is wrong in it, what each code may be (empty: free text), and where the example would be archived."""

    number: int
    row: PathRow
    errors: Mapping[str, str]
    choices: Mapping[str, list[Choice]]
    example: str

    @property
    def index(self) -> str:
        """The number as part of a field's name."""
        return str(self.number)


@dataclass(frozen=True)
class PathExample:
    """The client and the day that the archives are shown for, as typed, and what is wrong with either."""

    typed_client: str
    typed_day: str
    client: Client | None
    day: date | None
    code: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def closing(self) -> date | None:
        """The closing day of the example's calendar year: up to it one exercise, after it the next."""
        if self.client is None or self.day is None:
            return None
        return closing_date(self.day.year, self.client.closing_month, self.client.closing_day)

    @property
    def day_after(self) -> date | None:
        """The first day of the next exercise."""
        return self.closing + timedelta(days=1) if self.closing else None

    def archive_of(self, archive: str) -> str:
        """Where such a document would be archived, by the rules of production; empty when the path is not one yet."""
        if self.client is None or self.day is None:
            return ""
        try:
            rule = PathRule(0, "", clean_path(archive, KNOWN_PLACEHOLDERS), "", "")
        except PathRefused:
            return ""
        return Rules({self.client.pk: ClientRule(self.code)}).destination(facts_about(self.client), rule, self.day).archive_folder


def read_example(connector: Connector, data: Mapping[str, str]) -> PathExample:
    """What was asked, or else the first chosen client, today."""
    typed_client = data.get("example_client", "")[:LONGEST_SEARCH].strip()
    typed_day = data.get("example_date", "") or timezone.localdate().isoformat()
    client, day, problems = client_named(connector, typed_client), typed_date(typed_day), {}
    if typed_client and client is None:
        problems["client"] = "Aucun client choisi ne porte ce nom."
    if day is None:
        problems["date"] = "Indiquez une date, par exemple 30/06/2026."
    return PathExample(typed_client or (client.name if client else ""), typed_day[:20], client, day, _code(connector, client), problems)


def client_named(connector: Connector, text: str) -> Client | None:
    """The chosen client of this name, or else the first one whose name holds these words; the first of all for no words."""
    chosen = Client.objects.filter(selections__connector=connector)
    if not is_visible(text):
        return None
    return chosen.filter(name=text).first() or chosen.named_like(text).order_by("name").first()


def suggested_clients(connector: Connector, text: str) -> list[str]:
    """Names for the field's list; a full name suggests nothing else."""
    chosen = Client.objects.filter(selections__connector=connector).order_by("name")
    return list((chosen.named_like(text) if is_visible(text) else chosen.none()).values_list("name", flat=True)[:SUGGESTED])


def _code(connector: Connector, client: Client | None) -> str:
    values = AttributeValue.objects.filter(attribute__mappings__connector=connector, client=client)
    return (values.values_list("value", flat=True).first() or "") if client else ""


def shown_rows(
    rows: Sequence[PathRow], problems: Mapping[tuple[int, str], str], nodes: Sequence[ClassificationNode], example: PathExample
) -> list[ShownRow]:
    """Each row as the page needs it."""
    return [
        ShownRow(
            number,
            row,
            {name: problems.get((number, name), "") for name in FIELDS},
            _choices(row, nodes),
            example.archive_of(row.archive),
        )
        for number, row in enumerate(rows)
    ]


def _choices(row: PathRow, nodes: Sequence[ClassificationNode]) -> dict[str, list[Choice]]:
    """Types of the chosen domaine only, sous-types of the type; what the partner lists nowhere stays, marked; what belongs elsewhere does not."""
    codes = [getattr(row, name).strip() for name in LEVELS]
    choices = {}
    for depth, (name, code) in enumerate(zip(LEVELS, codes, strict=True)):
        offered = [Choice(node.code, node.label, node.code == code) for node in nodes_at(nodes, codes[:depth])]
        if code and code not in _codes_at(nodes, depth):
            offered.append(Choice(code, code, chosen=True, unknown=True))
        choices[name] = offered if nodes else []
    return choices


def _codes_at(nodes: Sequence[ClassificationNode], depth: int) -> set[str]:
    for _ in range(depth):
        nodes = [child for node in nodes for child in node.children]
    return {node.code for node in nodes}
