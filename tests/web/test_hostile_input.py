"""Every form, every field, with what nobody should type: a page with a message on that field, never an incident, and nothing half saved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from connectors.configure.backfill import Criteria
from connectors.configure.first_access import make_first_link
from connectors.domain.states import PushState
from connectors.models import Attribute, Backfill, ClientGroup, DataModel, LivingSelection, Push
from tests.web.hostile import ACCOUNT, FIRST_ACCESS, FORMS, HOSTILE, Field, Form, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

    from tests.partner import IndependentPartner
    from tests.web.settings_cast import Cast

NUMBER = re.compile(r"[0-9]+")
WITHOUT_INPUT = {
    "attribute_check": "shows",
    "attribute_export": "gives a file; its address is tried in test_attribute_values",
    "attribute_file": "a file: tried in test_hostile_files",
    "account_confirm_email": "no address is confirmed here: allauth refuses any key",
    "account_confirm_login_code": "sign-in by code is off",
    "account_email": "tried below: it only says which address signs in",
    "account_email_verification_sent": "says something",
    "account_inactive": "says something",
    "account_logout": "a button",
    "account_reset_password_done": "says something",
    "account_reset_password_from_key": "tried below: its address is the hostile part",
    "account_reset_password_from_key_done": "says something",
    "account_set_password": "everybody has a password: leads to changing it",
    "account_signup": "closed",
    "add_connector": "a button; its address is tried below",
    "classification": "says something",
    "connector": "shows",
    "folder_check": "shows",
    "end_pause": "a button",
    "version": "shows",
    "elements": "shows",
    "help": "shows",
    "glossary": "shows",
    "accept_folder": "a button",
    "former_secret": "a button",
    "health": "says something",
    "import_clients": "a file: tried in test_hostile_files",
}


@dataclass
class World:
    """A firm in which every form has something to work on."""

    browser: Browser
    ids: dict[str, str]

    def address(self, form: Form) -> str:
        prefix = "" if form.route.startswith("account_") else "connectors:"
        return reverse(prefix + form.route, args=[arg.format(**self.ids) for arg in form.args])

    def send(self, form: Form, **typed: str) -> HttpResponse:
        good = {name.format(**self.ids): value.format(**self.ids) for name, value in form.good.items()}
        data = {**good, **{name.format(**self.ids): value for name, value in typed.items()}}
        browser = Browser() if form in ACCOUNT or form is FIRST_ACCESS else self.browser
        return getattr(browser, form.method)(self.address(form), data, follow=True)


@pytest.fixture
def world(cast: Cast, partner_server: IndependentPartner) -> World:
    cast.complete(partner_server.url)
    model = DataModel.objects.get()
    push = Push(connector=cast.connector, client=cast.clients["Alice"], folder="Dossier Alice/DEPOT", state=PushState.UNKNOWN)
    push.seen_at = push.identity_at = push.changed_at = timezone.now()
    push.set_name(b"facture.pdf")
    push.save()
    ids = {name.lower(): str(client.pk) for name, client in cast.clients.items()}
    living = LivingSelection.objects.create(connector=cast.connector, name="Les A", criteria={"text": "a"}, created_at=timezone.now())
    ids |= {"living": str(living.pk)}
    ids |= {"deposit": cast.connector.deposit_paths.get().deposit}
    ids |= {"connector": str(cast.connector.pk), "attribute": str(Attribute.objects.get().pk), "model": str(model.pk)}
    ids |= {"group": str(ClientGroup.objects.get().pk), "document": str(push.reference), "partner": partner_server.url, "token": "none"}
    asked = Criteria().as_json() | {"count": 0}
    ids |= {"backfill": str(Backfill.objects.create(connector=cast.connector, criteria=asked, created_at=timezone.now()).pk)}
    return World(cast.browser, ids)


def everything_stored() -> list[Any]:
    models = [*apps.get_app_config("connectors").get_models(), get_user_model()]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


CASES = [pytest.param(form, field, id=f"{form} {field.name}") for form in FORMS for field in form.fields]


@pytest.mark.parametrize(("form", "field"), CASES)
def test_a_field_refuses_what_is_wrong_with_a_message_of_its_own(world: World, form: Form, field: Field) -> None:
    if form is FIRST_ACCESS:
        get_user_model().objects.all().delete()
        world.ids["token"] = make_first_link()
    before = everything_stored()
    for kind, typed in HOSTILE.items():
        cache.clear()  # allauth counts tries
        with transaction.atomic():
            answer = world.send(form, **{field.name: typed})
            assert answer.status_code in {200, 204, 422}, f"{kind}: {answer.status_code}"
            text = answer.content.decode()
            assert "<script>alert" not in text
            page = Page(text)
            told = page.message_on(field.name.format(**world.ids))
            assert bool(told) == (kind in field.refuses), f"{kind}: {told!r}"
            if told:
                assert everything_stored() == before, f"{kind}: something was saved"
                keep_what_was_right(world, form, field, page)
            transaction.set_rollback(True)


def keep_what_was_right(world: World, form: Form, wrong: Field, page: Page) -> None:
    secrets = {field.name for field in form.fields if field.secret}
    for name, value in form.good.items():
        shown = page.fields.get(name.format(**world.ids), {})
        if name not in {wrong.name, "action", *secrets} and shown.get("type") not in {"hidden", "checkbox", "radio"} and shown:
            assert shown.get("value") == value.format(**world.ids), name


def addresses(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield str(pattern.name)
        else:
            yield from addresses(pattern)


def test_no_address_of_the_product_is_forgotten_here() -> None:
    assert set(addresses(get_resolver())) == {form.route for form in FORMS} | set(WITHOUT_INPUT)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_no_field_of_a_page_is_forgotten_here(world: World, form: Form) -> None:
    tried = {(other.route, NUMBER.sub("#", field.name.format(**world.ids))) for other in FORMS for field in other.fields}
    answer = world.send(form)
    for action, _method, name in Page(answer.content.decode()).forms:
        route = str(resolve(action or answer.request["PATH_INFO"]).url_name)
        if name != "csrfmiddlewaretoken" and route not in WITHOUT_INPUT:
            assert (route, NUMBER.sub("#", name)) in tried


NOWHERE = (
    "/administration/connecteurs/99999999999999999999/",
    "/administration/connecteurs/99999999999999999999/clients/",
    "/clients/99999999999999999999/historique/",
    "/documents/00000000-0000-0000-0000-000000000000/",
    "/documents/%00/",
    "/premier-acces/%3Cscript%3Ealert(1)%3C%2Fscript%3E/",
    "/premier-acces/..%2F..%2Fetc%2Fpasswd/",
    "/%00",
    "/" + "x" * 5_000,
)


@pytest.mark.parametrize("address", NOWHERE, ids=lambda address: address[:40])
def test_an_address_that_leads_nowhere_says_so(world: World, address: str) -> None:
    for browser in (world.browser, Browser()):
        answer = browser.get(address)
        assert answer.status_code in {404, 302}
        assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
def test_nonsense_in_place_of_a_partner_or_a_key_opens_nothing(world: World, typed: str) -> None:
    before, part = everything_stored(), quote(typed or "x", safe="")
    assert world.browser.post(f"/administration/connecteurs/ajouter/{part}/").status_code == 404
    answer = Browser().get(f"/compte/password/reset/key/1-{part}/")
    assert answer.status_code in {200, 404}
    assert b"<script>alert" not in answer.content
    assert everything_stored() == before


def test_nonsense_is_no_new_address_of_an_account(world: World) -> None:
    world.browser.get("/compte/email/")
    before = list(EmailAddress.objects.values())
    for typed in HOSTILE.values():
        cache.clear()
        answer = world.browser.post("/compte/email/", {"action_add": "", "email": typed}, follow=True)
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content
    assert list(EmailAddress.objects.values()) == before


def test_who_tries_too_often_is_asked_to_wait(db: None) -> None:
    cache.clear()
    for _ in range(30):
        answer = Browser().post("/compte/login/", {"login": "alix@cabinet.example", "password": "x"})
        if answer.status_code == 429:
            break
    assert "Trop de tentatives" in answer.content.decode()
    cache.clear()
