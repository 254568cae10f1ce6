"""What a change of settings would do: the last documents replayed through the rules of before and of after. Nothing is sent or written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone

from connectors.domain.causes import CAUSES
from connectors.domain.names import fold
from connectors.domain.routing import ClientFacts
from connectors.domain.states import PushState
from connectors.models import Push

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from connectors.domain.routing import Destination, PathRule, Rules
    from connectors.models import Connector

REPLAYED = 1000
EXAMPLES = 5
STILL_HERE = frozenset({PushState.SETTLING, PushState.WAITING, PushState.HELD})
"""Documents that the change reaches for real: the others went, or stay, as they are."""


class Difference(NamedTuple):
    """What differs for one document: `kind` is hold, release, code, filing or archive; `title` is the French heading of its group."""

    kind: str
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Example:
    """One document of a group, with what was and what would be."""

    reference: UUID
    name: str
    client: str
    before: str
    after: str


@dataclass
class Group:
    """Documents that differ in the same way. `waiting` are those among `count` that have not left yet."""

    kind: str
    title: str
    count: int = 0
    waiting: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def more(self) -> int:
        """Documents beyond the examples."""
        return self.count - len(self.examples)


@dataclass(frozen=True)
class Impact:
    """`replayed` documents were looked at, `changed` of them would differ, `waiting` of these have not left yet. True when any differs."""

    replayed: int
    changed: int
    waiting: int
    groups: tuple[Group, ...]

    def __bool__(self) -> bool:
        return bool(self.changed)


class Replayed(NamedTuple):
    """A document of the ledger, as far as a replay needs it."""

    reference: UUID
    name: str
    state: str
    client: ClientFacts
    deposit: str
    day: date


def impact_of(connector: Connector, before: Rules, after: Rules, most: int = REPLAYED) -> Impact:
    """What the connector's last documents say about a change from `before` to `after`: one query, whatever their number."""
    replay = _Replay(before, after)
    groups: dict[tuple[str, str], Group] = {}
    replayed = changed = waiting = 0
    for document in _last_documents(connector, most):
        replayed += 1
        differences = replay.differences(document)
        changed += bool(differences)
        here = document.state in STILL_HERE
        waiting += bool(differences) and here
        for difference in differences:
            _note(groups, difference, document, here=here)
    return Impact(replayed, changed, waiting, tuple(sorted(groups.values(), key=lambda group: -group.count)))


def _note(groups: dict[tuple[str, str], Group], difference: Difference, document: Replayed, *, here: bool) -> None:
    group = groups.setdefault((difference.kind, difference.title), Group(difference.kind, difference.title))
    group.count += 1
    group.waiting += here
    if len(group.examples) < EXAMPLES:
        group.examples.append(Example(document.reference, document.name, document.client.name, difference.before, difference.after))


def _last_documents(connector: Connector, most: int) -> Iterator[Replayed]:
    """The newest first. The deposit folder is what stands below the client's; the stored path tells it where the client's was renamed since."""
    rows = Push.objects.filter(connector=connector).values_list(
        "reference", "name", "state", "seen_at", "folder", "deposit_path__deposit",
        "client_id", "client__name", "client__folder", "client__closing_month", "client__closing_day",
    )  # fmt: skip
    for reference, name, state, seen_at, folder, deposit, pk, client, client_folder, month, day in rows[:most]:
        facts = ClientFacts(pk, client, client_folder, month, day)
        start = f"{facts.folder}/"
        below = folder[len(start) :] if folder.startswith(start) else deposit or ""
        yield Replayed(reference, name, state, facts, below, timezone.localdate(seen_at))


class _Replay:
    """Documents of the same client, folder and day go the same way: each way is looked for once."""

    def __init__(self, before: Rules, after: Rules) -> None:
        self._sides = tuple(_Side(replace(rules, credentials_refused=False)) for rules in (before, after))
        self._known: dict[tuple[int, str, date], list[Difference]] = {}

    def differences(self, document: Replayed) -> list[Difference]:
        key = (document.client.pk, document.deposit, document.day)
        if key not in self._known:
            before, after = self._sides
            same = before.ruled_by(document) == after.ruled_by(document)
            self._known[key] = [] if same else list(_differences(before.outcome(document), after.outcome(document)))
        return self._known[key]


@dataclass(frozen=True)
class _Outcome:
    cause: str
    destination: Destination | None


class _Side:
    """One set of rules, with its paths found by their folder."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._paths: dict[str, PathRule] = {}
        for path in rules.paths.values():
            self._paths.setdefault(fold(path.deposit), path)

    def ruled_by(self, document: Replayed) -> tuple[object, ...]:
        """All of the rules that decides about the document: where it is equal, the outcome is."""
        path = self._paths.get(fold(document.deposit))
        general = (self._rules.checks_first_documents, self._rules.dry_run)
        return self._rules.clients.get(document.client.pk), replace(path, pk=0) if path else None, general

    def outcome(self, document: Replayed) -> _Outcome:
        path = self._paths.get(fold(document.deposit))
        cause = self._rules.cause_for(document.client.pk, path.pk if path else None)
        return _Outcome(cause, self._rules.destination(document.client, path, document.day) if path else None)


def _differences(before: _Outcome, after: _Outcome) -> Iterator[Difference]:
    if before.cause != after.cause:
        yield _by_cause(before.cause, after.cause)
    if before.destination is None or after.destination is None or "not_selected" in {before.cause, after.cause}:
        return
    was, goes = before.destination, after.destination
    if was.code != goes.code and was.code and goes.code:
        yield Difference("code", "Iraient dans un autre dossier du partenaire", was.code, goes.code)
    if (filed := _filing(was)) != (files := _filing(goes)):
        yield Difference("filing", "Seraient classés autrement", filed, files)
    if was.archive_folder != goes.archive_folder:
        yield Difference("archive", "Seraient archivés ailleurs", was.archive_folder, goes.archive_folder)


def _by_cause(before: str, after: str) -> Difference:
    was, goes = (CAUSES[code].sentence if code else "Part." for code in (before, after))
    if after:
        return Difference("hold", f"Seraient retenus : {goes}", was, goes)
    return Difference("release", "Partiraient, alors qu’ils seraient retenus aujourd’hui", was, goes)


def _filing(goes: Destination) -> str:
    return " › ".join(part for part in (goes.domaine, goes.type, goes.sous_type) if part)
