"""« Vérifier les dossiers »: what is found, and what a person is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.configure.activation import refresh_folders
from connectors.configure.folder_check import check_folders
from connectors.deposits.base import FolderReport
from connectors.models import Client, ClientSelection, DepositFolder
from tests.conftest import DEPOSIT, House

if TYPE_CHECKING:
    from connectors.configure.folder_check import FolderCheck
    from connectors.deposits.base import DepositStore

FIT = FolderReport(
    writable=True, archive_writable=True, moves_at_once=True, events=True, file_system="ext4", free_bytes=50 * 1024**3,
    case_sensitive=True, accents_differ=True,
)  # fmt: skip


@dataclass
class Shelf:
    """A store whose folders all look the same."""

    report: FolderReport

    def examine(self, folder: str, archive_folder: str = "") -> FolderReport:
        return self.report if folder else FIT


def checked(house: House, **report: Any) -> FolderCheck:
    return check_folders(house.connector, cast("DepositStore", Shelf(replace(FIT, **report))))


def labels(check: FolderCheck) -> set[str]:
    return {finding.label for finding in check.folders[0].remarks}


def test_real_folders_of_an_active_connector_are_in_order(house: House) -> None:
    refresh_folders(house.connector, house.store)
    check = check_folders(house.connector, house.store)
    assert (check.examined, check.clients, len(check.folders)) == (3, 3, 3)
    assert all(finding.label == "Place" for folder in check.folders for finding in folder.remarks)
    assert check.folders[0].folder == f"Dossier Alice/{DEPOSIT}"
    assert [finding.label for finding in check.folders[0].findings][:3] == ["Lecture", "Écriture", "Archive"]


def test_a_folder_that_is_made_at_activation_is_no_trouble(house: House) -> None:
    house.connector.active = False
    check = check_folders(house.connector, house.store)
    assert check.folders[0].badge == "À savoir"
    assert "créé à l’activation" in check.folders[0].findings[0].text
    house.connector.active = True
    check = check_folders(house.connector, house.store)
    assert (check.troubled, check.folders[0].badge) == (True, "À corriger")
    assert check.folders[0].findings[0].repair


@pytest.mark.parametrize(
    ("report", "tone", "label"),
    [
        ({"problem": "Illisible."}, "danger", "Lecture"),
        ({"writable": False}, "danger", "Écriture"),
        ({"archive_writable": False}, "danger", "Archive"),
        ({"moves_at_once": False}, "info", "Archive"),
        ({"events": False, "file_system": "cifs"}, "info", "Surveillance"),
        ({"free_bytes": 512 * 1024**2}, "warning", "Place"),
        ({"free_bytes": 5 * 1024**2}, "danger", "Place"),
    ],
)
def test_what_a_person_should_know_is_told(house: House, report: dict[str, Any], tone: str, label: str) -> None:
    check = checked(house, **report)
    assert labels(check) == {label}
    assert check.folders[0].tone == tone
    assert check.troubled == (tone in {"danger", "warning"})
    assert all(finding.repair for finding in check.folders[0].remarks if finding.tone in {"danger", "warning"})


def test_what_the_system_cannot_tell_is_not_told(house: House) -> None:
    check = checked(house, moves_at_once=None, events=None, case_sensitive=None, accents_differ=None)
    assert [finding.label for finding in check.folders[0].findings] == ["Lecture", "Écriture", "Place"]


def test_a_disk_that_takes_names_for_the_same_is_said_to(house: House) -> None:
    texts = [finding.text for finding in checked(house, case_sensitive=False).folders[0].findings]
    assert any("y sont le même nom" in text for text in texts)


def test_a_root_where_nothing_can_be_made_is_worth_knowing(house: House) -> None:
    store = Shelf(FIT)
    store.examine = lambda folder, archive_folder="": replace(FIT, writable=bool(folder), accents_differ=False)  # type: ignore[method-assign]
    check = check_folders(house.connector, cast("DepositStore", store))
    assert (check.root.tone, check.troubled) == ("info", False)
    assert any("y sont le même nom" in finding.text for finding in check.root.findings)


def test_clients_with_a_problem_come_first_and_not_all_are_looked_at(house: House) -> None:
    refresh_folders(house.connector, house.store)
    DepositFolder.objects.filter(client=house.clients["Charlie"]).update(problem="Absent.")
    check = check_folders(house.connector, house.store, most=2)
    assert [folder.client for folder in check.folders] == ["Charlie", "Alice"]
    assert (check.examined, check.clients) == (2, 3)


def test_it_costs_the_same_for_many_clients(house: House) -> None:
    counts = []
    for number in range(2):
        client = Client.objects.create(name=f"Client {number}", folder=f"Dossier {number}")
        ClientSelection.objects.create(connector=house.connector, client=client, selected_at=house.clock.now)
        with CaptureQueriesContext(connection) as queries:
            check_folders(house.connector, house.store)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
