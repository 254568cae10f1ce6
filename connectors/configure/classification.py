"""How the partner files documents: what a deposit path may name once the partner has published its list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.configure.path_row import PathRow
    from connectors.providers.base import ClassificationNode

LEVELS = ("domaine", "type", "sous_type")
REFUSALS = (
    "« {} » n’est pas un domaine du partenaire : choisissez-en un dans sa liste.",
    "« {} » n’est pas un type de ce domaine : choisissez-en un dans la liste.",
    "« {} » n’est pas un sous-type de ce type : choisissez-en un dans la liste.",
)


def nodes_at(nodes: Sequence[ClassificationNode], codes: Sequence[str]) -> Sequence[ClassificationNode]:
    """What can be chosen below these codes; nothing when the partner does not list one of them."""
    for code in codes:
        nodes = next((node.children for node in nodes if node.code == code), ())
    return nodes


def classification_problems(
    rows: Sequence[PathRow], nodes: Sequence[ClassificationNode], stored: Mapping[int, tuple[str, str, str]]
) -> dict[tuple[int, str], str]:
    """(row number, field) → what the partner does not list. A stored value that it no longer lists is kept: the documents of today go there."""
    problems: dict[tuple[int, str], str] = {}
    for number, row in enumerate(rows if nodes else ()):
        codes = (row.domaine, row.type, row.sous_type)
        if codes == stored.get(row.pk or 0):
            continue
        for depth, (name, code) in enumerate(zip(LEVELS, codes, strict=True)):
            offered = nodes_at(nodes, codes[:depth])
            if code and (offered or depth < 2) and code not in {node.code for node in offered}:  # noqa: PLR2004 - sous-types are optional
                problems[number, name] = REFUSALS[depth].format(code[:40])
                break
    return problems
