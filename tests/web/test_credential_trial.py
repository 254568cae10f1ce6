"""« Tester la connexion », step by step: what a page shows while it runs, and that nobody can pretend that it has passed."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core import signing
from django.core.management import CommandError, call_command

from connectors.configure.credentials import read_credentials
from connectors.models import Connector, Credential, Event
from connectors.web.views.trial import SALT
from tests.web.hostile import Page
from tests.web.settings_cast import Cast, messages_of, typed_credentials

if TYPE_CHECKING:
    from tests.partner import IndependentPartner

LABELS = (
    "Adresse",
    "Chiffrement de la connexion (TLS)",
    "Connexion et jeton d’accès",
    "Droits du compte",
    "Dossiers visibles",
    "Dépôt à blanc",
)


def step(cast: Cast, trial: str = "", typed: dict[str, str] | None = None, page: str = "connector") -> str:
    """One request, as htmx sends it."""
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{cast.url(page)}"}
    answer = cast.browser.post(cast.url("check_connection"), {"trial": trial, **(typed or {})}, headers=headers)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<html" not in text
    return text


def progress_in(text: str) -> str:
    found = re.search(r'name="trial" value="([^"]+)"', text)
    return found[1] if found else ""


def run_through(cast: Cast, typed: dict[str, str] | None = None, page: str = "connector") -> list[str]:
    seen = [step(cast, typed=typed, page=page)]
    while progress := progress_in(seen[-1]):
        seen.append(step(cast, progress, typed, page))
    return seen


def verified(cast: Cast) -> bool:
    return Connector.objects.get(pk=cast.connector.pk).credentials_checked_at is not None


def test_each_step_is_seen_as_soon_as_it_is_done(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    seen = run_through(cast)
    assert [text.count("Réussi</span>") for text in seen] == [0, 1, 2, 3, 4, 5, 6]
    assert [text.count("En cours…") for text in seen] == [1, 1, 1, 1, 1, 1, 0]
    for text in seen:
        assert all(label in messages_of(text) for label in LABELS)
    assert "Toutes les vérifications ont réussi." in seen[-1]
    assert 'id="checks-said" hx-swap-oob="innerHTML"' in seen[-1]
    assert verified(cast)
    assert not partner_server.documents


def test_a_failed_step_is_the_last_one_and_the_others_say_so(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    partner_server.secrets = set()
    last = run_through(cast)[-1]
    assert (last.count("Réussi</span>"), last.count("Échec</span>"), last.count("Non essayé")) == (2, 1, 3)
    assert "Recopiez le Client ID et le Client secret" in messages_of(last)
    assert not verified(cast)


def test_the_page_of_the_credentials_learns_how_they_stand(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    assert "Vérifiés" in run_through(cast, page="credentials")[-1]
    assert "Vérifiés" not in run_through(cast, page="connector")[-1]


def test_nobody_can_pretend_that_the_steps_have_passed(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    partner_server.secrets = set()
    passed = [{"name": "x", "label": "X", "passed": True, "seconds": 0, "message": "", "repair": "", "field": ""}] * 6
    for forged in (
        "nonsense",
        "a:b:c",
        signing.dumps({"of": "x", "done": passed}, salt=SALT),
        signing.dumps({"done": passed}, salt="other"),
    ):
        assert "En cours…" in step(cast, forged)
    assert not verified(cast)


def test_progress_of_other_credentials_begins_again(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    progress = progress_in(step(cast, progress_in(step(cast))))
    Credential.objects.filter(field="id_illibook").update(value="IB-2")
    assert "Réussi</span>" not in step(cast, progress)


def test_progress_says_nothing_about_the_secret(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    progress = progress_in(step(cast, progress_in(step(cast))))
    said: dict[str, Any] = signing.loads(progress, salt=SALT)
    assert set(said) == {"of", "done"}
    assert re.fullmatch("[0-9a-f]{64}|[0-9a-f]{40}", said["of"])
    assert "s3cret" not in json.dumps(said)


def test_typed_credentials_are_tried_without_being_saved(cast: Cast, partner_server: IndependentPartner) -> None:
    typed = typed_credentials(partner_server.url)
    seen = run_through(cast, typed)
    assert "Toutes les vérifications ont réussi." in seen[-1]
    assert 'hx-include="#credentials-form"' in seen[0]
    assert not cast.connector.credentials.exists()
    assert not Event.objects.exists()


def test_typed_credentials_never_lend_the_stored_secret_to_another_address(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete("http://127.0.0.1:9/ws")
    for moved in (
        typed_credentials(partner_server.url, client_secret=""),
        typed_credentials("http://127.0.0.1:9/ws", client_secret="", ws_user="x"),
    ):
        assert "saisissez le secret de nouveau" in step(cast, typed=moved)
        page = cast.browser.post(cast.url("check_connection"), moved).content.decode()
        assert "saisissez le secret de nouveau" in Page(page).message_on("client_secret")
    assert not partner_server.journal


def test_a_blank_secret_of_the_same_account_is_tried_with_the_stored_one(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    assert "Toutes les vérifications ont réussi." in run_through(cast, typed_credentials(partner_server.url, client_secret=""))[-1]


def test_without_a_script_the_page_comes_back_with_what_was_typed_and_found(cast: Cast, partner_server: IndependentPartner) -> None:
    text = cast.browser.post(cast.url("check_connection"), typed_credentials(partner_server.url, client_secret="wrong")).content.decode()
    page = Page(text)
    assert page.fields["client_id"]["value"] == "cabinet"
    assert "ne reconnaît pas" in page.message_on("client_secret")
    assert "Échec" in text
    assert "wrong" not in text


def test_what_is_missing_is_told_beside_the_button(cast: Cast) -> None:
    assert "Il manque des identifiants." in step(cast)
    assert "Ce champ est obligatoire." in step(cast, typed={"client_id": ""})


def command(*args: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("test_connection", *args, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_the_same_as_the_page(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    code, said = command()
    assert code == 0
    assert all(f"réussi  {label} (" in said for label in LABELS)
    assert "non actif" in said
    assert verified(cast)
    partner_server.secrets = set()
    code, said = command(str(cast.connector.pk))
    assert code == 1
    assert "ÉCHEC   Connexion et jeton d’accès" in said
    assert "À faire : Recopiez le Client ID" in said
    assert "s3cret" not in said


def test_the_command_speaks_json(cast: Cast, partner_server: IndependentPartner) -> None:
    assert command("--json")[0] == 1
    cast.complete(partner_server.url)
    code, said = command("illinks", "--json")
    found = json.loads(said)
    assert (code, found["passed"], found["connectors"][0]["active"]) == (0, True, False)
    assert [check["label"] for check in found["connectors"][0]["checks"]] == list(LABELS)
    assert set(found["connectors"][0]["checks"][0]) == {"name", "label", "passed", "message", "repair", "field", "seconds"}


def test_the_command_goes_by_the_stored_address_only(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete("http://127.0.0.1:9/ws")
    Credential.objects.filter(field="uri").update(value=partner_server.url)
    code, said = command()
    assert code == 1
    assert "saisissez-le de nouveau" in said
    assert not partner_server.journal
    assert Credential.objects.filter(field="client_secret").exists()


@pytest.mark.parametrize("asked", ["99", "Personne", "9" * 30])
def test_the_command_names_a_connector_that_does_not_exist(cast: Cast, asked: str) -> None:
    with pytest.raises(CommandError, match=asked):
        call_command("test_connection", asked)


def test_the_stored_secret_is_still_there_after_all_that(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    run_through(cast, typed_credentials(partner_server.url, client_secret="wrong"))
    assert read_credentials(cast.connector)["client_secret"] == "s3cret"
