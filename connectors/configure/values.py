"""The values that link the chosen clients to the partner's folders: read, judged and saved, all in one transaction or not at all."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from connectors.configure.settings_change import note_change
from connectors.configure.value_problems import link_problems
from connectors.models import AttributeValue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from connectors.models import Attribute, Connector

LONGEST_VALUE = 200
INVISIBLE_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Unicode calls them letters or symbols; nobody sees them."""

BATCH = 500


class ValuesRefused(Exception):
    """Some values cannot be saved; `problems` maps client ids to French messages. Nothing was saved."""

    def __init__(self, problems: dict[int, str]) -> None:
        super().__init__("Certaines valeurs ne peuvent pas être enregistrées.")
        self.problems = problems


@dataclass(frozen=True)
class ChosenClient:
    """What the grid shows of a client, and what a file or a partner's list may know it by."""

    pk: int
    name: str
    folder: str
    siren: str
    siret: str
    search_text: str
    to_link: bool


def chosen_clients(connector: Connector) -> dict[int, ChosenClient]:
    """All chosen clients by name."""
    fields = ("client_id", "client__name", "client__folder", "client__siren", "client__siret", "client__search_text", "to_link")
    rows = connector.selections.order_by("client__name", "client_id").values_list(*fields)
    return {row[0]: ChosenClient(*row) for row in rows}


def values_of(connector: Connector, attribute: Attribute) -> dict[int, str]:
    """The chosen clients' values; empty where there is none."""
    chosen = connector.selections.values("client_id")
    known = dict(AttributeValue.objects.filter(attribute=attribute, client_id__in=chosen).values_list("client_id", "value"))
    return {pk: known.get(pk, "") for pk in connector.selections.values_list("client_id", flat=True)}


def waiting_to_be_linked(connector: Connector) -> set[int]:
    """The clients that came by a living selection and that nobody has linked yet."""
    return set(connector.selections.filter(to_link=True).values_list("client_id", flat=True))


def clean_value(text: str) -> str:
    """As it is stored."""
    return unicodedata.normalize("NFC", text).strip()


def refusal_of(value: str) -> str:
    """Why such a value cannot be stored, in French; empty when it can."""
    if len(value) > LONGEST_VALUE:
        return f"Valeur trop longue : {LONGEST_VALUE} caractères au plus."
    if any(unicodedata.category(char)[0] == "C" or char in INVISIBLE_LETTERS or char in "\u2028\u2029" for char in value):
        return "La valeur contient un caractère invisible : retapez-la."
    return ""


def save_values(
    connector: Connector,
    attribute: Attribute,
    values: Mapping[int, str],
    now: datetime,
    actor: Any,
    *,
    seen: Mapping[int, str] | None = None,
    link: Collection[int] = (),
) -> int:
    """Save the values of these clients, and link the new ones in `link`; give how many clients changed.

    Empty and double values are kept, and do not push. `seen` is what stood there when the person typed: what has changed since is refused,
    and so is the link of a new client whose value is not its own. Raises ValuesRefused.
    """
    cleaned = {pk: clean_value(value) for pk, value in values.items()}
    with transaction.atomic():
        before = values_of(connector, attribute)
        links = waiting_to_be_linked(connector) & set(link)
        refused = _refused(cleaned, before, seen or {})
        changed = {pk: value for pk, value in cleaned.items() if pk in before and before[pk] != value}
        refused |= _clashes({**before, **changed}, waiting_to_be_linked(connector) - links, links)
        if refused:
            raise ValuesRefused(refused)
        write_values(attribute, changed)
        connector.selections.filter(client_id__in=links).update(to_link=False)
        if changed or links:
            detail = {str(pk): [before[pk], value] for pk, value in changed.items()}
            linked = {"linked": sorted(links)} if links else {}
            note_change(
                connector,
                "attribute",
                now,
                actor,
                _told(attribute, len(changed), len(links)),
                attribute=attribute.pk,
                values=detail,
                **linked,
            )
    return len(set(changed) | links)


def write_values(attribute: Attribute, values: Mapping[int, str]) -> None:
    """Store them as they are, whether there was one before or not."""
    AttributeValue.objects.bulk_create(
        [AttributeValue(attribute=attribute, client_id=pk, value=value) for pk, value in values.items()],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["attribute", "client"],
        update_fields=["value"],
    )


def _refused(values: Mapping[int, str], before: Mapping[int, str], seen: Mapping[int, str]) -> dict[int, str]:
    refused = {pk: message for pk, value in values.items() if (message := refusal_of(value))}
    for pk, value in values.items():
        if pk in seen and pk in before and before[pk] not in {seen[pk], value}:
            refused.setdefault(pk, f"Cette valeur a changé entre-temps, elle est maintenant « {before[pk]} » : relisez-la.")
    return refused


def _clashes(values: Mapping[int, str], still_to_link: Collection[int], links: Collection[int]) -> dict[int, str]:
    """New clients that cannot be linked: nothing, or somebody else too, stands for them at the partner."""
    problems = link_problems({pk: value for pk, value in values.items() if pk not in still_to_link})
    return {pk: f"Ce client ne peut pas être relié. {problems[pk].text}" for pk in links if pk in problems}


def _told(attribute: Attribute, changed: int, linked: int) -> str:
    parts = [f"{changed} valeur{'s modifiées' if changed > 1 else ' modifiée'}"] if changed else []
    parts += [f"{linked} {'nouveaux clients reliés' if linked > 1 else 'nouveau client relié'}"] if linked else []
    return f"{', '.join(parts)} pour {attribute}"
