from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from connectors.domain.states import PushState
from connectors.models import Event, Push, PushAttempt
from tests.web.pages_cast import NOW

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.web.pages_cast import Firm


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """There is no broker here: the hint is only noted."""
    calls: list[int] = []
    monkeypatch.setattr("connectors.web.views.document.wake", calls.append)
    return calls


def decide(browser: Browser, push: Push, action: str, reason: str = "") -> Any:
    answer = browser.post(f"/documents/{push.reference}/decision/", {"action": action, "reason": reason}, follow=True)
    assert answer.status_code == 200
    push.refresh_from_db()
    return answer


def test_the_story_tells_the_trail_and_the_attempts_in_order(firm: Firm, browser: Browser) -> None:
    push = firm.document(PushState.SETTLING)
    PushAttempt.objects.create(
        push=push,
        number=1,
        owner="w",
        started_at=NOW + timedelta(seconds=1),
        ended_at=NOW + timedelta(seconds=2),
        outcome="PartnerUnavailable",
        http_status=503,
        message="Maintenance.",
    )
    PushAttempt.objects.create(
        push=push, number=2, owner="w", started_at=NOW + timedelta(seconds=9), ended_at=NOW + timedelta(seconds=10), outcome="receipt"
    )
    push.move(PushState.ACCEPTED, NOW + timedelta(seconds=10), accepted_at=NOW)
    texts = [step.text for step in browser.get(f"/documents/{push.reference}/").context["steps"]]
    assert texts == [
        "Document vu dans le dossier de dépôt ; PushDoc attend qu’il soit entier.",
        "Envoi n°\u00a01 au partenaire.",
        "Envoi n°\u00a01 : le partenaire n’était pas disponible.",
        "Envoi n°\u00a02 au partenaire.",
        "Envoi n°\u00a02 : le partenaire a répondu : accepté.",
        "Le partenaire a accepté le document.",
    ]


def test_an_attempt_that_is_under_way_stands_in_the_story(firm: Firm, browser: Browser) -> None:
    push = firm.document(PushState.SENDING, claimed_at=NOW)
    PushAttempt.objects.create(push=push, number=1, owner="w", started_at=NOW + timedelta(seconds=1))
    assert browser.get(f"/documents/{push.reference}/").context["steps"][-1].text == "Envoi n°\u00a01 au partenaire."


@pytest.mark.parametrize("state", PushState)
def test_the_page_explains_each_state_in_the_words_of_the_command(
    firm: Firm, browser: Browser, state: PushState, capsys: pytest.CaptureFixture[str]
) -> None:
    push = firm.document(state)
    page = unescape(browser.get(f"/documents/{push.reference}/").content.decode())
    call_command("explain", str(push.reference))
    told = [line.strip() for line in capsys.readouterr().out.splitlines()[2:] if not line.startswith("    ")]
    assert told[-1].startswith("Et maintenant : ")
    for line in told:
        assert line.removeprefix("Et maintenant : ").partition(" (à faire par ")[0] in page


def test_the_page_says_whose_turn_it_is(firm: Firm, browser: Browser) -> None:
    push = firm.document(PushState.HELD, cause="empty")
    page = browser.get(f"/documents/{push.reference}/").content.decode()
    assert "Déposez le document de nouveau." in page
    assert "À faire par le client." in page
    done = browser.get(f"/documents/{firm.document(name='b.pdf', archive_path='Dossier Alice/b.pdf').reference}/").content.decode()
    assert "Rien à faire." in done
    assert "Que faire ?" not in done


def test_the_page_shows_the_facts(firm: Firm, browser: Browser) -> None:
    push = firm.document(client_code="LEF001", millesime=2026, domaine="ACHATS", type="FACTURE", archive_path="Dossier Alice/2026/f.pdf")
    page = browser.get(f"/documents/{push.reference}/").content.decode()
    for text in ("ab" * 32, "48\u00a0Ko", "LEF001", "ACHATS / FACTURE", "Dossier Alice/2026/f.pdf", ">2026<", str(push.reference)):
        assert text in page


