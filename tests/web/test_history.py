from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.domain.states import PushState
from connectors.web.views.history import MOVING_SECONDS, RESTING_SECONDS
from tests.web.pages_cast import HOSTILE, NOW

if TYPE_CHECKING:
    from django.test import Client as Browser
    from pytest_django import DjangoAssertNumQueries

    from connectors.models import Push
    from tests.web.pages_cast import Firm


def names(browser: Browser, address: str = "/historique/", **query: object) -> list[str]:
    answer = browser.get(address, query)
    assert answer.status_code == 200
    rows: list[Push] = answer.context["page"].rows
    return [row.name for row in rows]


def test_the_history_shows_a_document_with_its_facts(firm: Firm, browser: Browser) -> None:
    firm.document(name="Électricité.pdf", remote_id="ILK-7", published_at=NOW, attempts=2, explanation="Motif du partenaire.")
    page = browser.get("/historique/").content.decode()
    for text in ("Électricité.pdf", "Alice &amp; Fils", "24/11/2026 à 10:12", "48\u00a0Ko", "ILK-7", "Publié", "Motif du partenaire."):
        assert text in page


def test_one_clients_history_holds_only_its_documents(firm: Firm, browser: Browser) -> None:
    firm.document(name="a.pdf")
    firm.document(name="b.pdf", client=firm.bob)
    assert names(browser, f"/clients/{firm.bob.pk}/historique/") == ["b.pdf"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": ["held", "refused"]}, ["r.pdf", "h.pdf"]),
        ({"q": "ELEC"}, ["élec.pdf"]),
        ({"q": "ilk-9"}, ["élec.pdf"]),
        ({"client": "bob"}, ["r.pdf"]),
        ({"cause": "mapping"}, ["h.pdf"]),
        ({"since": "2026-11-24"}, ["élec.pdf"]),
        ({"until": "2026-11-22"}, ["h.pdf"]),
        ({"since": "23/11/2026", "until": "23/11/2026"}, ["r.pdf"]),
    ],
)
def test_a_filter_narrows_the_history(firm: Firm, browser: Browser, query: dict[str, object], expected: list[str]) -> None:
    firm.document(name="élec.pdf", remote_id="ILK-9")
    firm.document(PushState.REFUSED, "r.pdf", client=firm.bob, seen_at=NOW - timedelta(days=1))
    firm.document(PushState.HELD, "h.pdf", cause="mapping", seen_at=NOW - timedelta(days=2))
    assert names(browser, **query) == expected


def test_a_day_begins_at_midnight_in_paris(firm: Firm, browser: Browser) -> None:
    firm.document(name="soir.pdf", seen_at=NOW.replace(day=23, hour=23, minute=30))
    assert names(browser, since="2026-11-24") == ["soir.pdf"]


def test_pages_lead_to_older_rows_and_back_without_a_gap(firm: Firm, browser: Browser) -> None:
    expected = [push.name for push in firm.documents(120)]
    first = browser.get("/historique/").context["page"]
    second = browser.get("/historique/", {"older": first.older}).context["page"]
    third = browser.get("/historique/", {"older": second.older}).context["page"]
    assert [row.name for page in (first, second, third) for row in page.rows] == expected
    assert (first.newer, third.older) == ("", "")
    back = browser.get("/historique/", {"newer": third.newer}).context["page"]
    assert [row.name for row in back.rows] == [row.name for row in second.rows]


def test_rows_that_were_seen_at_the_same_moment_stand_on_one_page_each(firm: Firm, browser: Browser) -> None:
    expected = [firm.document(name=f"{number}.pdf").name for number in range(60)][::-1]
    first = browser.get("/historique/").context["page"]
    assert [row.name for row in first.rows] + names(browser, older=first.older) == expected


def test_many_documents_are_not_counted_to_the_end(firm: Firm, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.web.ledger_page.MOST_COUNTED", 3)
    monkeypatch.setattr("connectors.web.views.history.MOST_COUNTED", 3)
    firm.documents(5)
    assert "Plus de 1\u202f000 documents" in browser.get("/historique/").content.decode()


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["q", "client", "since", "until", "cause", "state", "older", "newer", "shown", "page"])
def test_a_hostile_filter_is_told_or_ignored(firm: Firm, browser: Browser, field: str, value: str) -> None:
    firm.document()
    answer = browser.get("/historique/", {field: value.encode("utf-8", "replace")})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("key", ["99999999999999999-999999999999999999", "0-0", "-", "1-1\n", "١-١", "1-" + "9" * 30])
def test_an_invented_place_is_no_error(firm: Firm, browser: Browser, key: str) -> None:
    firm.document()
    for name in ("older", "newer"):
        assert browser.get("/historique/", {name: key}).status_code == 200


def test_a_wrong_date_is_told_and_filters_nothing(firm: Firm, browser: Browser) -> None:
    firm.document()
    page = browser.get("/historique/", {"since": "9999-12-31"}).content.decode()
    assert "Filtre «\u00a0Du\u00a0» ignoré\u00a0: Indiquez une date entre 2000 et 2100." in page
    assert "facture.pdf" in page


def test_the_page_looks_again_soon_only_while_something_moves(firm: Firm, browser: Browser) -> None:
    firm.document()
    assert browser.get("/historique/").context["live_seconds"] == RESTING_SECONDS
    firm.document(PushState.SENDING, "b.pdf")
    assert browser.get("/historique/").context["live_seconds"] == MOVING_SECONDS < RESTING_SECONDS


def test_a_look_keeps_the_filters_and_forgets_what_it_had_shown(firm: Firm, browser: Browser) -> None:
    firm.documents(60)
    part = browser.get("/historique/", {"q": "fact", "shown": "x"}, headers={"HX-Request": "true"})
    assert part.context["live_url"] == "/historique/?q=fact"
    assert b"shown=x" not in part.content


def test_an_unknown_client_has_no_history(firm: Firm, browser: Browser) -> None:
    assert browser.get("/clients/987654/historique/").status_code == 404


def test_the_history_costs_the_same_however_many_rows_it_shows(
    firm: Firm, browser: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    firm.documents(50)
    with django_assert_max_num_queries(6):
        browser.get("/historique/")
