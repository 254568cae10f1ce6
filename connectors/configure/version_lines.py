"""What a version changed, as lines that a person can read: what, before, after. Of a secret only that it was changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.configure.versions import path_rows_at
from connectors.domain.names import fold
from connectors.models import Attribute, Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from connectors.configure.path_row import PathRow
    from connectors.models import Connector, Event
    from connectors.providers.base import CredentialField

MOST_LINES = 200
"""Lines of one version on the page; the rest is counted."""

NOT_CHOSEN, CHOSEN, FLOWS, PAUSED, CHANGED = "non choisi", "choisi", "envois en cours", "en pause", "modifié"
PATH_FIELDS = {"archive": "Dossier d’archive", "domaine": "Domaine", "type": "Type", "sous_type": "Sous-type"}
SWITCHES = {
    "active": ("Connecteur", "non actif", "actif"),
    "checks_first_documents": ("Premiers documents sous contrôle", "non", "oui"),
    "dry_run": ("Mode à blanc", "non", "oui"),
}


@dataclass(frozen=True)
class Line:
    """`before` and `after` are empty where there is nothing."""

    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Lines:
    """Some of the lines, and how many there are."""

    shown: Sequence[Line]
    count: int

    @property
    def hidden(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


def lines_of(connector: Connector, event: Event, number: int, fields: Sequence[CredentialField]) -> Lines:
    """What this version changed, compared with the one before."""
    detail = event.detail
    if "rows" in detail:
        lines = path_lines(path_rows_at(connector, number - 1), path_rows_at(connector, number))
        return Lines(lines[:MOST_LINES], len(lines))
    counted = _CountedNames()
    lines = [*_switch_lines(detail), *_attribute_lines(detail), *credential_lines(detail, fields), *_pause_lines(detail)]
    lines += client_lines(detail.get("added", []), detail.get("removed", []), counted)
    lines += value_lines(detail.get("values", {}) if event.kind == "settings.attribute" else {}, counted)
    lines += counted.lines(detail.get("confirmed", {}), lambda _pk, code: ("", f"confirmé : {code}"))
    lines += counted.lines(dict.fromkeys(detail.get("linked", [])), lambda _pk, _: ("à relier", "relié"))
    return Lines(lines[:MOST_LINES], len(lines) + counted.left_out)


class _CountedNames:
    """Names of clients, for as many lines as are shown; the others are only counted."""

    def __init__(self) -> None:
        self.left_out = 0

    def lines(self, facts: Mapping[Any, Any], told: Callable[[int, Any], tuple[str, str]]) -> list[Line]:
        """One line for each client, by name; a client that is gone is called by its number."""
        by_pk = {int(pk): fact for pk, fact in facts.items()}
        shown = sorted(by_pk)[:MOST_LINES]
        self.left_out += len(by_pk) - len(shown)
        names = dict(Client.objects.filter(pk__in=shown).values_list("pk", "name")) if shown else {}
        found = [Line(names.get(pk, f"Client supprimé (nº {pk})"), *told(pk, by_pk[pk])) for pk in shown]
        return sorted(found, key=lambda line: fold(line.what))


def client_lines(added: Iterable[int], removed: Iterable[int], counted: _CountedNames | None = None) -> list[Line]:
    """Who came and who went."""
    counted = counted or _CountedNames()
    came = counted.lines(dict.fromkeys(added), lambda _pk, _: (NOT_CHOSEN, CHOSEN))
    return came + counted.lines(dict.fromkeys(removed), lambda _pk, _: (CHOSEN, NOT_CHOSEN))


def value_lines(values: Mapping[Any, Sequence[str]], counted: _CountedNames | None = None) -> list[Line]:
    """Values by client, before and after."""
    return (counted or _CountedNames()).lines(values, lambda _pk, pair: (pair[0], pair[1]))


def pause_lines(paused: Iterable[int], resumed: Iterable[int], paths: Iterable[str], free: Iterable[str]) -> list[Line]:
    """Clients and paths that were paused, or go on."""
    counted = _CountedNames()
    lines = counted.lines(dict.fromkeys(paused), lambda _pk, _: (FLOWS, PAUSED))
    lines += counted.lines(dict.fromkeys(resumed), lambda _pk, _: (PAUSED, FLOWS))
    return lines + [Line(path, FLOWS, PAUSED) for path in sorted(paths)] + [Line(path, PAUSED, FLOWS) for path in sorted(free)]


def _pause_lines(detail: Mapping[str, Any]) -> list[Line]:
    keys = ("paused_clients", "resumed_clients", "paused_paths", "resumed_paths")
    return pause_lines(*(detail.get(key, []) for key in keys)) if any(key in detail for key in keys) else []


def _switch_lines(detail: Mapping[str, Any]) -> list[Line]:
    return [
        Line(label, (off, on)[pair[0]], (off, on)[pair[1]]) for name, (label, off, on) in SWITCHES.items() if (pair := detail.get(name))
    ]


def _attribute_lines(detail: Mapping[str, Any]) -> list[Line]:
    if "before" not in detail or "attribute" not in detail:
        return []
    return attribute_line(detail["before"], detail["attribute"])


def attribute_line(before: int | None, after: int | None) -> list[Line]:
    """Another attribute than before."""
    names = {row.pk: str(row) for row in Attribute.objects.filter(pk__in=[before, after]).select_related("data_model")}
    return [Line("Attribut", names.get(before or 0, ""), names.get(after or 0, ""))]


def credential_lines(detail: Mapping[str, Any], fields: Sequence[CredentialField]) -> list[Line]:
    """Public values as they are, secrets as « modifié », values of single clients by name."""
    if "secrets" not in detail and "overrides" not in detail:
        return []
    labels = {field.name: field.label for field in fields}
    secret = {field.name for field in fields if field.secret}
    lines = [Line(labels.get(name, name), *pair) for name, pair in detail.get("values", {}).items() if name not in secret]
    lines += [Line(labels.get(name, name), "", CHANGED) for name in detail.get("secrets", [])]
    for name, own in detail.get("overrides", {}).items():
        lines += [Line(f"{labels.get(name, name)} · {line.what}", line.before, line.after) for line in value_lines(own)]
    return lines


def path_lines(before: Sequence[PathRow], after: Sequence[PathRow]) -> list[Line]:
    """Rows that came and went, and field by field those that changed; a row is known by its deposit folder."""
    old, new = ({fold(row.deposit): row for row in rows} for rows in (before, after))
    lines = []
    for key, row in new.items():
        was = old.get(key)
        if was is None:
            lines.append(Line(row.deposit, "", _summary(row)))
            continue
        pairs = ((label, getattr(was, name), getattr(row, name)) for name, label in PATH_FIELDS.items())
        lines += [Line(f"{row.deposit} · {label}", was_text, text) for label, was_text, text in pairs if was_text != text]
    lines += [Line(row.deposit, _summary(row), "") for key, row in old.items() if key not in new]
    if [key for key in old if key in new] != [key for key in new if key in old]:
        lines.append(Line("Ordre des chemins", ", ".join(row.deposit for row in before), ", ".join(row.deposit for row in after)))
    return lines


def _summary(row: PathRow) -> str:
    return " · ".join(text for text in (row.archive, row.domaine, row.type, row.sous_type) if text)
