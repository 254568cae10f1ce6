"""The upload request that the contract asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connectors.providers.body import Body, json_body, multipart_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.domain.document import DocumentSource, OutgoingDocument
    from connectors.providers.illinks.contract import Contract


def upload_request(
    contract: Contract, credentials: Mapping[str, str], document: OutgoingDocument, source: DocumentSource
) -> tuple[dict[str, Any], Body]:
    """`headers`, `params` and `data` for the transport, and the body to be asked whether it was handed over."""
    upload = contract.upload
    metadata = build_metadata(upload["metadata"], credentials, document)
    place = upload["metadata_place"]
    texts = {name: "" if value is None else str(value) for name, value in metadata.items()}
    headers = {upload["key_header"]: document.reference}
    if place == "header":
        headers |= {name: quote(value, safe=" :+-_.") for name, value in texts.items()}
    if upload["encoding"] == "json":
        body, kind = json_body(document, source, file_key=upload["file_part"], metadata=metadata if place == "part" else {})
    else:
        parts = (
            {upload["metadata_part"]: ("application/json", json.dumps(metadata, ensure_ascii=False).encode())} if place == "part" else {}
        )
        if place == "form":
            parts = {name: ("", value.encode()) for name, value in texts.items()}
        body, kind = multipart_body(document, source, file_part=upload["file_part"], parts=parts)
    headers["Content-Type"] = kind
    return {"headers": headers, "params": texts if place == "query" else None, "data": body}, body


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
