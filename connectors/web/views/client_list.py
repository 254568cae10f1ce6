"""The table of the clients step: who is asked for, and what each row says about its client."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator

from connectors.configure.client_filters import matching
from connectors.configure.client_links import links_of, watched_by_others
from connectors.configure.client_obstacles import OBSTACLES, counted, obstacles_of, troubled_folders
from connectors.configure.living_selections import strays_of
from connectors.models import AttributeMapping, Client
from connectors.web.forms.clients import CHOSEN, NOT_CHOSEN, STRAY, TO_SAVE, ClientFilters

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import QueryDict

    from connectors.configure.client_links import Links
    from connectors.models import Connector
    from connectors.web.views.client_choice import ClientChoice

ROWS_ON_A_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One client of the table. `obstacle` is the French word for why he sends nothing, `detail` says more where there is more to say."""

    client: Client
    ticked: bool
    saved: bool
    value: str
    obstacle: str
    detail: str
    stray: bool


class ClientList:
    """The clients of one request, as its filters and its ticks ask for them; each question is asked once."""

    def __init__(self, connector: Connector, choice: ClientChoice, asked: QueryDict) -> None:
        self._connector, self._choice = connector, choice
        self.form = ClientFilters(asked)
        self.mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute__data_model").first()

    @cached_property
    def found(self) -> QuerySet[Client]:
        """Those that the filters ask for; nobody when a filter is refused, so that « all that match » never means everybody by mistake."""
        clients = Client.objects.select_related("group")
        if not self.form.is_valid():
            return clients.none()
        found = clients.filter(matching(self.form.criteria(), self.mapping.attribute_id if self.mapping else None))
        return self._in_state(found, self.form.cleaned_data["etat"])

    def _in_state(self, found: QuerySet[Client], state: str) -> QuerySet[Client]:
        if state == CHOSEN:
            return found.filter(self._choice.condition())
        if state == NOT_CHOSEN:
            return found.exclude(self._choice.condition())
        if state == TO_SAVE:
            return found.filter(pk__in=self._choice.added | self._choice.removed)
        if state == STRAY:
            return found.filter(pk__in=self.strays)
        return found.filter(pk__in=[pk for pk, reason in self.obstacles.items() if reason == state]) if state else found

    @cached_property
    def links(self) -> Links:
        """What decides about links."""
        return links_of(self._connector)

    @cached_property
    def strays(self) -> set[int]:
        """Chosen clients that match no living selection any more."""
        return strays_of(self._connector, self._choice.ids)

    @cached_property
    def troubled(self) -> dict[int, str]:
        """What is wrong with folders."""
        return troubled_folders(self._connector)

    @cached_property
    def watched(self) -> dict[int, str]:
        """Which other connector watches a client's folder."""
        return watched_by_others(self._connector)

    @cached_property
    def obstacles(self) -> dict[int, str]:
        """Why ticked clients send nothing. As long as no attribute was chosen, nobody has a value, which is no news."""
        found = obstacles_of(self.links, self._choice.ids, self.troubled, self.watched)
        return found if self.mapping else {pk: reason for pk, reason in found.items() if reason not in {"sans_valeur", "en_double"}}

    def context(self, number: str | None) -> dict[str, Any]:
        """What the template shows."""
        page = Paginator(self.found.order_by("name", "pk"), ROWS_ON_A_PAGE).get_page(number)
        return {
            "connector": self._connector,
            "form": self.form,
            "page": page,
            "rows": self._rows(page),
            "choice": self._choice,
            "attribute": self.mapping.attribute if self.mapping else None,
            "obstacles": counted(self.obstacles),
            "strays": len(self.strays),
            "criteria": bool(self.form.is_valid() and self.form.criteria()),
            "narrows": bool(self.form.is_valid() and any(self.form.cleaned_data.values())),
            "living": self._connector.living_selections.count(),
        }

    def _rows(self, page: Page[Client]) -> list[Row]:
        return [self._row(client) for client in page.object_list]

    def _row(self, client: Client) -> Row:
        pk, choice = client.pk, self._choice
        reason = self.obstacles.get(pk, "autre_connecteur" if pk in self.watched and pk not in choice.ids else "")
        detail = {"dossier": self.troubled, "autre_connecteur": self.watched}.get(reason, {}).get(pk, "")
        value = self.links.values.get(pk, "")
        return Row(client, pk in choice.ids, pk in choice.saved, value, OBSTACLES.get(reason, ""), detail, pk in self.strays)
