"""The firm's clients beside the partner's dossiers: by value, SIREN or name. Where two could be meant, nobody is chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from connectors.configure.value_checks import skeleton
from connectors.domain.names import fold_for_search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from connectors.configure.values import ChosenClient
    from connectors.providers.base import Dossier

LEGAL_FORMS = frozenset(
    {
        *("sa", "sas", "sasu", "sarl", "eurl", "snc", "sci", "scp", "scm", "sccv", "scea", "earl", "gaec", "gie", "ei", "eirl"),
        *("selarl", "selas", "societe", "ste", "ets"),
    }
)
"""Words that one side writes and the other leaves out."""

BY_SIREN, BY_NAME, BY_LIKENESS = "SIREN", "nom", "code, à un signe près"

SHARED = "Plusieurs de vos clients ont la valeur de ce dossier : corrigez-la dans la grille pour tous sauf un."

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Proposal:
    """`certain` ones may be accepted all at once; the others are looked at one by one. `reason` is what both sides have in common."""

    client: ChosenClient
    dossier: Dossier
    reason: str
    certain: bool


@dataclass(frozen=True)
class Doubt:
    """A client for whom several dossiers, or a dossier for which several clients, could be meant. `doubt` is French.

    Without `dossiers` there is nothing to point at: the clients have one value between them.
    """

    client: ChosenClient
    dossiers: tuple[Dossier, ...]
    doubt: str


@dataclass
class Matching:
    """Both sides, each client and each dossier once. `contradicted` are linked by their value although their SIREN differ."""

    linked: list[tuple[ChosenClient, Dossier]] = field(default_factory=list)
    contradicted: list[tuple[ChosenClient, Dossier]] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    clients: list[ChosenClient] = field(default_factory=list)
    dossiers: list[Dossier] = field(default_factory=list)

    @property
    def certain(self) -> list[Proposal]:
        """Those that may be accepted all at once."""
        return [proposal for proposal in self.proposals if proposal.certain]


def match_dossiers(clients: Sequence[ChosenClient], values: Mapping[int, str], dossiers: Sequence[Dossier]) -> Matching:
    """Take what the values say first, then SIREN, name and likeness among those that are left, or that share a value."""
    found = Matching()
    by_code = _grouped(dossiers, lambda dossier: dossier.code.casefold())
    holders = _grouped(clients, lambda client: values.get(client.pk, "").strip().casefold())
    free: list[ChosenClient] = []
    shared: set[int] = set()
    for client in clients:
        key = values.get(client.pk, "").strip().casefold()
        named = by_code.get(key, []) if key else []
        if len(named) > 1:
            found.doubts.append(Doubt(client, tuple(named), "Le partenaire a plusieurs dossiers sous cette valeur."))
        elif named and len(holders[key]) == 1:
            (found.contradicted if _contradict(client, named[0]) else found.linked).append((client, named[0]))
        else:
            free.append(client)
            shared |= {client.pk} if named else set()
    left = [dossier for dossier in dossiers if dossier.code and dossier.code.casefold() not in holders]
    for reason, client_key, dossier_key in _ways(values):
        free, left = _match(found, free, left, reason, client_key, dossier_key)
    found.doubts += [Doubt(client, (), SHARED) for client in free if client.pk in shared]
    found.clients, found.dossiers = [client for client in free if client.pk not in shared], left
    return found


def dossier_codes(dossiers: Iterable[Dossier]) -> frozenset[str]:
    """The partner's codes, as the claim compares them."""
    return frozenset(dossier.code.casefold() for dossier in dossiers)


def bare_name(name: str) -> str:
    """Without accents, case, punctuation and legal form."""
    words = re.sub(r"[^a-z0-9]+", " ", fold_for_search(name).replace(".", "")).split()
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def _ways(values: Mapping[int, str]) -> list[tuple[str, Callable[[ChosenClient], str], Callable[[Dossier], str]]]:
    return [
        (BY_SIREN, lambda client: client.siren, lambda dossier: re.sub(r"\D", "", dossier.siren)[:9]),
        (BY_NAME, lambda client: bare_name(client.name), lambda dossier: bare_name(dossier.name)),
        (BY_LIKENESS, lambda client: skeleton(values.get(client.pk, "")), lambda dossier: skeleton(dossier.code)),
    ]


def _match(
    found: Matching,
    clients: list[ChosenClient],
    dossiers: list[Dossier],
    reason: str,
    client_key: Callable[[ChosenClient], str],
    dossier_key: Callable[[Dossier], str],
) -> tuple[list[ChosenClient], list[Dossier]]:
    """One way to match; give who is left on both sides. A doubt takes its clients out, and leaves its dossiers to be chosen by a person."""
    theirs, ours = _grouped(dossiers, dossier_key), _grouped(clients, client_key)
    left, taken = [], set()
    for client in clients:
        key = client_key(client)
        candidates = [dossier for dossier in theirs.get(key, []) if not _contradict(client, dossier)] if key else []
        if not candidates:
            left.append(client)
        elif len(candidates) == 1 and len(ours[key]) == 1:
            found.proposals.append(Proposal(client, candidates[0], reason, _is_certain(client, candidates[0], reason, len(theirs[key]))))
            taken.add(candidates[0].code)
        else:
            found.doubts.append(Doubt(client, tuple(candidates), _doubt(reason, len(candidates))))
            taken.update(dossier.code for dossier in candidates)
    return left, [dossier for dossier in dossiers if dossier.code not in taken]


def _is_certain(client: ChosenClient, dossier: Dossier, reason: str, alike: int) -> bool:
    """A SIREN that both sides have once, or a name that they write the same way. A likeness never is."""
    if alike > 1:
        return False
    return reason == BY_SIREN or (reason == BY_NAME and fold_for_search(client.name) == fold_for_search(dossier.name))


def _contradict(client: ChosenClient, dossier: Dossier) -> bool:
    theirs = re.sub(r"\D", "", dossier.siren)[:9]
    return bool(client.siren and theirs and client.siren != theirs)


def _doubt(reason: str, candidates: int) -> str:
    if candidates > 1:
        return f"Plusieurs dossiers du partenaire ont le même {reason}."
    return f"Plusieurs de vos clients ont le même {reason} que ce dossier."


def _grouped(things: Iterable[Thing], key: Callable[[Thing], str]) -> dict[str, list[Thing]]:
    groups: dict[str, list[Thing]] = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return groups
