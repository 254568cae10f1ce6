"""The first administrator: made once, with a link that only the operator of the machine can print."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import transaction

from connectors.models import Event, Firm

if TYPE_CHECKING:
    from datetime import datetime

TOKEN_BYTES = 32
LONGEST_EMAIL = 150
"""Characters: the address is the user's name too, and that column takes no more."""


class AdministratorExists(Exception):
    """There is a user already: who may administer is decided on the screens from now on."""

    def __init__(self) -> None:
        super().__init__("Un compte existe déjà : connectez-vous, ou demandez un accès à un administrateur.")


class LinkRefused(Exception):
    """The link was used, was replaced by a newer one, or never was one."""


def make_first_link() -> str:
    """A new token; only its hash is kept, and an older link stops working. Raises AdministratorExists."""
    if get_user_model().objects.exists():
        raise AdministratorExists
    token = secrets.token_urlsafe(TOKEN_BYTES)
    firm = Firm.current()
    firm.first_admin_token_hash = _hash(token)
    firm.save(update_fields=["first_admin_token_hash"])
    return token


def is_first_link(token: str) -> bool:
    """Whether this token opens the first access now."""
    kept = Firm.current().first_admin_token_hash
    return bool(kept) and hmac.compare_digest(kept, _hash(token)) and not get_user_model().objects.exists()


def create_first_administrator(token: str, *, firm_name: str, email: str, password: str, now: datetime) -> Any:
    """The user, with all rights. The link works no more. Raises LinkRefused."""
    with transaction.atomic():
        firm = Firm.objects.select_for_update().filter(pk=Firm.current().pk).get()
        if not is_first_link(token):
            raise LinkRefused
        firm.name, firm.first_admin_token_hash = firm_name, ""
        firm.save(update_fields=["name", "first_admin_token_hash"])
        address = email.lower()
        user = get_user_model().objects.create_superuser(username=address, email=address, password=password)
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
        Event.objects.create(at=now, kind="firm.first_access", actor=user, text="Premier administrateur créé")
    return user


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
