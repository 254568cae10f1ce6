"""The Illinks provider against a partner that shares no code with it, over real HTTP."""

from __future__ import annotations

import hashlib
import io
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from connectors.domain.document import Classification, OutgoingDocument
from connectors.domain.outcomes import (
    ClientUnknown,
    CredentialsRefused,
    DocumentChanged,
    DocumentRefused,
    OutcomeUnknown,
    PartnerUnavailable,
)
from connectors.providers.base import NetworkRules, Token
from connectors.providers.illinks.provider import IllinksProvider
from tests.partner import IndependentPartner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFERENCE = "0192f6c2-0000-4000-8000-000000000001"


class Memory:
    """Keeps the token in this process."""

    value = ""

    def token(self, fetch: Callable[[], Token]) -> str:
        self.value = self.value or fetch().value
        return self.value

    def drop(self, value: str) -> None:
        self.value = "" if self.value == value else self.value


class Source(io.BytesIO):
    """Bytes that pretend to be a file."""

    changed = False

    def rewind(self) -> None:
        self.seek(0)

    def is_unchanged(self) -> bool:
        return not self.changed

    def may_end(self) -> bool:
        return True


def document(content: bytes, **changes: object) -> OutgoingDocument:
    values: dict[str, object] = {
        "reference": REFERENCE,
        "name": "Facture été n°12.pdf",
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "client_code": "C-ALICE",
        "classification": Classification("ACHATS", "FACTURE"),
        "deposited_at": datetime(2026, 11, 23, 8, 15, tzinfo=UTC),
        "millesime": "2026",
    }
    return OutgoingDocument(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def partner() -> Iterator[IndependentPartner]:
    partner = IndependentPartner()
    yield partner
    threading.Thread(target=partner.stop).start()  # it takes a moment that no test needs


def illinks(uri: str, **changes: str) -> IllinksProvider:
    credentials = {"client_id": "c", "client_secret": "s3cret", "id_illibook": "I", "ws_user": "w", "id_correspondance": "X", "uri": uri}
    return IllinksProvider(credentials | changes, tokens=Memory(), network=NetworkRules(allow_loopback=True))


@pytest.mark.parametrize("content", [b"%PDF-1.4 %%EOF", b"", b"x" * 65535, b"x" * 65536, b"\r\n--pushdoc" * 100_000])
def test_the_bytes_the_name_and_the_metadata_arrive_as_the_contract_says(partner: IndependentPartner, content: bytes) -> None:
    receipt = illinks(partner.url).push(document(content), Source(content))
    metadata, stored, name = partner.documents[REFERENCE]
    assert (receipt.remote_id, receipt.integrated, receipt.repeated) == ("D0192f6c2", True, False)
    assert stored == content
    assert name == "Facture été n°12.pdf"
    assert metadata == {
        "reference": REFERENCE,
        "idIllibook": "I",
        "wsUser": "w",
        "idCorrespondance": "X",
        "codeClient": "C-ALICE",
        "domaine": "ACHATS",
        "type": "FACTURE",
        "sousType": None,
        "nomFichier": "Facture été n°12.pdf",
        "taille": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "deposeLe": "2026-11-23T08:15:00+00:00",
        "millesime": "2026",
    }


def test_a_client_may_have_its_own_id_correspondance(partner: IndependentPartner) -> None:
    illinks(partner.url).push(document(b"a", client_fields={"id_correspondance": "OWN"}), Source(b"a"))
    assert partner.documents[REFERENCE][0]["idCorrespondance"] == "OWN"


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (400, {"code": "X", "message": "non"}, DocumentRefused),
        (422, {"code": "X", "message": "non"}, DocumentRefused),
        (403, {"code": "WS_USER_NON_AUTORISE"}, CredentialsRefused),
        (404, {"code": "DOSSIER_INCONNU"}, ClientUnknown),
        (404, {}, PartnerUnavailable),
        (409, {"code": "REFERENCE_CONFLIT"}, DocumentRefused),
        (413, {"code": "X"}, DocumentRefused),
        (415, {"code": "X"}, DocumentRefused),
        (429, {}, PartnerUnavailable),
        (408, {}, PartnerUnavailable),
        (425, {}, PartnerUnavailable),
        (500, {}, PartnerUnavailable),
        (503, {}, PartnerUnavailable),
        (307, {}, PartnerUnavailable),
        (201, {"no": "id"}, OutcomeUnknown),
        (204, {}, OutcomeUnknown),
    ],
)
def test_each_answer_has_its_reading(partner: IndependentPartner, status: int, content: dict[str, str], error: type[Exception]) -> None:
    partner.answer_next = [(status, content, {"Location": "http://127.0.0.1:9/"})]
    with pytest.raises(error):
        illinks(partner.url).push(document(b"a"), Source(b"a"))


def test_a_first_401_gets_one_fresh_token_and_a_second_is_a_refusal(partner: IndependentPartner) -> None:
    partner.answer_next = [(401, {"error": "invalid_token"}, {})]
    assert illinks(partner.url).push(document(b"a"), Source(b"a")).remote_id
    assert partner.tokens_given == 2
    partner.answer_next = [(401, {"error": "invalid_token"}, {})] * 2
    with pytest.raises(CredentialsRefused):
        illinks(partner.url).push(document(b"a"), Source(b"a"))


def test_an_answer_that_got_lost_leaves_the_outcome_unknown_and_a_look_up_finds_it(partner: IndependentPartner) -> None:
    partner.answer_next = ["lose the answer"]
    provider = illinks(partner.url)
    with pytest.raises(OutcomeUnknown):
        provider.push(document(b"a"), Source(b"a"))
    found = provider.look_up(REFERENCE)
    assert found is not None
    assert found.status == "published"
    assert provider.look_up("0192f6c2-0000-4000-8000-000000000002") is None


def test_a_document_that_changed_never_arrives_whole(partner: IndependentPartner) -> None:
    source = Source(b"other bytes")
    with pytest.raises(DocumentChanged):
        illinks(partner.url).push(document(b"hashed bytes"), source)
    assert partner.documents == {}
    assert partner.uploads == []


def test_a_file_that_is_written_to_during_the_request_never_arrives_whole(partner: IndependentPartner) -> None:
    source = Source(b"a" * 200_000)
    source.changed = True
    with pytest.raises(DocumentChanged):
        illinks(partner.url).push(document(b"a" * 200_000), source)
    assert partner.documents == {}


def test_a_wrong_secret_is_named_on_its_field(partner: IndependentPartner) -> None:
    checks = illinks(partner.url, client_secret="wrong").check()
    assert [(check.name, check.passed, check.field) for check in checks] == [
        ("adresse", True, ""),
        ("chiffrement", True, ""),
        ("jeton", False, "client_secret"),
    ]


def test_a_wrong_address_is_named_on_its_field() -> None:
    checks = illinks("http://127.0.0.1:9/ws").check()
    assert (checks[-1].passed, checks[-1].field) == (False, "uri")


def test_good_credentials_pass_every_check(partner: IndependentPartner) -> None:
    assert [check.passed for check in illinks(partner.url).check()] == [True] * 6


def test_the_environment_changes_nothing(partner: IndependentPartner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert illinks(partner.url).push(document(b"a"), Source(b"a")).remote_id
