"""The same document in every way that a contract file may ask for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from connectors.providers.base import MASK
from connectors.providers.illinks.contract import OWN, load_contract
from connectors.providers.illinks.request import preview_request, upload_request
from connectors.providers.testing import BytesSource, make_document

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.providers.base import RequestPreview
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


CANARY = "s3cret"
WAYS = [("multipart", "part"), ("multipart", "form"), ("multipart", "header"), ("json", "part"), ("json", "query")]


def previewed(tmp_path: Path, encoding: str, place: str) -> RequestPreview:
    """As if a field that the contract sends were a secret, and the client had one of its own."""
    text = OWN.read_text(encoding="utf-8").replace('encoding = "multipart"', f'encoding = "{encoding}"')
    text = text.replace('metadata_place = "part"', f'metadata_place = "{place}"')
    file = tmp_path / "contract.toml"
    file.write_text(text, encoding="utf-8")
    document = make_document(b"abcd", client_code="Été & Cie", client_fields={"id_correspondance": CANARY})
    secrets = {"client_secret", "ws_user", "id_correspondance"}
    return preview_request(load_contract(file), "https://p.example/ws", {**CREDENTIALS, "ws_user": CANARY}, secrets, document)


@pytest.mark.parametrize(("encoding", "place"), WAYS)
def test_a_preview_shows_everything_but_secrets(tmp_path: Path, encoding: str, place: str) -> None:
    preview = previewed(tmp_path, encoding, place)
    shown = unquote(repr(preview))
    assert CANARY not in shown
    assert MASK in shown
    assert "Été & Cie" in shown.replace("+", " ")
    assert dict(preview.headers)["Authorization"] == f"Bearer {MASK}"
    assert preview.url.startswith("https://p.example/ws/pushdoc/v1/documents")
    assert ("?" in preview.url) == (place == "query")
    assert preview.parts[-1].file_name == "Facture été n°12.pdf"
    assert preview.parts[-1].text == ""


@pytest.mark.parametrize(("encoding", "place"), WAYS)
def test_a_preview_has_the_headers_of_the_request(tmp_path: Path, encoding: str, place: str) -> None:
    preview = previewed(tmp_path, encoding, place)
    request, body, _ = asked(tmp_path, encoding, place)
    assert dict(preview.headers).keys() - {"Authorization"} == request["headers"].keys()
    assert request["headers"]["Content-Type"].startswith(dict(preview.headers)["Content-Type"])
    sent = b"".join(body).decode()
    assert all(part.name in sent for part in preview.parts)
