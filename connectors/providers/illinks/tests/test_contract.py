"""The contract file: our own is right, and a wrong one is refused with its line and the reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.providers.addresses import validate_uri
from connectors.providers.base import NetworkRules
from connectors.providers.illinks.answers import retry_moment
from connectors.providers.illinks.contract import OWN, ContractError, load_contract

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_our_own_contract_is_right() -> None:
    contract = load_contract(OWN)
    assert contract.limits.max_bytes == 104_857_600
    assert contract.limits.deadline(60 * 2**20) == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('encoding = "multipart"', 'encoding = "carrier pigeon"', "carrier pigeon"),
        ('outcome = "client_unknown"', 'outcome = "shrug"', "shrug"),
        ("max_mebibytes = 100", "max_mebibytes = -1", "nombre positif"),
        ("status = 201", "status = 20", "statut HTTP"),
        ('codeClient = "client_code"', 'codeClient = "shoe_size"', "shoe_size"),
        ('PUBLIE = "published"', 'PUBLIE = "gone"', "gone"),
        ('path = "/oauth2/token"', "", "path"),
        ("[token]", "[token", "TOML"),
        ('key_header = "Idempotency-Key"', 'key_header = "Two words"', "Two words"),
        ("status = [413]", "status = 413", "liste"),
        ('path = "/pushdoc/v1/documents"', 'path = "https://elsewhere.example/"', "elsewhere"),
    ],
)
def test_a_wrong_contract_is_refused_with_its_line_and_the_reason(tmp_path: Path, old: str, new: str, reason: str) -> None:
    file = tmp_path / "contract.toml"
    text = OWN.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=reason) as refused:
        load_contract(file)
    assert str(file) in str(refused.value)
    assert re.search(r", ligne \d+ : ", str(refused.value))


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["absent", "no text"])
def test_a_contract_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "contract.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ContractError, match="ne peut pas être lu") as refused:
        load_contract(file)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        (r"(?ms)^\[limits\]\n.*?(?=^\[|\Z)", r"\[limits\] manque"),
        (r"(?ms)^\[\[answers\]\]\n.*?(?=^\[(?!\[answers)|\Z)", r"\[\[answers\]\]"),
    ],
    ids=["a section", "all rows"],
)
def test_what_is_missing_altogether_is_named_with_the_first_line(tmp_path: Path, missing: str, reason: str) -> None:
    file = tmp_path / "contract.toml"
    text, removed = re.subn(missing, "", OWN.read_text(encoding="utf-8"))
    assert removed
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=f", ligne 1 : .*{reason}"):
        load_contract(file)


def test_what_is_missing_in_the_last_section_is_named_with_the_line_where_that_begins(tmp_path: Path) -> None:
    file = tmp_path / "contract.toml"
    text = re.sub(r"(?ms)^\[limits\]\n.*?(?=^\[|\Z)", "", OWN.read_text(encoding="utf-8")).rstrip()
    file.write_text(f"{text}\n[limits]\ndeadline_seconds = 30\n", encoding="utf-8")
    with pytest.raises(ContractError, match=f", ligne {len(text.splitlines()) + 1} : « deadline_seconds_per_mebibyte » manque"):
        load_contract(file)


def test_the_line_is_the_one_that_has_to_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "contract.toml"
    lines = OWN.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if line == 'outcome = "client_unknown"')
    lines[number] = 'outcome = "document_refuse"'
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ContractError, match=f", ligne {number + 1} : « document_refuse »"):
        load_contract(file)


def test_metadata_cannot_get_lost_between_an_encoding_and_a_place(tmp_path: Path) -> None:
    file = tmp_path / "contract.toml"
    text = OWN.read_text(encoding="utf-8").replace('encoding = "multipart"', 'encoding = "json"')
    file.write_text(text.replace('metadata_place = "part"', 'metadata_place = "form"'), encoding="utf-8")
    with pytest.raises(ContractError, match="form"):
        load_contract(file)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("Tue, 24 Nov 2026 08:05:00 GMT", NOW + timedelta(minutes=5)),
        ("Mon, 23 Nov 2026 08:05:00 GMT", None),
        ("1000000000", NOW + timedelta(hours=24)),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_the_moment_that_a_partner_names(text: str, moment: datetime | None) -> None:
    assert retry_moment(text, NOW) == moment


@pytest.mark.parametrize(
    "uri",
    [
        "http://partner.example/ws",
        "https://user:pw@partner.example/ws",
        "https://partner.example/ws?x=1",
        "https://partner.example/#a",
        "file:///etc/passwd",
        "ftp://partner.example",
        "https://",
        "https://partner.example:99999",
        "https://partner.example:0",
        "https://part ner.example",
        "https://partner.example/\x00",
        "https://partner.example/\r\nX: y",
        "https://pаrtner.example",
        "javascript:alert(1)",
        "https://partner.example\\@evil.example",
        "https://[::1",
        "x" * 10_000,
        "",
    ],
)
def test_a_hostile_address_is_refused_with_a_sentence(uri: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        validate_uri(uri, NetworkRules())


def test_plain_http_is_for_loopback_only_and_only_where_it_is_allowed() -> None:
    assert validate_uri("http://127.0.0.1:8000/ws/", NetworkRules(allow_loopback=True)) == "http://127.0.0.1:8000/ws"
    with pytest.raises(ValueError, match="https"):
        validate_uri("http://127.0.0.1:8000/ws", NetworkRules())
    with pytest.raises(ValueError, match="https"):
        validate_uri("http://partner.example/ws", NetworkRules(allow_loopback=True))
