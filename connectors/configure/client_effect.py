"""What another choice of clients would do, before it is saved: who comes and goes, who loses his link, and which documents move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from connectors.configure.client_links import watched_by_others
from connectors.configure.settings_change import REPAIRS
from connectors.domain.states import PushState
from connectors.models import Push

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from connectors.configure.client_links import Links
    from connectors.domain.routing import Rules
    from connectors.models.push import PushQuerySet

LEAVES, HELD, STAYS = "leaves", "held", "stays"
"""What becomes of a waiting document: it is let go; it will be held; it was held for the choice of clients, and is now held for something else."""


@dataclass(frozen=True)
class DocumentEffect:
    """One waiting document and what becomes of it; `cause` says why it would be held, and is empty for one that leaves."""

    push: Push
    fate: str
    cause: str


@dataclass(frozen=True)
class SelectionEffect:
    """Clients by id. `refused` are watched by another active connector (its name); `unlinked` came with the others but cannot push yet.

    `clashing` were linked and are not any more: a client who comes has the same value. `documents` counts the fates.
    """

    added: AbstractSet[int]
    removed: AbstractSet[int]
    refused: Mapping[int, str]
    before: Rules
    after: Rules
    documents: Mapping[str, int]
    concerned: AbstractSet[int]

    @property
    def unlinked(self) -> set[int]:
        """Those who come and have no code of their own."""
        return {pk for pk in self.added if self.after.cause_for_client(pk)}

    @property
    def clashing(self) -> set[int]:
        """Those who stay, were linked, and are not any more."""
        stay = self.before.clients.keys() - self.removed
        return {pk for pk in stay if not self.before.cause_for_client(pk) and self.after.cause_for_client(pk)}

    @property
    def waiting(self) -> int:
        """How many waiting documents are concerned."""
        return sum(self.documents.values())

    def fate_of(self, client_id: int, path_pk: int | None, state: str, cause: str) -> tuple[str, str]:
        """What becomes of a document, and why; both empty when nothing changes for it."""
        after = self.after.cause_for(client_id, path_pk)
        if state == PushState.HELD:
            if cause not in REPAIRS["clients"] or after == cause:
                return "", ""
            return (STAYS, after) if after else (LEAVES, "")
        if after and not self.before.cause_for(client_id, path_pk):
            return HELD, after
        return "", ""


def effect_of(links: Links, client_ids: Iterable[int]) -> SelectionEffect:
    """If exactly these clients were chosen. Writes nothing."""
    wanted, selected = set(client_ids), links.selected.keys()
    taken = watched_by_others(links.connector) if links.connector.active else {}
    refused = {pk: taken[pk] for pk in wanted - selected if pk in taken}
    wanted -= refused.keys()
    before, after = links.rules_with(selected), links.rules_with(wanted)
    effect = SelectionEffect(wanted - selected, selected - wanted, refused, before, after, {}, set())
    documents: dict[str, int] = {}
    concerned: set[int] = set()
    rows = _waiting(links).order_by().values_list("client_id", "deposit_path_id", "state", "cause").annotate(Count("pk"))
    for client_id, path_pk, state, cause, count in rows:
        fate, _why = effect.fate_of(client_id, path_pk, state, cause)
        if fate:
            documents[fate] = documents.get(fate, 0) + count
            concerned.add(client_id)
    return SelectionEffect(effect.added, effect.removed, refused, before, after, documents, concerned)


def documents_in(links: Links, effect: SelectionEffect, most: int) -> list[DocumentEffect]:
    """The first of the documents concerned, by client and name."""
    rows = _waiting(links).filter(client_id__in=effect.concerned).select_related("client").order_by("client__name", "name", "pk")
    found = []
    for push in rows.iterator(chunk_size=most):
        fate, cause = effect.fate_of(push.client_id, push.deposit_path_id, push.state, push.cause)
        if fate:
            found.append(DocumentEffect(push, fate, cause))
        if len(found) == most:
            break
    return found


def _waiting(links: Links) -> PushQuerySet:
    held = Q(state=PushState.HELD, cause__in=REPAIRS["clients"])
    return Push.objects.filter(Q(state__in=[PushState.SETTLING, PushState.WAITING]) | held, connector=links.connector)
