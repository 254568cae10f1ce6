"""An alarm about a folder that was replaced can be ended where it is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from connectors.models import Connector, DepositFolder, Event
from connectors.push.whereabouts import ABSENT, ELSEWHERE
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture
def folder(cast: Cast, settings: SettingsWrapper, tmp_path: Path) -> DepositFolder:
    cast.complete()
    Connector.objects.update(active=True)
    settings.DOSSIERS_DIR = tmp_path
    path, client = cast.connector.deposit_paths.first(), cast.connector.clients.first()
    assert path
    assert client
    folder = DepositFolder.objects.create(deposit_path=path, client=client, place="1:1", problem=ELSEWHERE)
    (tmp_path / folder.folder).mkdir(parents=True)
    return folder


def address(folder: DepositFolder) -> str:
    return f"/administration/connecteurs/{folder.deposit_path.connector_id}/folders/{folder.pk}/accept/"


def test_a_folder_that_was_replaced_is_accepted_with_one_button(cast: Cast, folder: DepositFolder, tmp_path: Path) -> None:
    assert f'action="{address(folder)}"' in cast.browser.get("/").content.decode()
    answer = cast.browser.post(address(folder), follow=True)
    assert "Le dossier est accepté" in messages_of(answer.content.decode())
    folder.refresh_from_db()
    there = os.stat(tmp_path / folder.folder)
    assert (folder.place, folder.problem) == (f"{there.st_dev}:{there.st_ino}", "")
    assert Event.objects.filter(kind="settings.folder", actor__isnull=False).count() == 1


def test_a_folder_that_is_not_there_cannot_be_accepted(cast: Cast, folder: DepositFolder, tmp_path: Path) -> None:
    (tmp_path / folder.folder).rmdir()
    answer = cast.browser.post(address(folder), follow=True)
    assert "Rien n’a changé." in messages_of(answer.content.decode())
    folder.refresh_from_db()
    assert folder.problem == ELSEWHERE


def test_an_absent_folder_has_no_such_button(cast: Cast, folder: DepositFolder) -> None:
    DepositFolder.objects.update(problem=ABSENT)
    assert "C’est bien ce dossier" not in cast.browser.get("/").content.decode()


def test_another_connectors_folder_is_not_found(cast: Cast, folder: DepositFolder) -> None:
    other = Connector.objects.create(provider="illinks", name="Autre")
    assert cast.browser.post(f"/administration/connecteurs/{other.pk}/folders/{folder.pk}/accept/").status_code == 404
