"""What can be asked of the firm's clients: the filters of the clients step, and of a selection that lives on them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from connectors.domain.names import fold_for_search
from connectors.models import AttributeMapping, AttributeValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectors.models import Connector

NOBODY = "∅"
"""Stands for the clients without a responsible person; no name is spelled so."""

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
WITH, WITHOUT, ANY, NONE = "avec", "sans", "une", "aucune"
VALUES = {
    WITH: "Avec une valeur pour l’attribut choisi",
    WITHOUT: "Sans valeur pour l’attribut choisi",
    ANY: "Avec une valeur, dans n’importe quel attribut",
    NONE: "Sans aucune valeur",
}
NUMBERS = {WITH: "Avec un SIRET", WITHOUT: "Sans SIRET"}


@dataclass(frozen=True)
class Criteria:
    """Everything empty asks for everybody. `value` is one of VALUES, `siret` one of NUMBERS, `responsible` a name or NOBODY."""

    text: str = ""
    group: int | None = None
    closing_month: int | None = None
    responsible: str = ""
    value: str = ""
    siret: str = ""

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return any(asdict(self).values())

    def as_stored(self) -> dict[str, Any]:
        """What a living selection keeps: only what was asked."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def stored(cls, criteria: Mapping[str, Any]) -> Criteria:
        """The same, read again."""
        return cls(**criteria)


def linking_attribute(connector: Connector) -> int | None:
    """The attribute that links this connector's clients, as far as one was chosen."""
    return AttributeMapping.objects.filter(connector=connector).values_list("attribute_id", flat=True).first()


def matching(criteria: Criteria, attribute_id: int | None) -> Q:
    """The condition on a client. Without a chosen attribute nobody has a value for it."""
    found = Q()
    for word in fold_for_search(criteria.text).split():
        found &= Q(search_text__contains=word)
    if criteria.group:
        found &= Q(group_id=criteria.group)
    if criteria.closing_month:
        found &= Q(closing_month=criteria.closing_month)
    if criteria.responsible:
        found &= Q(responsible="" if criteria.responsible == NOBODY else criteria.responsible)
    if criteria.siret:
        found &= Q(siret="") if criteria.siret == WITHOUT else ~Q(siret="")
    return found & _having_value(criteria.value, attribute_id)


def _having_value(asked: str, attribute_id: int | None) -> Q:
    if not asked:
        return Q()
    values = AttributeValue.objects.filter(client=OuterRef("pk")).exclude(value="")
    if asked in {WITH, WITHOUT}:
        values = values.filter(attribute_id=attribute_id or 0)
    return Q(Exists(values)) if asked in {WITH, ANY} else ~Q(Exists(values))


def described(criteria: Criteria, groups: Mapping[int, str]) -> list[str]:
    """The filter in French, one sentence for each thing asked; `groups` names the firm's groups."""
    return list(_sentences(criteria, groups))


def _sentences(criteria: Criteria, groups: Mapping[int, str]) -> Iterable[str]:
    if criteria.text:
        yield f"Recherche : {criteria.text}"
    if criteria.group:
        yield f"Groupe : {groups.get(criteria.group, 'supprimé')}"
    if criteria.closing_month:
        yield f"Clôture en {MONTHS[criteria.closing_month - 1]}"
    if criteria.responsible:
        yield "Sans responsable" if criteria.responsible == NOBODY else f"Responsable : {criteria.responsible}"
    if criteria.value:
        yield VALUES[criteria.value]
    if criteria.siret:
        yield NUMBERS[criteria.siret]
