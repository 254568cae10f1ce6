"""« Demander les identifiants manquants »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.models import Firm
from tests.web.settings_cast import messages_of

if TYPE_CHECKING:
    from tests.web.settings_cast import Cast


def test_the_letter_asks_for_what_is_missing_and_opens_in_a_mail_program(cast: Cast) -> None:
    Firm.objects.update_or_create(pk=1, defaults={"name": "Cabinet Durand"})
    cast.complete()
    cast.connector.credentials.filter(field="client_secret").delete()
    assert "Demander les identifiants manquants" in cast.page("credentials")
    page = messages_of(cast.page("credential_request"))
    assert "Notre cabinet, Cabinet Durand" in page
    assert "– Client secret :" in page
    assert "– WS User :" not in page
    assert 'href="mailto:?subject=Illinks%20%3A' in page


def test_a_firm_that_lacks_nothing_may_ask_for_all(cast: Cast) -> None:
    cast.complete()
    assert "Il ne manque aucun identifiant" in cast.page("credential_request")
    page = cast.page("credential_request", tous="1")
    assert "– WS User :" in page
    assert "s3cret" not in page
    assert "IB-1" not in page


def test_who_lacks_all_is_not_offered_to_ask_for_all(cast: Cast) -> None:
    assert "Demander tous les identifiants" not in cast.page("credential_request")
    assert cast.browser.post(cast.url("credential_request")).status_code == 405
