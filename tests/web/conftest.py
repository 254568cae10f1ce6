"""Fixtures of the pages' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model

from tests.partner import IndependentPartner
from tests.web.pages_cast import BACKEND, Firm
from tests.web.settings_cast import Cast, meet_the_cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client as Browser
    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture
def cast(db: None, settings: SettingsWrapper, tmp_path: Path) -> Cast:
    settings.DOSSIERS_DIR = tmp_path
    settings.ALLOW_LOOPBACK = True
    return meet_the_cast(tmp_path)


@pytest.fixture
def partner_server() -> Iterator[IndependentPartner]:
    """A partner that speaks the contract, on loopback."""
    server = IndependentPartner()
    yield server
    server.stop()


@pytest.fixture
def firm(db: None, settings: SettingsWrapper, tmp_path: Path) -> Firm:
    """What the pages about documents and clients show."""
    settings.DATA_DIR = settings.DOSSIERS_DIR = tmp_path
    return Firm(get_user_model().objects.create_superuser("alix@cabinet.example", "alix@cabinet.example", "un mot de passe solide"))


@pytest.fixture
def browser(firm: Firm, client: Browser) -> Browser:
    """Django's browser, signed in."""
    client.force_login(firm.user, backend=BACKEND)
    return client
