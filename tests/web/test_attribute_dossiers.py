"""« Rapprocher avec les dossiers du partenaire »: asked for by a button, over real HTTP; nothing is chosen by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache

from connectors.models import AttributeValue, Credential
from connectors.providers.base import Dossier
from connectors.web.value_grid import dossiers_key
from tests.web.settings_cast import Cast, messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.partner import IndependentPartner


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def post(cast: Cast, **sent: str) -> str:
    answer = cast.browser.post(cast.url("attribute_dossiers"), sent, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def know(cast: Cast, *dossiers: Dossier) -> None:
    cast.connector.refresh_from_db()
    cache.set(dossiers_key(cast.connector), list(dossiers), 60)


def values(cast: Cast) -> dict[str, str]:
    rows: Any = AttributeValue.objects.values_list("client__name", "value")
    return dict(rows)


def test_nothing_is_asked_of_the_partner_before_somebody_says_so(cast: Cast, partner_server: IndependentPartner) -> None:
    cast.complete(partner_server.url)
    page = cast.page("attribute_dossiers")
    assert "Demander la liste au partenaire" in page
    assert partner_server.journal == []
    page = post(cast, action="fetch")
    assert "client a déjà son dossier" in page
    assert "Redemander la liste" in page
    assert "Inconnus du partenaire <span>1</span>" in cast.page("attribute")
    assert "Le partenaire ne connaît pas ce dossier." in cast.page("attribute", filtre="inconnus")


def test_a_partner_that_is_down_is_told_and_nothing_changes(cast: Cast) -> None:
    cast.complete("http://127.0.0.1:9/ws")
    page = post(cast, action="fetch")
    assert "Le partenaire n’a pas donné sa liste" in page
    assert "Demander la liste au partenaire" in page


def test_missing_or_broken_credentials_are_told(cast: Cast) -> None:
    cast.complete()
    Credential.objects.exclude(sealed=None).update(sealed=b"nonsense")
    assert 'role="alert"' in post(cast, action="fetch")
    cast.connector.credentials.filter(field="ws_user").delete()
    assert "Il manque des identifiants" in post(cast, action="fetch")


def test_certain_proposals_are_taken_over_at_once_and_saved_by_a_person(cast: Cast) -> None:
    cast.complete()
    know(cast, Dossier("C-ALICE", "Alice"), Dossier("X9", "CHARLIE"), Dossier("B2", "Société Bob"))
    page = messages_of(cast.page("attribute_dossiers"))
    assert "Reprendre 1 proposition sûre" in page
    page = post(cast, action="accept_certain")
    assert "1 valeur reprise" in page
    assert "Charlie" not in values(cast)
    page = messages_of(cast.browser.get(cast.url("attribute_check")).content.decode())
    assert "<ins>X9</ins>" in page
    cast.browser.post(cast.url("attribute"), {"attribute": str(cast.attribute.pk), "action": "save"})
    assert values(cast)["Charlie"] == "X9"
    assert "n’est plus possible" in post(cast, action="accept_certain")


def test_an_ambiguous_client_is_only_linked_by_pointing_at_one(cast: Cast) -> None:
    cast.complete()
    know(cast, Dossier("X1", "Charlie"), Dossier("X2", "charlie"), Dossier("Z", "Zoé"))
    page = messages_of(cast.page("attribute_dossiers"))
    assert "Plusieurs dossiers du partenaire ont le même nom." in page
    assert "proposition sûre" not in page
    assert "Zoé" in page
    assert "1 valeur reprise" in post(cast, pair=f"{cast.clients['Charlie'].pk}:X2")


def test_a_pair_of_nobody_or_of_nothing_is_refused(cast: Cast) -> None:
    cast.complete()
    know(cast, Dossier("X1", "Charlie"))
    for pair in ("", ":", "x:X1", f"{cast.clients['Charlie'].pk}:Y", f"{'9' * 30}:X1", "\0", "<script>"):
        assert "n’est plus possible" in post(cast, pair=pair)


def test_a_list_that_is_no_longer_known_is_asked_for_anew(cast: Cast) -> None:
    cast.complete()
    assert "demandez-la de nouveau" in post(cast, pair="1:X")


def test_another_company_behind_the_same_code_is_shown(cast: Cast) -> None:
    cast.complete()
    cast.clients["Alice"].siren = "732829320"
    cast.clients["Alice"].save()
    know(cast, Dossier("C-ALICE", "Alice", "552100554"))
    assert "dont le SIREN est différent" in messages_of(cast.page("attribute_dossiers"))
