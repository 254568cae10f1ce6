"""Fixtures of the pages' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model

from pushdoc_admin.celery import app
from tests.partner import IndependentPartner
from tests.web.pages_cast import BACKEND, Firm
from tests.web.settings_cast import Cast, meet_the_cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client as Browser
    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture(autouse=True, scope="package")
def _hints_stay_in_memory() -> Iterator[None]:
    """Pages give hints to the broker; waiting for one that is not there would cost two seconds each."""
    address = app.conf.broker_url
    _connect_to("memory://localhost")
    yield
    _connect_to(address)


def _connect_to(broker: str) -> None:
    app.conf.broker_url = broker
    app.amqp._producer_pool = app._pool = None


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings: SettingsWrapper) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
