"""Somebody who signs in over HTTP and sends a form."""

from __future__ import annotations

import re

import requests

EMAIL, PASSWORD = "alix@cabinet.example", "un mot de passe solide"
ALIX = {"DJANGO_SUPERUSER_USERNAME": "alix", "DJANGO_SUPERUSER_EMAIL": EMAIL, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
"""For `createsuperuser --noinput`."""


class Person:
    """As a browser does it, token included."""

    def __init__(self, url: str) -> None:
        self._url, self._session = url, requests.Session()

    def sign_in(self) -> None:
        self.send("/compte/login/", login=EMAIL, password=PASSWORD)

    def send(self, path: str, **fields: str) -> None:
        """Open the page, then send its form. Raises what requests raises."""
        page = self._session.get(self._url + path, timeout=20)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text[:500]
        answer = self._session.post(self._url + path, {"csrfmiddlewaretoken": token[1], **fields}, timeout=20, allow_redirects=False)
        assert answer.status_code == 302, answer.text[:500]
