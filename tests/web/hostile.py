"""What nobody should type, and every form of the product with its fields. A form that is missing here fails a test."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from tests.web.settings_cast import typed_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTILE = {
    "empty": "",
    "long": "x" * 10_000,
    "markup": "<script>alert(1)</script>",
    "climb": "../../etc/passwd",
    "nul": "a\0b",
    "bidi": "a\u202eb",
    "emoji": "😀",
    "formula": "=1+1",
    "negative": "-1",
    "foreign": "999999",
    "huge": "9" * 20,
    "arabic": "٣",
}
ALL = frozenset(HOSTILE)
TYPED = ALL - {"empty"}
TEXT = frozenset({"long", "nul"})
REQUIRED = TEXT | {"empty"}
CODE = REQUIRED | {"bidi"}
PATH = CODE | {"climb", "markup"}
ANYTHING: frozenset[str] = frozenset()
"""Such a field is written by the page itself or by an address: nonsense in it counts as nothing."""


@dataclass(frozen=True)
class Field:
    """`refuses` are the kinds that must have a message on this field; everything else is taken as mere text, or counts as nothing."""

    name: str
    refuses: frozenset[str]
    secret: bool = False


@dataclass(frozen=True)
class Form:
    """`good` is what a person would type; names and values may hold `{alice}`, `{attribute}`… for ids that only the test knows."""

    route: str
    method: str
    good: Mapping[str, str]
    fields: tuple[Field, ...]
    args: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.route} {self.good.get('action', self.method)}"


CONNECTOR = ("{connector}",)
PASSWORD = "un-long-mot-de-passe-42"
ROW = {"deposit": "ZONE/Achats", "archive": "ARCHIVE/{{millésime}}", "domaine": "ACHATS", "type": "FACTURE", "sous_type": "FRAIS"}
BACKFILL = {"client": "alice", "name": "facture", "since": "2026-06-01", "until": "2026-06-30", "per_minute": "60"}
BACKFILL_FIELDS = (
    *(Field(name, TEXT) for name in ("client", "name")),
    *(Field(name, TYPED) for name in ("path", "since", "until")),
    Field("per_minute", TYPED - {"arabic"}),
)
SETTINGS = (
    Form("catalogue", "get", {"q": "illinks", "etat": ""}, (Field("q", TEXT), Field("etat", TYPED))),
    Form(
        "clients",
        "post",
        {"q": "alice", "groupe": "{group}", "cloture": "12", "valeur": "avec", "siret": "sans", "etat": "choisi"}
        | {"page": "1", "action": "filter", "shown": "{alice}", "chosen": "{alice}"},
        (
            Field("q", TEXT),
            *(Field(name, TYPED) for name in ("groupe", "cloture", "responsable", "valeur", "siret", "etat")),
            *(Field(name, ANYTHING) for name in ("page", "shown", "chosen", "action")),
        ),
        CONNECTOR,
    ),
    Form("clients_preview", "post", {"action": "look", "version": "1"}, (Field("action", ANYTHING), Field("version", ANYTHING)), CONNECTOR),
    Form("undo_clients", "post", {"event": "1"}, (Field("event", ANYTHING),), CONNECTOR),
    Form(
        "living_selections",
        "post",
        {"action": "create", "name": "Les tables", "groupe": "{group}"},
        (
            Field("name", CODE),
            *(Field(name, ANYTHING) for name in ("q", "groupe", "cloture", "responsable", "valeur", "siret", "action")),
        ),
        CONNECTOR,
    ),
    Form(
        "living_selections",
        "post",
        {"action": "rename", "living": "{living}", "name": "Les tables"},
        (Field("name", CODE), Field("living", ANYTHING)),
        CONNECTOR,
    ),
    Form("attribute", "post", {"action": "choose", "attribute": "{attribute}"}, (Field("attribute", ALL),), CONNECTOR),
    Form("attribute", "get", {"choisir": "1", "modele": "{model}"}, (Field("modele", TYPED), Field("choisir", ANYTHING)), CONNECTOR),
    Form("attribute", "get", {"filtre": "a_relier", "page": "1"}, (Field("filtre", ANYTHING), Field("page", ANYTHING)), CONNECTOR),
    Form(
        "attribute",
        "post",
        {"attribute": "{attribute}", "value-{alice}": "C-1", "value-{bob}": "C-2", "page": "1", "filtre": "", "action": ""},
        (
            Field("value-{alice}", TEXT | {"bidi"}),
            *(Field(name, ANYTHING) for name in ("page", "filtre", "action", "link-{alice}")),
        ),
        CONNECTOR,
    ),
    Form(
        "attribute",
        "post",
        {"attribute": "{attribute}", "value-{alice}": "C-1", "q": "alice", "action": "search"},
        (Field("q", TEXT),),
        CONNECTOR,
    ),
    Form("attribute", "post", {"attribute": "{attribute}", "value-{alice}": "C-1", "action": "paste"}, (Field("pasted", ALL),), CONNECTOR),
    Form(
        "attribute",
        "post",
        {"action": "choose", "attribute": "{attribute}", "version": "1"},
        (Field("version", ANYTHING),),
        CONNECTOR,
    ),
    Form("undo_values", "post", {"event": "1"}, (Field("event", ANYTHING),), CONNECTOR),
    Form("attribute_dossiers", "post", {"pair": "{alice}:C-ALICE"}, (Field("pair", ANYTHING), Field("action", ANYTHING)), CONNECTOR),
    Form(
        "deposit_paths",
        "post",
        {"action": "save", "rows": "2", **{f"rows-1-{name}": text for name, text in ROW.items()}, "rows-0-deposit": "ZONE/Ventes"}
        | {"rows-0-archive": "VENTES", "rows-0-domaine": "VENTES", "rows-0-type": "FACTURE"},
        (
            Field("rows-1-deposit", PATH),
            Field("rows-1-archive", PATH),
            Field("rows-1-domaine", CODE),
            Field("rows-1-type", CODE),
            Field("rows-1-sous_type", CODE - {"empty"}),
            *(Field(name, ANYTHING) for name in ("rows", "rows-1-pk", "action", "seen")),
        ),
        CONNECTOR,
    ),
    Form(
        "deposit_paths",
        "post",
        {"action": "example", "rows": "0", "example_client": "Alice", "example_date": "2026-06-30"},
        (Field("example_client", TYPED), Field("example_date", TYPED)),
        CONNECTOR,
    ),
    Form("suggest_clients", "get", {"example_client": "ali"}, (Field("example_client", ANYTHING),), CONNECTOR),
    Form(
        "simulator",
        "post",
        {"path": "Dossier Alice/ZONE/a.pdf", "date": "2026-06-30"},
        (Field("path", REQUIRED), Field("date", ALL), Field("file", ANYTHING)),
        CONNECTOR,
    ),
    Form(
        "simulator",
        "post",
        {"client": "Dossier Alice", "deposit": "{deposit}", "name": "a.pdf", "date": "2026-06-30"},
        (Field("client", TYPED), Field("deposit", TYPED), Field("name", TEXT)),
        CONNECTOR,
    ),
    Form("pause", "get", {"q": "alice"}, (Field("q", TEXT),), CONNECTOR),
    Form(
        "pause",
        "post",
        {"action": "pause_client:{alice}", "asked": "alice"},
        (Field("action", ANYTHING), Field("asked", ANYTHING)),
        CONNECTOR,
    ),
    Form("versions", "get", {"avant": "1"}, (Field("avant", ANYTHING),), CONNECTOR),
    Form("restore_version", "post", {"etat": "avant", "vu": "5"}, (Field("etat", ANYTHING), Field("vu", ANYTHING)), ("{connector}", "2")),
    Form(
        "first_documents",
        "post",
        {"action": "one:{alice}", "code-{alice}": "C-ALICE"},
        tuple(Field(name, ANYTHING) for name in ("action", "clients", "shown", "code-{alice}", "document")),
        CONNECTOR,
    ),
    Form("first_documents", "get", {"page": "1"}, (Field("page", ANYTHING),), CONNECTOR),
    Form("dry_run", "post", {"action": "live", "count": "0"}, (Field("action", ANYTHING), Field("count", ANYTHING)), CONNECTOR),
    Form("dry_run", "get", {"page": "1"}, (Field("page", ANYTHING),), CONNECTOR),
    Form("backfill", "get", BACKFILL, (*BACKFILL_FIELDS, Field("page", ANYTHING)), CONNECTOR),
    Form("backfill", "post", {**BACKFILL, "count": "1"}, (*BACKFILL_FIELDS, Field("count", ANYTHING)), CONNECTOR),
    Form("backfill_progress", "get", {}, (Field("shown", ANYTHING),), ("{connector}", "{backfill}")),
    Form("backfill_progress", "post", {"action": "pause"}, (Field("action", ANYTHING),), ("{connector}", "{backfill}")),
    Form("activation", "post", {"active": "1"}, (Field("active", ANYTHING),), CONNECTOR),
)
CREDENTIALS = Form(
    "credentials",
    "post",
    {**typed_credentials("{partner}"), "unverified": "1"},
    (
        *(Field(name, CODE) for name in ("client_id", "id_illibook", "ws_user", "id_correspondance")),
        Field("client_secret", TYPED, secret=True),
        Field("uri", ALL),
        Field("unverified", ANYTHING),
    ),
    CONNECTOR,
)
CREDENTIAL_PAGES = (
    Form("check_connection", "post", {**CREDENTIALS.good}, (*CREDENTIALS.fields, Field("trial", ANYTHING)), CONNECTOR),
    Form("rotation", "post", {"client_secret": "second"}, (Field("client_secret", ALL, secret=True),), CONNECTOR),
    Form("credential_request", "get", {"tous": "1"}, (Field("tous", ANYTHING),), CONNECTOR),
    Form("credential_overrides", "get", {"q": "alice"}, (Field("q", TEXT), Field("tous", ANYTHING), Field("page", ANYTHING)), CONNECTOR),
    Form(
        "credential_overrides",
        "post",
        {"value-id_correspondance-{alice}": "IC-2", "tous": "1", "q": "alice", "page": ""},
        (
            Field("value-id_correspondance-{alice}", CODE - {"empty"}),
            *(Field(name, ANYTHING) for name in ("tous", "q", "page")),
        ),
        CONNECTOR,
    ),
)
HISTORY = (
    *(Field(name, TEXT) for name in ("q", "client")),
    *(Field(name, TYPED) for name in ("since", "until", "cause", "connector", "backfill")),
    Field("state", ALL),
    *(Field(name, ANYTHING) for name in ("older", "newer", "shown")),
)
PAGES = (
    Form("home", "get", {}, (Field("shown", ANYTHING), Field("premiers_pas", ANYTHING))),
    Form("history", "get", {"q": "facture", "client": "alice"}, HISTORY),
    Form("client_history", "get", {"q": "facture"}, tuple(item for item in HISTORY if item.name != "client"), ("{alice}",)),
    Form(
        "clients_directory",
        "get",
        {"q": "alice"},
        (Field("q", TEXT), Field("group", TYPED), Field("responsible", TYPED), Field("page", ANYTHING)),
    ),
    Form("document", "get", {}, (Field("shown", ANYTHING),), ("{document}",)),
    Form(
        "document_decision",
        "post",
        {"action": "received", "reason": "Vu chez le partenaire"},
        (Field("action", ANYTHING), Field("reason", REQUIRED)),
        ("{document}",),
    ),
    Form("import_preview", "post", {"action": "look"}, (Field("action", ANYTHING),)),
)
FIRST_ACCESS = Form(
    "first_access",
    "post",
    {"firm_name": "Cabinet Durand", "email": "durand@cabinet.example", "password": PASSWORD, "repeated": PASSWORD},
    (
        Field("firm_name", REQUIRED | {"bidi"}),
        Field("email", ALL),
        Field("password", ALL - {"markup", "climb", "huge"}, secret=True),
        Field("repeated", ALL, secret=True),
    ),
    ("{token}",),
)
ACCOUNT = (
    Form(
        "account_login",
        "post",
        {"login": "admin@cabinet.example"},
        (Field("login", ALL), Field("next", ANYTHING), Field("remember", ANYTHING)),
    ),
    Form("account_login", "post", {"login": "admin@cabinet.example"}, (Field("password", frozenset({"empty", "nul"}), secret=True),)),
    Form("account_reset_password", "post", {}, (Field("email", ALL),)),
)
SIGNED_IN_ACCOUNT = (
    Form(
        "account_change_password",
        "post",
        {"oldpassword": "un mot de passe solide", "password1": PASSWORD, "password2": PASSWORD},
        (
            Field("oldpassword", ALL, secret=True),
            Field("password1", ALL - {"long", "markup", "climb", "huge"}, secret=True),
            Field("password2", ALL, secret=True),
        ),
    ),
    Form("account_reauthenticate", "post", {}, (Field("password", ALL, secret=True),)),
)
FORMS = (*SETTINGS, CREDENTIALS, *CREDENTIAL_PAGES, *PAGES, FIRST_ACCESS, *ACCOUNT, *SIGNED_IN_ACCOUNT)


class Page(HTMLParser):
    """What a reader meets: the fields with their values, the group that each stands in, and the text below each id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str]] = {}
        self.groups: dict[str, dict[str, str]] = {}
        self.forms: list[tuple[str, str, str]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: text or "" for name, text in attrs}
        if "id" in values:
            self.texts.setdefault(values["id"], "")
        if tag in {"input", "select", "textarea"} and "name" in values:
            self._take_field(values)
        if tag == "option" and "selected" in values:
            self._nearest("select")["value"] = values.get("value", "")
        if tag not in {"input", "br", "img", "link", "meta", "hr", "use"}:
            self._open.append((tag, values))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _tag, values in self._open:
            if "id" in values:
                self.texts[values["id"]] += data

    def message_on(self, name: str) -> str:
        """What the field's own description says is wrong; empty when it is not marked as wrong."""
        places = (self.fields.get(name, {}), self.groups.get(name, {}))
        if all(attrs.get("aria-invalid") != "true" for attrs in places):
            return ""
        ids = [found for attrs in places for found in attrs.get("aria-describedby", "").split() if "error" in found or "problem" in found]
        return " ".join(self.texts[found].strip() for found in ids)

    def _take_field(self, values: dict[str, str]) -> None:
        form = self._nearest("form")
        self.forms.append((form.get("action", ""), form.get("method", "get"), values["name"]))
        self.fields.setdefault(values["name"], values)
        self.groups.setdefault(values["name"], self._nearest("fieldset"))

    def _nearest(self, tag: str) -> dict[str, str]:
        return next((values for name, values in reversed(self._open) if name == tag), {})
