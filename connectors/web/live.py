"""Pages that update by themselves: the whole page for a browser, its moving part for htmx, nothing when nothing has moved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

SHOWN = "shown"
"""The parameter in which a poll says what it shows already."""

TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+')
"""A form's token is written differently each time, and means the same."""

NOTHING_NEW = 204
"""htmx changes nothing on the page then: focus, scroll and screen readers stay undisturbed."""


@dataclass(frozen=True)
class LivePage:
    """`page` is a template that includes `pages/live.html`; `part` is what moves; `seconds` lie between two looks.

    `mark` names what is shown where the part itself may differ although nothing has moved.
    """

    page: str
    part: str
    seconds: int
    mark: str = ""


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for the moving part. When it restores a page of its history, it needs the whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def own_address(request: HttpRequest) -> str:
    """Where the part can be asked for again: the same filters, without what a poll adds."""
    query = request.GET.copy()
    query.pop(SHOWN, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def render_live(request: HttpRequest, live: LivePage, context: Mapping[str, Any], *, summary: str = "") -> HttpResponse:
    """Answer with the page, the part, or 204. `summary` is one sentence that screen readers hear when it changes."""
    body = render_to_string(live.part, dict(context), request)
    mark = sha256(f"{live.mark or TOKEN.sub('', body)}\0{summary}".encode()).hexdigest()[:16]
    full = {**context, "live_body": body, "live_mark": mark, "live_seconds": live.seconds, "live_summary": summary}
    full |= {"live_url": own_address(request), "live_is_part": wants_part(request)}
    if not full["live_is_part"]:
        response = render(request, live.page, full)
    elif request.GET.get(SHOWN) == mark:
        response = HttpResponse(status=NOTHING_NEW)
    else:
        response = render(request, "pages/live.html", full)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response
