"""The letter to the partner."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.configure.credential_request import missing_fields, write_letter
from connectors.models import Connector
from connectors.providers.illinks.fields import FIELDS
from tests.configure.account import stored_account

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_only_what_is_missing_is_asked_for() -> None:
    assert missing_fields(Connector.objects.create(provider="illinks", name="Neuf"), FIELDS) == list(FIELDS)
    connector = stored_account(NOW)
    assert missing_fields(connector, FIELDS) == []
    connector.credentials.filter(field__in=["client_secret", "uri"]).delete()
    assert [field.name for field in missing_fields(connector, FIELDS)] == ["client_secret", "uri"]


def test_the_letter_names_each_field_and_asks_for_a_safe_way() -> None:
    letter = write_letter("Cabinet Durand & Fils", "Illinks", FIELDS)
    assert letter.subject == "Illinks : identifiants de connexion pour Cabinet Durand & Fils"
    for field in FIELDS:
        assert f"– {field.label} : {field.asked_as}" in letter.body
    assert "il nous manque les éléments suivants :" in letter.body
    assert "transmettre le Client secret par un moyen sûr" in letter.body
    assert letter.body.endswith("Avec nos remerciements,\nCabinet Durand & Fils")


def test_a_letter_without_a_secret_says_nothing_about_one() -> None:
    letter = write_letter("Cabinet Durand", "Illinks", FIELDS[2:3])
    assert "il nous manque l’élément suivant :" in letter.body
    assert "moyen sûr" not in letter.body


def test_the_address_opens_the_same_letter_in_a_mail_program() -> None:
    letter = write_letter("Cabinet « Été » & Cie?", "Illinks", FIELDS)
    parts = urlsplit(letter.address)
    opened = parse_qs(parts.query, strict_parsing=True)
    assert (parts.scheme, parts.path, parts.fragment) == ("mailto", "", "")
    assert opened == {"subject": [letter.subject], "body": [letter.body.replace("\n", "\r\n")]}
    assert letter.address.isascii()
