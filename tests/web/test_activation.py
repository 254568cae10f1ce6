"""The switch."""

from __future__ import annotations

from django.test import Client as Browser
from django.utils import timezone

from connectors.domain.paths import RECOMMENDED
from connectors.domain.states import PushState
from connectors.models import Push
from tests.web.settings_cast import Cast, messages_of


def _switch(cast: Cast, active: str) -> str:
    answer = cast.browser.post(cast.url("activation"), {"active": active}, follow=True)
    cast.connector.refresh_from_db()
    return messages_of(answer.content.decode())


def test_an_incomplete_connector_stays_off_and_says_why(cast: Cast) -> None:
    page = _switch(cast, "1")
    assert not cast.connector.active
    assert "ne peut pas encore être activé" in page
    assert "Choisissez au moins un client." in page


def test_what_was_there_before_is_counted_and_not_sent(cast: Cast) -> None:
    cast.complete()
    folder = cast.root / "Dossier Alice" / RECOMMENDED[0][0]
    folder.mkdir(parents=True)
    (folder / "ancienne.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    page = _switch(cast, "1")
    assert cast.connector.active
    assert "Le paramétrage est effectif. 1 document était déjà là : il ne sera pas envoyé." in page
    assert Push.objects.get().state == "prior"


def test_switching_on_twice_changes_nothing(cast: Cast) -> None:
    cast.complete()
    _switch(cast, "1")
    since = cast.connector.activated_at
    _switch(cast, "1")
    assert cast.connector.activated_at == since


def test_switching_off_is_explained_and_done(cast: Cast) -> None:
    cast.complete()
    _switch(cast, "1")
    assert "Ce qui sera déposé pendant l’arrêt" in cast.page("activation")
    assert "plus rien ne part" in _switch(cast, "0")
    assert not cast.connector.active


def _document(cast: Cast, state: PushState) -> None:
    now = timezone.now()
    push = Push(
        connector=cast.connector, client=cast.clients["Alice"], folder="D", state=state, seen_at=now, identity_at=now, changed_at=now
    )
    push.set_name(f"{state}.pdf".encode())
    push.save()


def test_each_document_under_way_is_told_what_a_stop_means_for_it(cast: Cast) -> None:
    cast.complete()
    _switch(cast, "1")
    for state in (PushState.WAITING, PushState.HELD, PushState.SENDING, PushState.PUBLISHED):
        _document(cast, state)
    page = messages_of(cast.page("activation"))
    assert "2 documents attendront la prochaine activation" in page
    assert "1 document sera mené à son terme, connecteur arrêté ou non" in page
    assert "1 client concerné." in page
    _switch(cast, "0")
    assert "2 documents repartiront" in messages_of(cast.page("activation"))


def test_any_other_word_changes_nothing(cast: Cast) -> None:
    for word in ("", "2", "a\x00b", "x" * 10_000):
        _switch(cast, word)
        assert not cast.connector.active


def test_a_visitor_cannot_switch(cast: Cast) -> None:
    cast.complete()
    assert Browser().post(cast.url("activation"), {"active": "1"}).status_code == 302
    cast.connector.refresh_from_db()
    assert not cast.connector.active
