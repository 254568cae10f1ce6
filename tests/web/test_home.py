from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import OperationalError, connection
from django.utils import timezone

from connectors.domain.states import PushState
from connectors.models import Client, Connector

if TYPE_CHECKING:
    from django.test import Client as Browser
    from pytest_django import DjangoAssertNumQueries

    from tests.web.pages_cast import Firm


def test_home_says_what_moves_what_was_published_and_what_waits_for_somebody(firm: Firm, browser: Browser) -> None:
    firm.document(PushState.WAITING, "a.pdf")
    firm.document(PushState.PUBLISHED, "b.pdf", published_at=timezone.now())
    firm.document(PushState.HELD, "c.pdf", cause="mapping")
    page = browser.get("/").content.decode()
    assert "1\u00a0document en cours, 1 publié aujourd’hui, 1 à traiter." in page
    assert "Ce client n’est pas relié à un dossier chez le partenaire." in page
    assert "À compléter" in page


def test_an_undecided_document_and_a_failing_archive_wait_for_somebody(firm: Firm, browser: Browser) -> None:
    firm.document(PushState.UNKNOWN, "a.pdf", cause="undecided")
    firm.document(PushState.ACCEPTED, "b.pdf", cause="archive")
    page = browser.get("/").content.decode()
    assert "Aucun document en cours" in page
    assert "Personne ne sait si le partenaire a reçu le document." in page
    assert "son archivage n’aboutit pas" in page


def test_an_empty_firm_is_told_how_to_begin(firm: Firm, browser: Browser) -> None:
    Client.objects.all().delete()
    Connector.objects.all().delete()
    page = browser.get("/").content.decode()
    assert "/clients/importer/" in page
    assert "/administration/connecteurs/" in page
    assert "Bienvenue" in page


def test_a_look_that_finds_nothing_new_changes_nothing(firm: Firm, browser: Browser) -> None:
    firm.document(PushState.WAITING)
    part = browser.get("/", headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    mark = part.context["live_mark"]
    again = browser.get("/", {"shown": mark}, headers={"HX-Request": "true"})
    assert (again.status_code, again.content) == (204, b"")
    firm.document(PushState.WAITING, "autre.pdf")
    assert browser.get("/", {"shown": mark}, headers={"HX-Request": "true"}).status_code == 200


def test_a_restored_page_of_the_browsers_history_is_whole(firm: Firm, browser: Browser) -> None:
    page = browser.get("/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert b"<html" in page.content
    assert "HX-Request" in page["Vary"]


def test_home_costs_the_same_however_many_documents_there_are(
    firm: Firm, browser: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        firm.document(PushState.HELD, f"{number}.pdf", cause="mapping")
    with django_assert_max_num_queries(20):
        browser.get("/")


def test_nobody_sees_the_firm_without_signing_in(firm: Firm, client: Browser) -> None:
    assert client.get("/").status_code == 302


def test_health_answers_without_signing_in(client: Browser, db: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_health_says_when_the_database_is_away(client: Browser, db: None) -> None:
    def refuse(*_args: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        answer = client.get("/healthz")
    assert answer.status_code == 503
