"""Prior documents on their page: chosen, counted, asked for, followed, stopped."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from connectors.domain.states import PushState
from connectors.models import Backfill, Push
from connectors.push.backfill import advance_backfills
from connectors.web.views.backfill import duration_text
from tests.web.settings_cast import messages_of
from tests.web.test_first_documents import hold

if TYPE_CHECKING:
    from tests.web.settings_cast import Cast

JUNE_15 = 1_781_517_600 * 10**9


@pytest.fixture
def prior(cast: Cast) -> list[Push]:
    """Five documents of Alice and one of Charlie, who has no code, were there before; the first two were modified in June 2026."""
    cast.complete()
    cast.connector.active = True
    cast.connector.save()
    rows = [hold(cast, "Alice", f"ancien {number}.pdf", "") for number in range(5)] + [hold(cast, "Charlie", "autre.pdf", "")]
    for number, row in enumerate(rows):
        Push.objects.filter(pk=row.pk).update(state=PushState.PRIOR, identity=f"1:{number}:1000:{JUNE_15 if number < 2 else 1_000}")
    return rows


def shown(cast: Cast, **asked: str) -> str:
    return messages_of(unescape(cast.browser.get(cast.url("backfill"), asked).content.decode()))


def start(cast: Cast, **typed: Any) -> str:
    page = cast.browser.post(cast.url("backfill"), typed, follow=True)
    assert page.status_code in {200, 422}
    return messages_of(unescape(page.content.decode()))


def press(cast: Cast, action: str) -> str:
    address = f"{cast.url('backfill')}{Backfill.objects.get().pk}/"
    return messages_of(unescape(cast.browser.post(address, {"action": action}, follow=True).content.decode()))


def test_the_page_says_what_would_happen_before_anything_does(cast: Cast, prior: list[Push]) -> None:
    page = shown(cast, per_minute="2")
    assert "Rappeler 6 documents" in page
    assert "5 documents partiraient ; les autres seraient retenus" in page
    assert "<dd>3 min</dd>" in page
    assert "Ce n’est ni la date de la facture, ni celle du dépôt." in page
    assert Push.objects.counts() == {PushState.PRIOR: 6}


def test_criteria_narrow_what_is_listed(cast: Cast, prior: list[Push]) -> None:
    assert "Rappeler 2 documents" in shown(cast, since="2026-06-15", until="15/06/2026")
    assert "Rappeler 1 document" in shown(cast, client="charlie")
    assert "Rappeler 1 document" in shown(cast, name="ancien 3")
    assert "Aucun document antérieur ne correspond" in shown(cast, name="introuvable")


def test_it_is_started_followed_paused_resumed_and_cancelled(cast: Cast, prior: list[Push]) -> None:
    page = start(cast, name="ancien", per_minute="60", count="5")
    assert "0 document pris sur 5" in page
    advance_backfills(timezone.now() + timedelta(seconds=3))
    assert "En pause depuis" in press(cast, "pause")
    assert "Le rappel reprend." in press(cast, "resume")
    page = press(cast, "cancel")
    assert "Le rappel est annulé : 5 documents restent « Antérieur »." in page
    assert Push.objects.counts() == {PushState.PRIOR: 6}
    assert "Annulé" in press(cast, "resume")


def test_the_history_shows_the_documents_of_a_backfill(cast: Cast, prior: list[Push]) -> None:
    start(cast, name="ancien 3", count="1")
    page = cast.browser.get("/historique/", {"backfill": Backfill.objects.get().pk, "state": "prior"}).content.decode()
    assert "ancien 3.pdf" in page
    assert "ancien 2.pdf" not in page


def test_another_number_than_was_shown_starts_nothing_and_keeps_the_criteria(cast: Cast, prior: list[Push]) -> None:
    page = start(cast, name="ancien", count="6")
    assert "Le nombre a changé entre-temps : 5 documents correspondent. Rien n’a été lancé." in page
    assert 'value="ancien"' in page
    assert not Backfill.objects.exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"per_minute": "0"}, "supérieur"),
        ({"per_minute": "601"}, "inférieur"),
        ({"per_minute": "vite"}, "Indiquez un nombre entier."),
        ({"since": "hier"}, "date valide"),
        ({"since": "2026-06-15", "until": "2026-06-14"}, "Cette date précède l’autre."),
        ({"path": "999"}, "choix"),
    ],
)
def test_what_cannot_be_understood_is_told_on_its_field_and_starts_nothing(
    cast: Cast, prior: list[Push], typed: dict[str, str], told: str
) -> None:
    assert told in start(cast, count="6", **typed)
    assert not Backfill.objects.exists()


def test_a_prior_document_says_that_it_was_asked_for(cast: Cast, prior: list[Push]) -> None:
    address = f"/documents/{prior[0].reference}/"
    assert f'id="backfill" href="{cast.url("backfill")}"' in cast.browser.get(address).content.decode()
    start(cast, count="6")
    page = unescape(cast.browser.get(address).content.decode())
    assert "son rappel est demandé" in page
    press(cast, "pause")
    assert "Ce rappel est en pause." in unescape(cast.browser.get(address).content.decode())


def test_a_connector_without_prior_documents_says_so(cast: Cast) -> None:
    cast.complete()
    assert "Aucun document antérieur" in shown(cast)


def test_a_backfill_of_another_connector_is_not_found(cast: Cast, prior: list[Push]) -> None:
    start(cast, count="6")
    assert cast.browser.get(f"{cast.url('backfill')}999/").status_code == 404


@pytest.mark.parametrize(("count", "told"), [(1, "moins d’une minute"), (61, "2\xa0min"), (7_500, "2\xa0h\xa005")])
def test_how_long_it_takes_is_told_as_people_say_it(count: int, told: str) -> None:
    assert duration_text(count, 60) == told
