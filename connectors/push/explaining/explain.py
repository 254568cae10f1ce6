"""Why did, or didn't, this file go: by reference, or by a path of the deposit folder or of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from connectors.domain.names import fold, visible
from connectors.domain.states import FINAL
from connectors.models import Push
from connectors.push.explaining.explanation import Explanation, Next
from connectors.push.explaining.known_document import explain_push
from connectors.push.explaining.locate import place_of, rows_at
from connectors.push.explaining.unknown_file import explain_file, look_at
from connectors.push.files import ledger_text, push_of

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.push.explaining.explanation import Circumstances
    from connectors.push.explaining.locate import Place

WHERE_TO_LOOK = Next("cabinet", "Cherchez le document dans l’historique, ou donnez son chemin.")


def explain(asked: str, root: Path, around: Circumstances) -> list[Explanation]:
    """Each document that the words name, the newest first; at least one answer."""
    if (reference := _reference(asked)) is not None:
        found = Push.objects.filter(reference=reference).select_related("client", "connector").first()
        if found:
            return [explain_push(found, around)]
        return [Explanation(str(reference), "Aucun document n’a cette référence.", WHERE_TO_LOOK, known=False)]
    if "\0" in asked or (place := place_of(asked, root)) is None:
        text = "Ce chemin est en dehors du dossier des clients : PushDoc n’y regarde pas."
        following = Next("cabinet", f"Donnez un chemin sous « {root} ».")
        return [Explanation("".join(visible(char) for char in asked), text, following)]
    return _at(place, around)


def _at(place: Place, around: Circumstances) -> list[Explanation]:
    """The documents that stood there, after what stands there now where that is none of them."""
    rows = rows_at(place)
    if not rows and (hidden := push_of(place.name)):
        return [explain_push(hidden, around)]
    explained = [explain_push(push, around) for push in rows]
    if any(_stands_at(push, place) for push in rows):
        return explained
    found_now = look_at(place, around)
    if rows and not found_now.is_there:
        return explained
    return [explain_file(place, found_now, around), *explained]


def _stands_at(push: Push, place: Place) -> bool:
    """Whether the file that stands there now is this row's: in its deposit folder, or in the archive."""
    if push.state not in FINAL and fold(push.folder) == fold(place.folder):
        return True
    return fold(push.archive_path) == fold(ledger_text(place.path))


def _reference(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
