"""The upload request that the contract asks for, and what a person may see of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from connectors.providers.base import MASK, PreviewPart, RequestPreview
from connectors.providers.body import Body, json_body, multipart_body

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from connectors.domain.document import DocumentSource, OutgoingDocument
    from connectors.providers.illinks.contract import Contract


@dataclass(frozen=True)
class Frame:
    """Everything about the request but the document's bytes. `parts` maps names to (media type or empty, content); JSON has `metadata` instead."""

    headers: dict[str, str]
    params: dict[str, str] | None
    parts: dict[str, tuple[str, bytes]]
    metadata: dict[str, Any]


def upload_request(
    contract: Contract, credentials: Mapping[str, str], document: OutgoingDocument, source: DocumentSource
) -> tuple[dict[str, Any], Body]:
    """`headers`, `params` and `data` for the transport, and the body to be asked whether it was handed over."""
    frame, file_part = frame_of(contract, credentials, document), contract.upload["file_part"]
    if contract.upload["encoding"] == "json":
        body, kind = json_body(document, source, file_key=file_part, metadata=frame.metadata)
    else:
        body, kind = multipart_body(document, source, file_part=file_part, parts=frame.parts)
    return {"headers": {**frame.headers, "Content-Type": kind}, "params": frame.params, "data": body}, body


def frame_of(contract: Contract, credentials: Mapping[str, str], document: OutgoingDocument) -> Frame:
    """The metadata in the place that the contract names: a header each, the query, a form field each, or one part."""
    upload = contract.upload
    metadata = build_metadata(upload["metadata"], credentials, document)
    place, is_json = upload["metadata_place"], upload["encoding"] == "json"
    texts = {name: "" if value is None else str(value) for name, value in metadata.items()}
    headers, parts = {upload["key_header"]: document.reference}, {}
    if place == "header":
        headers |= {name: quote(value, safe=" :+-_.") for name, value in texts.items()}
    if place == "part" and not is_json:
        parts = {upload["metadata_part"]: ("application/json", json.dumps(metadata, ensure_ascii=False).encode())}
    if place == "form" and not is_json:
        parts = {name: ("", value.encode()) for name, value in texts.items()}
    return Frame(headers, texts if place == "query" else None, parts, metadata if place == "part" else {})


def preview_request(
    contract: Contract, base: str, credentials: Mapping[str, str], secrets: Collection[str], document: OutgoingDocument
) -> RequestPreview:
    """What would leave for this document, by the same frame; the token and the fields named in `secrets` are masked before they get into it."""
    masked, overridden = _masked(credentials, secrets), _masked(document.client_fields, secrets)
    frame, upload = frame_of(contract, masked, replace(document, client_fields=overridden)), contract.upload
    is_json = upload["encoding"] == "json"
    headers = {"Authorization": f"Bearer {MASK}", **frame.headers, "Content-Type": "application/json" if is_json else "multipart/form-data"}
    query = f"?{urlencode(frame.params)}" if frame.params else ""
    if is_json:
        text = json.dumps({**frame.metadata, upload["file_part"]: "…"}, ensure_ascii=False, indent=2)
        parts = [PreviewPart("", "application/json", text), PreviewPart(upload["file_part"], "base64", "", document.name)]
    else:
        parts = [PreviewPart(name, kind or "text/plain", _readable(kind, content)) for name, (kind, content) in frame.parts.items()]
        parts.append(PreviewPart(upload["file_part"], document.media_type, "", document.name))
    return RequestPreview("POST", f"{base}{upload['path']}{query}", tuple(headers.items()), tuple(parts))


def _masked(values: Mapping[str, str], secrets: Collection[str]) -> dict[str, str]:
    return {name: MASK if name in secrets else value for name, value in values.items()}


def _readable(kind: str, content: bytes) -> str:
    return json.dumps(json.loads(content), ensure_ascii=False, indent=2) if kind == "application/json" else content.decode()


def build_metadata(names: Mapping[str, str], credentials: Mapping[str, str], document: OutgoingDocument) -> dict[str, Any]:
    """What Illinks is told about the document, under its own names; an absent sous-type is null."""
    facts: dict[str, Any] = {
        "reference": document.reference,
        "client_code": document.client_code,
        "domaine": document.classification.domaine,
        "type": document.classification.type,
        "sous_type": document.classification.sous_type or None,
        "name": document.name,
        "size": document.size,
        "sha256": document.sha256,
        "deposited_at": document.deposited_at.isoformat(timespec="seconds"),
        "millesime": document.millesime,
    }
    known = {**credentials, **document.client_fields}
    facts |= {f"credential:{name}": value for name, value in known.items()}
    return {name: facts.get(source) for name, source in names.items()}