def test_a_held_document_says_what_to_do_and_can_be_released(firm: Firm, browser: Browser, woken: list[int]) -> None:
    push = firm.document(PushState.HELD, cause="client_unknown")
    assert "faites créer le dossier" in browser.get(f"/documents/{push.reference}/").content.decode()
    answer = decide(browser, push, "release", "Dossier créé")
    assert push.state == PushState.WAITING
    assert "Le document est relancé." in answer.content.decode()
    assert "Dossier créé" in answer.content.decode()
    assert woken == [firm.connector.pk]


def test_a_refused_document_can_be_dismissed(firm: Firm, browser: Browser) -> None:
    push = firm.document(PushState.REFUSED, cause="refused")
    decide(browser, push, "dismiss")
    assert push.state == PushState.DISMISSED
    assert Event.objects.get(push=push, kind="person").actor == firm.user


@pytest.mark.parametrize(("action", "state"), [("received", PushState.ACCEPTED), ("send_again", PushState.WAITING)])
def test_an_undecided_document_takes_a_decision_with_its_reason(firm: Firm, browser: Browser, action: str, state: PushState) -> None:
    push = firm.document(PushState.UNKNOWN, cause="undecided", owner="gone")
    answer = decide(browser, push, action)
    assert push.state == PushState.UNKNOWN
    assert "Indiquez comment vous le savez" in answer.content.decode()
    decide(browser, push, action, "Vu au téléphone avec le partenaire")
    assert (push.state, push.owner, push.cause) == (state, "", "")
    assert push.next_attempt_at is not None
    assert "Vu au téléphone" in Event.objects.get(push=push, kind="person").text


def test_a_document_that_the_partner_is_still_asked_about_takes_no_decision(firm: Firm, browser: Browser) -> None:
    push = firm.document(PushState.UNKNOWN, next_attempt_at=NOW)
    answer = decide(browser, push, "send_again", "pressé")
    assert push.state == PushState.UNKNOWN
    assert "Ce document a changé entre-temps" in answer.content.decode()


@pytest.mark.parametrize("action", ["release", "received", "send_again"])
def test_a_published_document_is_never_sent_again_from_here(firm: Firm, browser: Browser, action: str) -> None:
    push = firm.document(PushState.PUBLISHED)
    decide(browser, push, action, "un motif")
    assert push.state == PushState.PUBLISHED


@pytest.mark.parametrize(("action", "reason"), [("", ""), ("zzz", ""), ("release", "x" * 10_000), ("release", "a\0b")])
def test_a_hostile_decision_is_told_and_does_nothing(firm: Firm, browser: Browser, action: str, reason: str) -> None:
    push = firm.document(PushState.HELD, cause="mapping")
    answer = decide(browser, push, action, reason)
    assert push.state == PushState.HELD
    assert answer.context["form"].errors


def test_names_and_reasons_are_only_text(firm: Firm, browser: Browser) -> None:
    push = firm.document(PushState.HELD, "<script>alert(1)<script>.pdf", cause="mapping", explanation="<script>alert(1)</script>")
    for address in (f"/documents/{push.reference}/", "/historique/", "/"):
        assert b"<script>alert" not in browser.get(address).content


def test_an_unknown_reference_is_not_found(firm: Firm, browser: Browser) -> None:
    assert browser.get(f"/documents/{uuid4()}/").status_code == 404
    assert browser.get("/documents/../../etc/").status_code == 404
    assert browser.post(f"/documents/{uuid4()}/decision/", {"action": "release"}).status_code == 404


def test_the_form_that_is_shown_is_left_alone_while_nothing_moves(firm: Firm, browser: Browser) -> None:
    push = firm.document(PushState.HELD, cause="mapping")
    mark = browser.get(f"/documents/{push.reference}/").context["live_mark"]
    assert browser.get(f"/documents/{push.reference}/", {"shown": mark}, headers={"HX-Request": "true"}).status_code == 204
