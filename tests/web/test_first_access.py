from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from connectors.models import Firm

if TYPE_CHECKING:
    from django.test import Client as Browser

pytestmark = pytest.mark.django_db
TYPED = {
    "firm_name": "Cabinet Aubépine",
    "email": "Alix@Cabinet.example",
    "password": "quatre mots au hasard",
    "repeated": "quatre mots au hasard",
}


@pytest.fixture
def link(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("first_admin_link", "--base", "http://pushdoc.test/")
    (line,) = capsys.readouterr().out.splitlines()
    return line.removeprefix("http://pushdoc.test")


def test_the_link_makes_the_first_administrator_and_signs_in(link: str, client: Browser) -> None:
    assert client.get(link).status_code == 200
    answer = client.post(link, TYPED)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = get_user_model().objects.get()
    assert (user.username, user.is_superuser) == ("alix@cabinet.example", True)
    assert EmailAddress.objects.get(user=user).verified
    assert Firm.current().name == "Cabinet Aubépine"
    assert "Cabinet Aubépine" in client.get("/").content.decode()


def test_the_new_account_can_sign_in_later(link: str, client: Browser) -> None:
    client.post(link, TYPED)
    client.logout()
    answer = client.post("/compte/login/", {"login": "alix@cabinet.example", "password": TYPED["password"]})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200


def test_the_length_that_is_told_is_the_length_that_is_asked_for(link: str, client: Browser) -> None:
    length = int(re.search(r"(\d+) caractères au moins", client.get(link).content.decode()).group(1))  # type: ignore[union-attr]
    for size, status in ((length - 1, 200), (length, 302)):
        password = "zqxjkvbpygfwlm"[:size]
        assert client.post(link, TYPED | {"password": password, "repeated": password}).status_code == status


def test_the_link_works_once(link: str, client: Browser) -> None:
    client.post(link, TYPED)
    client.logout()
    for answer in (client.get(link), client.post(link, TYPED)):
        assert answer.status_code == 404
        assert "ne fonctionne plus" in answer.content.decode()
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("token", ["x", "x" * 2000, "%00", "<script>", "é", "%ed%a0%80"])
def test_a_wrong_link_opens_nothing(link: str, client: Browser, token: str) -> None:
    assert client.get(f"/premier-acces/{token}/").status_code == 404


def test_a_newer_link_replaces_the_first(link: str, client: Browser) -> None:
    call_command("first_admin_link")
    assert client.get(link).status_code == 404


def test_only_the_hash_of_the_token_is_kept(link: str) -> None:
    assert Firm.current().first_admin_token_hash not in link
    assert len(Firm.current().first_admin_token_hash) == 64


def test_no_link_is_printed_once_there_is_a_user() -> None:
    get_user_model().objects.create_user("somebody")
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("first_admin_link")


def test_a_link_stops_working_when_somebody_else_made_a_user(link: str, client: Browser) -> None:
    get_user_model().objects.create_user("somebody")
    assert client.post(link, TYPED).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("firm_name", "", "obligatoire"),
        ("firm_name", "x" * 10_000, "200 caractères"),
        ("firm_name", "a\0b", "caractère nul"),
        ("email", "nobody", "valide"),
        ("email", "a" * 300 + "@cabinet.example", "150 caractères"),
        ("email", "a\0b@cabinet.example", ""),
        ("password", "court", "12 caractères"),
        ("password", "alix@cabinet.example", "trop semblable"),
        ("password", "x" * 10_000, "200 caractères"),
        ("repeated", "autre chose de long", "pas les mêmes"),
    ],
)
def test_what_is_wrong_is_told_on_its_field(link: str, client: Browser, field: str, value: str, message: str) -> None:
    typed = TYPED | {field: value} | ({"repeated": value} if field == "password" else {})
    answer = client.post(link, typed)
    assert answer.status_code == 200
    assert message in " ".join(answer.context["form"].errors[field])
    assert not get_user_model().objects.exists()
    assert "Cabinet Aubépine" in answer.content.decode() or field == "firm_name"
