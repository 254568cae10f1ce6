"""The tests that every provider passes: inherit `ProviderContract` in the provider's own tests and give it a partner to speak with."""
# ruff: noqa: S101 - these are tests: they assert, and pytest calls them on an instance

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from connectors.domain.document import Classification, OutgoingDocument
from connectors.domain.outcomes import CredentialsRefused, DocumentChanged, PartnerUnavailable
from connectors.providers.base import DeliveryClass

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.providers.base import Provider, Token


class MemoryTokens:
    """Keeps the token in this process; `fetched` counts how often one was asked for."""

    def __init__(self) -> None:
        self.value, self.fetched = "", 0

    def token(self, fetch: Callable[[], Token]) -> str:
        """The current one, or a fresh one."""
        if not self.value:
            self.value = fetch().value
            self.fetched += 1
        return self.value

    def drop(self, value: str) -> None:
        """The partner has just refused it."""
        self.value = "" if self.value == value else self.value


class BytesSource(io.BytesIO):
    """Bytes that stand for an opened file; `changed`: somebody wrote to it meanwhile; not `owned`: the document now belongs to somebody else."""

    changed = False
    owned = True

    def rewind(self) -> None:
        """Go back to the first byte."""
        self.seek(0)

    def is_unchanged(self) -> bool:
        """Whether nobody wrote to it."""
        return not self.changed

    def may_end(self) -> bool:
        """Whether the document is still ours."""
        return self.owned


def make_document(content: bytes, **changes: Any) -> OutgoingDocument:
    """A document with these bytes and a reference of its own."""
    values: dict[str, Any] = {
        "reference": str(uuid.uuid4()),
        "name": "Facture été n°12.pdf",
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "client_code": "C-ALICE",
        "classification": Classification("ACHATS", "FACTURE"),
        "deposited_at": datetime(2026, 11, 23, 8, 15, tzinfo=UTC),
        "millesime": "2026",
    }
    return OutgoingDocument(**(values | changes))


class ProviderContract:
    """Inherit, and define the fixture `build`: it gives a provider for good credentials, changed by the keywords."""

    secret_field: str
    """The credential field that the partner checks first."""

    uri_field: str
    """The credential field with the address."""

    @pytest.fixture
    def provider(self, build: Callable[..., Provider]) -> Provider:
        """With good credentials."""
        return build()

    def test_it_declares_what_the_screens_show(self, provider: Provider) -> None:
        """Names are unique, every field says where its value comes from, a secret is marked as one."""
        names = [field.name for field in provider.credential_fields]
        assert len(names) == len(set(names)) > 0
        assert provider.key.isidentifier()
        assert provider.name
        assert provider.description.endswith((".", ")"))
        assert all("partenaire" in field.help for field in provider.credential_fields)
        assert all(field.source and field.asked_as for field in provider.credential_fields)
        assert all(field.secret for field in provider.credential_fields if "secret" in field.name)
        assert not any(field.secret and field.per_client for field in provider.credential_fields)
        assert provider.limits.deadline(provider.limits.max_bytes) > provider.limits.deadline(0)

    @pytest.mark.parametrize("content", [b"%PDF-1.7 %%EOF", b"", b"x" * 200_000])
    def test_a_document_is_taken_and_found_again(self, provider: Provider, content: bytes) -> None:
        """Whatever its size."""
        document = make_document(content)
        receipt = provider.push(document, BytesSource(content))
        assert receipt.remote_id
        assert not receipt.repeated
        if provider.abilities.look_up:
            found = provider.look_up(document.reference)
            assert found is not None
            assert (found.remote_id, found.status) == (receipt.remote_id, "published" if receipt.integrated else "received")

    def test_the_same_reference_twice_is_one_document(self, provider: Provider) -> None:
        """Where the partner is of class A."""
        if provider.delivery_class is DeliveryClass.IDEMPOTENT:
            document = make_document(b"a")
            first, again = provider.push(document, BytesSource(b"a")), provider.push(document, BytesSource(b"a"))
            assert (again.remote_id, again.repeated) == (first.remote_id, True)

    def test_a_document_that_changed_does_not_arrive(self, provider: Provider) -> None:
        """Not even when its size stayed the same."""
        document = make_document(b"a" * 200_000)
        with pytest.raises(DocumentChanged):
            provider.push(document, BytesSource(b"b" * 200_000))
        if provider.abilities.look_up:
            assert provider.look_up(document.reference) is None

    def test_good_credentials_pass_every_check(self, provider: Provider) -> None:
        """And nothing is deposited by trying."""
        assert all(check.passed and check.label for check in provider.check())

    def test_a_page_can_show_each_check_before_it_is_done(self, provider: Provider) -> None:
        """The steps are the checks, by their names."""
        steps = provider.check_steps()
        assert [(step.name, step.label) for step in steps] == [(check.name, check.label) for check in provider.check()]
        assert all(step.run().passed for step in steps)

    def test_a_wrong_secret_is_named_on_its_field(self, build: Callable[..., Provider]) -> None:
        """By the check, and by a push."""
        provider = build(**{self.secret_field: "wrong"})
        last = provider.check()[-1]
        assert (last.passed, last.field) == (False, self.secret_field)
        assert last.message
        assert last.repair
        with pytest.raises(CredentialsRefused):
            provider.push(make_document(b"a"), BytesSource(b"a"))

    def test_an_address_where_nobody_listens_is_named_on_its_field(self, build: Callable[..., Provider]) -> None:
        """The document is not to blame."""
        provider = build(**{self.uri_field: "http://127.0.0.1:9"})
        assert provider.check()[-1].field == self.uri_field
        with pytest.raises(PartnerUnavailable):
            provider.push(make_document(b"a"), BytesSource(b"a"))
