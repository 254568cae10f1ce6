"""The rows of the grid: every chosen client's value with what is wrong or odd about it, by filter and search, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.core.paginator import Paginator

from connectors.configure.dossier_matching import dossier_codes
from connectors.configure.value_checks import warnings_in
from connectors.configure.value_problems import DOUBLE, link_problems
from connectors.configure.values import chosen_clients, values_of
from connectors.domain.names import fold_for_search

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.core.paginator import Page

    from connectors.configure.value_problems import Problem
    from connectors.configure.values import ChosenClient
    from connectors.models import Attribute, Connector
    from connectors.providers.base import Dossier
    from connectors.web.value_draft import ValueDraft

ROWS_ON_A_PAGE = 100
TO_LINK, DOUBLES, SUSPECT, UNKNOWN = "a_relier", "en_double", "suspects", "inconnus"
LABELS = {"": "Tous", TO_LINK: "À relier", DOUBLES: "En double", SUSPECT: "Suspects", UNKNOWN: "Inconnus du partenaire"}


@dataclass(frozen=True)
class Row:
    """One client of the grid. `refused` says that the problem kept the value from being saved, `stored` what is saved."""

    client: ChosenClient
    value: str
    stored: str
    problem: str
    warning: str
    refused: bool
    ticked: bool

    @property
    def changed(self) -> bool:
        """Whether « Valider » would change the value."""
        return self.value != self.stored

    @property
    def known_as(self) -> str:
        """What a pasted line may call the client, a line each."""
        return "\n".join(text for text in (self.client.name, self.client.folder, self.client.siret, self.client.siren) if text)


@dataclass
class Judged:
    """All chosen clients with their values, as saved and as typed, and what is to be said about them."""

    clients: dict[int, ChosenClient]
    stored: dict[int, str]
    values: dict[int, str]
    problems: dict[int, Problem]
    warnings: dict[int, str]
    unknown: frozenset[int]
    codes_known: bool
    refused: dict[int, str] = field(default_factory=dict)
    ticked: Collection[int] = ()

    @property
    def linked(self) -> int:
        """How many clients are linked with these values."""
        return len(self.clients) - len(self.problems)

    def found(self, chosen: str) -> list[int]:
        """The clients of a filter, by name."""
        kinds = {
            TO_LINK: self.problems.keys(),
            DOUBLES: {pk for pk, problem in self.problems.items() if problem.kind == DOUBLE},
            SUSPECT: self.warnings.keys(),
            UNKNOWN: self.unknown,
        }
        return [pk for pk in self.clients if pk in kinds[chosen]] if chosen in kinds else list(self.clients)

    @property
    def offered(self) -> list[str]:
        """The filters: what the partner does not know can only be told when its dossiers are known."""
        return [name for name in LABELS if name != UNKNOWN or self.codes_known]

    def filters(self, chosen: str) -> list[tuple[str, str, int, bool]]:
        """Each filter with its label, its count, and whether it is the one."""
        return [(name, LABELS[name], len(self.found(name)), name == chosen) for name in self.offered]

    def row(self, pk: int) -> Row:
        """One row."""
        problem = self.problems[pk].text if pk in self.problems else ""
        told = self.refused.get(pk, problem)
        warning = self.warnings.get(pk, "")
        return Row(self.clients[pk], self.values[pk], self.stored[pk], told, warning, pk in self.refused, pk in self.ticked)


def judge(connector: Connector, attribute: Attribute, draft: ValueDraft, typed: Mapping[int, str], refused: dict[int, str]) -> Judged:
    """`typed` are values that may not even be kept as a draft, because they are `refused`."""
    clients, stored = chosen_clients(connector), values_of(connector, attribute)
    values = draft.over(stored) | {pk: value for pk, value in typed.items() if pk in stored}
    names = {pk: client.name for pk, client in clients.items()}
    problems = link_problems(values, {pk for pk, client in clients.items() if client.to_link}, names)
    known = known_dossiers(connector)
    codes = None if known is None else dossier_codes(known)
    warnings = warnings_in(values, attribute.name, names, codes)
    unknown = frozenset(pk for pk, value in values.items() if codes is not None and value and value.casefold() not in codes)
    return Judged(clients, stored, values, problems, warnings, unknown, codes is not None, refused, draft.links)


def page_of(judged: Judged, chosen: str, text: str | None, number: str | None, only: Collection[int]) -> tuple[Page[int], list[Row]]:
    """The page that was asked for: nobody when the search was refused; `only` these clients after a refusal: the very ones that were sent."""
    ids: Sequence[int] = [pk for pk in judged.clients if pk in only] if only else judged.found(chosen) if text is not None else []
    words = fold_for_search(text or "").split()
    if words and not only:
        ids = [pk for pk in ids if _holds(f"{judged.clients[pk].search_text} {fold_for_search(judged.values[pk])}", words)]
    page = Paginator(ids, max(ROWS_ON_A_PAGE, len(only))).get_page("1" if only else number)
    return page, [judged.row(pk) for pk in page.object_list]


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def known_dossiers(connector: Connector) -> list[Dossier] | None:
    """What the partner listed lately, without asking it; None when nobody asked."""
    found: list[Dossier] | None = cache.get(dossiers_key(connector))
    return found


def dossiers_key(connector: Connector) -> str:
    """Another account has other dossiers: the list is asked for anew after the credentials were checked, not after each value that is saved."""
    checked = connector.credentials_checked_at
    return f"dossiers:{connector.pk}:{checked.timestamp() if checked else 'unchecked'}"
