"""What the buttons of the control pages say: whom, and how many documents a person was told of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from django.http import QueryDict

NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
ONE = re.compile(r"one:([0-9]{1,18})", re.ASCII)
LONGEST_CODE = 200


def told_count(data: QueryDict) -> int:
    """How many documents the page spoke of; -1, which is never right, for anything that it did not write."""
    text = data.get("count", "")
    return int(text) if NUMBER.fullmatch(text) else -1


def confirmed_codes(data: QueryDict) -> dict[int, str]:
    """The links that a person says yes to, by client, as the page showed them."""
    action = data.get("action", "")
    one = ONE.fullmatch(action)
    asked = [one[1]] if one else data.getlist("shown" if action == "page" else "clients")
    ids = {int(text) for text in asked if NUMBER.fullmatch(text)}
    return {pk: data.get(f"code-{pk}", "")[:LONGEST_CODE] for pk in ids}


def asked_document(data: QueryDict) -> UUID | None:
    """The document from whose page the yes came."""
    try:
        return UUID(data.get("document", ""))
    except ValueError:
        return None
