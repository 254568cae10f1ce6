"""Mode à blanc on its page: what would have been sent, and the button that sends it."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from connectors.configure.pause import pause_client
from connectors.domain.states import PushState
from connectors.models import Push
from tests.web.settings_cast import messages_of
from tests.web.test_first_documents import hold

if TYPE_CHECKING:
    from tests.web.settings_cast import Cast


@pytest.fixture
def kept(cast: Cast) -> list[Push]:
    cast.complete()
    cast.connector.dry_run = cast.connector.active = True
    cast.connector.save()
    return [hold(cast, name, f"facture {name}.pdf", "dry_run") for name in ("Alice", "Bob")]


def press(cast: Cast, action: str, **more: Any) -> str:
    page = cast.browser.post(cast.url("dry_run"), {"action": action, **more}, follow=True)
    assert page.status_code == 200
    return messages_of(unescape(page.content.decode()))


def states() -> set[str]:
    return set(Push.objects.values_list("state", flat=True))


def test_the_page_lists_what_would_have_gone_where(cast: Cast, kept: list[Push]) -> None:
    page = messages_of(cast.page("dry_run"))
    for text in ("facture Alice.pdf", "C-ALICE", "ACHATS / FACTURE", "Alice/DOSSIER COMPTABLE/", "2 documents partiront"):
        assert text in page
    assert "2 documents de 2 clients, 2,0 Ko" in page
    assert "Passer en mode réel et envoyer 2 documents" in page


def test_going_live_sends_as_many_as_the_page_said(cast: Cast, kept: list[Push]) -> None:
    assert "Mode réel : 2 documents partent maintenant." in press(cast, "live", count=2)
    assert states() == {PushState.WAITING}
    cast.connector.refresh_from_db()
    assert not cast.connector.dry_run


@pytest.mark.parametrize("count", ["1", "", "-2", "x", "٢", "9" * 30])
def test_another_number_sends_nothing(cast: Cast, kept: list[Push], count: str) -> None:
    assert "Entre-temps, le nombre a changé" in press(cast, "live", count=count)
    assert states() == {PushState.HELD}


def test_what_a_pause_keeps_is_told_before(cast: Cast, kept: list[Push]) -> None:
    pause_client(cast.connector, cast.clients["Bob"].pk, timezone.now(), None)
    page = messages_of(cast.page("dry_run"))
    assert "1 document partira" in page
    assert "Ne partirait pas" in page
    assert "Resteront retenus" in page


def test_the_mode_is_switched_on_here_and_seen_everywhere(cast: Cast) -> None:
    cast.complete()
    assert "Les documents partent réellement" in cast.page("dry_run")
    assert "Rien n’attend pour le moment" in press(cast, "start")
    for page in (cast.page("connector"), cast.browser.get("/administration/connecteurs/").content.decode()):
        assert ">Mode à blanc</span>" in page
    assert "Aucun document n’attendait." in press(cast, "live", count=0)


def test_nothing_pressed_changes_nothing(cast: Cast, kept: list[Push]) -> None:
    press(cast, "zzz")
    assert states() == {PushState.HELD}
