"""What putting a part of the settings back to an older version would change now: to be shown before anything is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.configure.attribute import choose_attribute
from connectors.configure.clients import select_clients
from connectors.configure.credentials import is_moved, public_values, shown_credentials
from connectors.configure.deposit_paths import save_deposit_paths
from connectors.configure.path_row import PathRow
from connectors.configure.pause import pause_clients, pause_paths, resume_clients, resume_paths
from connectors.configure.restore_credentials import restore_credentials
from connectors.configure.values import save_values, values_of
from connectors.configure.version_lines import MOST_LINES, Line, attribute_line, client_lines, path_lines, pause_lines, value_lines
from connectors.configure.versions import clients_at, newer, path_rows_at, paused_at
from connectors.domain.names import fold
from connectors.models import Attribute, AttributeMapping, Client

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from connectors.models import Connector
    from connectors.providers.base import CredentialField

    Apply = Callable[[datetime, Any], object]

RETYPED = "à saisir de nouveau"


@dataclass(frozen=True)
class Plan:
    """`lines` are now and then, at most as many as are shown; `problem` and `warning` are French. Nothing to do: `count` is 0."""

    lines: Sequence[Line] = ()
    count: int = 0
    problem: str = ""
    warning: str = ""
    apply: Apply | None = field(default=None, repr=False)

    @property
    def possible(self) -> bool:
        """Whether a person may confirm it."""
        return self.apply is not None and self.count > 0 and not self.problem

    @property
    def hidden(self) -> int:
        """How many lines are not shown."""
        return self.count - len(self.lines)


def plan_restore(connector: Connector, part: str, number: int, fields: Sequence[CredentialField]) -> Plan:
    """The part as it stood at version `number`, compared with today. A part that has a switch of its own is not restored: a plan without lines."""
    if part == "credentials":
        return _credentials(connector, number, fields)
    planners = {"clients": _clients, "attribute": _attribute, "deposit_paths": _paths, "pause": _pauses}
    return planners[part](connector, number) if part in planners else Plan(problem="Cette partie se change par son propre bouton.")


def _plan(lines: list[Line], apply: Apply, count: int | None = None, warning: str = "") -> Plan:
    return Plan(lines[:MOST_LINES], len(lines) if count is None else count, "", warning, apply)


def _clients(connector: Connector, number: int) -> Plan:
    now_chosen = set(connector.selections.values_list("client_id", flat=True))
    then = clients_at(connector, number)
    wanted = set(Client.objects.filter(pk__in=then).values_list("pk", flat=True))
    added, removed = wanted - now_chosen, now_chosen - wanted
    gone = len(then) - len(wanted)
    warning = f"{gone} client{'s' if gone > 1 else ''} de cette version n’existe{'nt' if gone > 1 else ''} plus." if gone else ""
    lines = client_lines(added, removed)
    return _plan(lines, lambda now, actor: select_clients(connector, wanted, now, actor), len(added) + len(removed), warning)


def _attribute(connector: Connector, number: int) -> Plan:
    mapping = AttributeMapping.objects.filter(connector=connector).first()
    current = mapping.attribute_id if mapping else None
    then, changes, imported = _attribute_then(connector, number, current)
    attribute = Attribute.objects.filter(pk=then).select_related("data_model").first() if then else None
    if attribute is None:
        return Plan(problem="Aucun attribut n’était choisi à ce moment, ou il n’existe plus.")
    stored = values_of(connector, attribute)
    values = {pk: value for pk, value in changes.get(attribute.pk, {}).items() if pk in stored and stored[pk] != value}
    lines = attribute_line(current, attribute.pk) if current != attribute.pk else []
    count = len(lines) + len(values)
    lines += value_lines({pk: (stored[pk], value) for pk, value in values.items()})
    warning = "Des valeurs ont été importées depuis : celles que l’import a changées restent." if imported else ""

    def apply(now: datetime, actor: Any) -> None:
        choose_attribute(connector, attribute, now, actor)
        save_values(connector, attribute, values, now, actor)

    return _plan(lines, apply, count, warning)


def _attribute_then(connector: Connector, number: int, current: int | None) -> tuple[int | None, dict[int, dict[int, str]], bool]:
    """The attribute of that version, the values as they were before each change since, and whether an import has hidden some."""
    then, values, imported = current, dict[int, dict[int, str]](), False
    for detail in newer(connector, "attribute", number):
        if "values" in detail:
            of = values.setdefault(detail.get("attribute", then) or 0, {})
            of.update({int(pk): pair[0] for pk, pair in detail["values"].items()})
        elif "before" in detail:
            then = detail["before"]
        else:
            imported = True
    return then, values, imported


def _paths(connector: Connector, number: int) -> Plan:
    rows = path_rows_at(connector, number)
    if not rows:
        return Plan(problem="Il n’y avait pas encore de chemin de dépôt à ce moment.")
    stored = [PathRow(path.deposit, path.archive, path.domaine, path.type, path.sous_type) for path in connector.deposit_paths.all()]
    return _plan(path_lines(stored, rows), lambda now, actor: save_deposit_paths(connector, rows, now, actor))


def _pauses(connector: Connector, number: int) -> Plan:
    clients = dict(connector.selections.values_list("client_id", "paused_at"))
    paths = list(connector.deposit_paths.all())
    then = paused_at(connector, number)
    wanted = {fold(deposit) for deposit in then.paths}
    pause = [pk for pk, since in clients.items() if since is None and pk in then.clients]
    resume = [pk for pk, since in clients.items() if since and pk not in then.clients]
    stop = [path for path in paths if path.paused_at is None and fold(path.deposit) in wanted]
    free = [path for path in paths if path.paused_at and fold(path.deposit) not in wanted]

    def apply(now: datetime, actor: Any) -> None:
        pause_clients(connector, pause, now, actor)
        resume_clients(connector, resume, now, actor)
        pause_paths(connector, [path.pk for path in stop], now, actor)
        resume_paths(connector, [path.pk for path in free], now, actor)

    lines = pause_lines(pause, resume, (path.deposit for path in stop), (path.deposit for path in free))
    return _plan(lines, apply, len(pause) + len(resume) + len(stop) + len(free))


def _credentials(connector: Connector, number: int, fields: Sequence[CredentialField]) -> Plan:
    """Only public values can come back; where they say that the secrets would go to somebody else, those are emptied."""
    rows = shown_credentials(connector)
    stored, then = public_values(rows), dict[str, str]()
    for detail in newer(connector, "credentials", number):
        if "overrides" not in detail:
            then.update({name: pair[0] for name, pair in detail.get("values", {}).items()})
    public = [known for known in fields if not known.secret]
    values = {known.name: then[known.name] for known in public if known.name in then and then[known.name] != stored.get(known.name, "")}
    lines = [Line(known.label, stored.get(known.name, ""), values[known.name]) for known in public if known.name in values]
    warning = "Un secret n’est conservé dans aucune version : celui d’aujourd’hui reste."
    if values and is_moved(stored, {**stored, **values}):
        warning = (
            "L’adresse ou le WS User change : le secret d’aujourd’hui est effacé, et rien ne part tant qu’il n’est pas saisi de nouveau."
        )
        lines += [Line(known.label, "défini", RETYPED) for known in fields if known.secret and known.name in rows]
    return _plan(lines, lambda now, actor: restore_credentials(connector, fields, values, now, actor), warning=warning)
