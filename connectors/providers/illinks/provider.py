"""Illinks, by the working contract beside this file."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from connectors.domain.outcomes import CredentialsRefused, OutcomeUnknown, PartnerUnavailable
from connectors.providers.addresses import validate_uri
from connectors.providers.illinks.answers import read_upload
from connectors.providers.illinks.checks import check_steps, run_checks
from connectors.providers.illinks.contract import current_contract
from connectors.providers.illinks.fields import FIELDS
from connectors.providers.illinks.look_ups import fetch_classification, fetch_dossiers, find_document
from connectors.providers.illinks.request import preview_request, upload_request
from connectors.providers.illinks.token import fetch_token
from connectors.providers.probe import knock, knock_encrypted
from connectors.providers.transport import Answer, NoAnswer, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connectors.domain.document import DocumentSource, OutgoingDocument
    from connectors.domain.outcomes import Receipt, RemoteDocument
    from connectors.providers.base import (
        Abilities,
        CheckResult,
        CheckStep,
        ClassificationNode,
        CredentialField,
        DeliveryClass,
        Dossier,
        Limits,
        NetworkRules,
        RequestPreview,
        Token,
        TokenKeeper,
    )
    from connectors.providers.body import Body
    from connectors.providers.illinks.contract import Contract

SHORT = timedelta(seconds=15)
"""Deadline of a request without a document."""

UNAUTHORIZED = 401


class IllinksProvider:
    """One set of credentials at Illinks."""

    key: ClassVar[str] = "illinks"
    name: ClassVar[str] = "Illinks"
    description: ClassVar[str] = "Dépose les documents de vos clients dans leurs dossiers Illinks (API PushDoc)."
    keywords: ClassVar[str] = "illibook pushdoc comptabilité factures"
    contract_note: ClassVar[str] = current_contract().note
    delivery_class: ClassVar[DeliveryClass] = current_contract().delivery_class
    abilities: ClassVar[Abilities] = current_contract().abilities
    limits: ClassVar[Limits] = current_contract().limits
    credential_fields: ClassVar[Sequence[CredentialField]] = FIELDS

    def __init__(self, credentials: Mapping[str, str], *, tokens: TokenKeeper, network: NetworkRules) -> None:
        self.credentials = dict(credentials)
        self._tokens = tokens
        self._network = network
        self._transport = Transport(network)

    @property
    def contract(self) -> Contract:
        """What Illinks expects, and can be asked."""
        return current_contract()

    def push(self, document: OutgoingDocument, source: DocumentSource) -> Receipt:
        """Send one document; a 401 gets one more try with a fresh token. All of it has the one deadline that the limits declare."""
        ends_at = time.monotonic() + self.limits.deadline(document.size).total_seconds()
        for _ in range(2):
            token = self.token()
            request, body = upload_request(self.contract, self.credentials, document, source)
            request["headers"]["Authorization"] = f"Bearer {token}"
            left = timedelta(seconds=ends_at - time.monotonic())
            answer = self._exchange("POST", self.contract.upload["path"], deadline=left, body=body, **request)
            if answer.status != UNAUTHORIZED:
                break
            self._tokens.drop(token)
        return read_upload(answer, self.contract, datetime.now(UTC), document, handed_over=body.handed_over)

    def preview(self, document: OutgoingDocument) -> RequestPreview:
        """The request that `push` would send. Raises CredentialsRefused when the Uri cannot be used."""
        secrets = {field.name for field in self.credential_fields if field.secret}
        return preview_request(self.contract, self.base(), self.credentials, secrets, document)

    def token(self) -> str:
        """The shared access token. Raises CredentialsRefused or PartnerUnavailable."""
        return self._tokens.token(self._fetch_token)

    def _fetch_token(self) -> Token:
        def ask(headers: Mapping[str, str], form: Mapping[str, str]) -> Answer:
            return self._exchange("POST", self.contract.token_path, deadline=SHORT, headers=headers, data=form)

        return fetch_token(self.contract, self.credentials, ask)

    def get(self, path: str, params: Mapping[str, str], deadline: timedelta = SHORT) -> Answer:
        """Ask with the token; a 401 gets one more try with a fresh one. Raises PartnerUnavailable or CredentialsRefused."""
        for _ in range(2):
            token = self.token()
            answer = self._exchange("GET", path, deadline=deadline, params=params, headers={"Authorization": f"Bearer {token}"})
            if answer.status != UNAUTHORIZED:
                break
            self._tokens.drop(token)
        return answer

    def _exchange(self, method: str, path: str, *, deadline: timedelta, body: Body | None = None, **request: Any) -> Answer:
        base = self.base()
        if deadline <= timedelta():
            raise PartnerUnavailable("Le partenaire n’a pas répondu à temps.")
        try:
            return self._transport.exchange(method, base + path, deadline=deadline, **request)
        except NoAnswer as error:
            if body is not None and body.handed_over:
                raise OutcomeUnknown(f"{error} Le document était déjà parti.") from error
            raise PartnerUnavailable(str(error), code=error.step) from error

    def base(self) -> str:
        """The checked Uri. Raises CredentialsRefused when it cannot be used."""
        try:
            return validate_uri(self.credentials.get("uri", ""), self._network)
        except ValueError as error:
            raise CredentialsRefused(str(error), field="uri") from error

    def look_up(self, reference: str) -> RemoteDocument | None:
        """What Illinks has under this reference."""
        return find_document(self, reference)

    def check_steps(self) -> Sequence[CheckStep]:
        """The named connection checks."""
        return check_steps(self)

    def check(self) -> list[CheckResult]:
        """All of them, up to the first that fails."""
        return run_checks(self.check_steps())

    def reach(self) -> str:
        """Name, address and connection. Raises CredentialsRefused or PartnerUnavailable."""
        return self._at_the_door(lambda: knock(self.base(), self._network))

    def encrypt(self) -> str:
        """The TLS version that was agreed on. Raises PartnerUnavailable."""
        version = self._at_the_door(lambda: knock_encrypted(self.base(), self._network))
        return f"{version}." if version else "Sans objet : adresse de cet ordinateur, sans chiffrement."

    def _at_the_door(self, knocking: Callable[[], str | None]) -> str:
        try:
            return knocking() or ""
        except NoAnswer as error:
            raise PartnerUnavailable(str(error), code=error.step) from error

    def list_dossiers(self) -> list[Dossier]:
        """All dossiers."""
        return fetch_dossiers(self)

    def list_classification(self) -> list[ClassificationNode]:
        """The domaines."""
        return fetch_classification(self)

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()
