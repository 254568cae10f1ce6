"""The page of the folders that were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.configure.activation import refresh_folders
from connectors.domain.paths import RECOMMENDED
from connectors.tasks import local_store
from tests.web.settings_cast import messages_of

if TYPE_CHECKING:
    from tests.web.settings_cast import Cast


def test_folders_are_shown_with_what_is_wrong_and_what_to_do(cast: Cast) -> None:
    assert "Aucun dossier de dépôt à vérifier" in cast.page("folder_check")
    cast.complete()
    page = messages_of(cast.page("folder_check"))
    assert "sera créé à l’activation" in page
    cast.connector.active = True
    cast.connector.save()
    refresh_folders(cast.connector, local_store())
    (cast.root / "Dossier Bob" / RECOMMENDED[0][0]).rmdir()
    page = messages_of(cast.page("folder_check"))
    assert "des dossiers sont à corriger" in page.lower()
    assert f"Dossier Bob/{RECOMMENDED[0][0]}" in page
    assert "Montez le partage, ou rétablissez le dossier" in page
    assert "3 clients vérifiés sur 3" in page.replace("\xa0", " ")


def test_looking_leaves_the_tree_as_it_was(cast: Cast) -> None:
    cast.complete()
    before = sorted(cast.root.rglob("*"))
    cast.page("folder_check")
    assert sorted(cast.root.rglob("*")) == before
    assert cast.browser.post(cast.url("folder_check")).status_code == 405
