# ruff: noqa: E402 - Django is set up before its models are read
"""A process that gives hints while the broker is in trouble, and prints as JSON how long each took: three hints, then two forms that are sent.

It gives a first hint, says "ready" and waits for a line, so that the trouble can begin.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import django

django.setup()

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from connectors.models import Connector
from connectors.tasks import wake

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return round(time.monotonic() - begun, 2)


def send(active: str) -> None:
    answer = browser.post(reverse("connectors:activation", args=[connector.pk]), {"active": active}, headers={"host": "localhost"})
    assert answer.status_code == 302, answer.content[:500]


connector = Connector.objects.get()
browser = Client()
user = get_user_model().objects.create_user("alix", "alix@cabinet.example")
browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
wake(connector.pk)  # a connection that stood before the trouble is another case than one that is to be made
print("ready", flush=True)  # noqa: T201 - whoever makes the trouble waits for it
sys.stdin.readline()
hints = [seconds(lambda: wake(connector.pk)) for _ in range(3)]
forms = [seconds(lambda active=active: send(active)) for active in "01"]
json.dump({"hints": hints, "forms": forms}, sys.stdout)
