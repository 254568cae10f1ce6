"""The same document in every way that a contract file may ask for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from connectors.providers.illinks.contract import OWN, load_contract
from connectors.providers.illinks.request import upload_request
from connectors.providers.testing import BytesSource, make_document

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.providers.body import Body

CREDENTIALS = {"client_id": "c", "client_secret": "s3cret", "id_illibook": "I", "ws_user": "w", "id_correspondance": "X"}


def asked(tmp_path: Path, encoding: str, place: str) -> tuple[dict[str, Any], Body, str]:
    text = OWN.read_text(encoding="utf-8").replace('encoding = "multipart"', f'encoding = "{encoding}"')
    file = tmp_path / "contract.toml"
    file.write_text(text.replace('metadata_place = "part"', f'metadata_place = "{place}"'), encoding="utf-8")
    document = make_document(b"abcd", client_code="Été & Cie")
    request, body = upload_request(load_contract(file), CREDENTIALS, document, BytesSource(b"abcd"))
    return request, body, document.reference


@pytest.mark.parametrize("encoding", ["multipart", "json"])
@pytest.mark.parametrize("place", ["header", "query"])
def test_metadata_may_stand_beside_the_body(tmp_path: Path, encoding: str, place: str) -> None:
    request, body, reference = asked(tmp_path, encoding, place)
    metadata = {name: unquote(value) for name, value in request["headers"].items()} if place == "header" else request["params"]
    assert (metadata["reference"], metadata["codeClient"], metadata["sousType"]) == (reference, "Été & Cie", "")
    assert all(value.isascii() for value in request["headers"].values())
    assert b"codeClient" not in b"".join(body)
    assert request["headers"]["Idempotency-Key"] == reference


def test_metadata_may_be_a_form_field_each(tmp_path: Path) -> None:
    _, body, _ = asked(tmp_path, "multipart", "form")
    assert 'name="codeClient"\r\n\r\nÉté & Cie\r\n'.encode() in b"".join(body)


def test_all_may_be_one_json_object(tmp_path: Path) -> None:
    request, body, reference = asked(tmp_path, "json", "part")
    content = json.loads(b"".join(body))
    assert base64.b64decode(content["fichier"]) == b"abcd"
    assert (content["reference"], content["sousType"], content["codeClient"]) == (reference, None, "Été & Cie")
    assert request["headers"]["Content-Type"] == "application/json"


def test_the_secret_is_never_part_of_a_document(tmp_path: Path) -> None:
    for encoding, place in (("multipart", "part"), ("multipart", "form"), ("json", "part"), ("json", "query")):
        request, body, _ = asked(tmp_path, encoding, place)
        assert "s3cret" not in f"{request['headers']}{request['params']}{b''.join(body)!r}"
