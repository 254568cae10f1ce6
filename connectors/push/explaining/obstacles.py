"""What keeps a client's documents from going through a connector, as it stands now: the first thing to repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.domain.causes import CAUSES
from connectors.models import AttributeMapping, AttributeValue
from connectors.models.rules import rules_of
from connectors.push.explaining.explanation import Next, Obstacle, moment_text

if TYPE_CHECKING:
    from connectors.models import Client, Connector
    from connectors.push.explaining.explanation import Circumstances


def obstacle_of(connector: Connector, client: Client, path_pk: int | None, around: Circumstances) -> Obstacle | None:
    """The first obstacle, in the order in which they have to be removed; None when the client's documents may go from this deposit path.

    A document whose path is gone from the settings has no pause to tell about.
    """
    if not connector.active:
        return Obstacle(
            f"Le connecteur « {connector.name} » n’est pas actif : rien n’est vu ni envoyé.",
            Next("cabinet", "Activez-le : Administration, « Paramétrer les connecteurs »."),
        )
    if missing := around.missing_of(connector):
        return Obstacle(
            f"Le paramétrage du connecteur « {connector.name} » n’est pas complet. {missing}", Next("cabinet", "Complétez le paramétrage.")
        )
    if connector.credentials_refused:
        cause = CAUSES["credentials"]
        return Obstacle(f"{cause.sentence} {connector.credentials_refused}", Next(cause.owner, cause.action))
    rules = rules_of(connector)
    if code := rules.cause_for(client.pk, path_pk) if path_pk else rules.cause_for_client(client.pk):
        return mapping_obstacle(connector, client, code)
    if connector.paused_until and connector.paused_until > around.now:
        because = f" : {connector.paused_because}" if connector.paused_because else "."
        return Obstacle(
            f"Le connecteur « {connector.name} » est en pause jusqu’au {moment_text(connector.paused_until)}{because}",
            Next("éditeur", "Rien à faire : les envois reprennent d’eux-mêmes. Si cela dure, appelez l’éditeur."),
        )
    return None


def mapping_obstacle(connector: Connector, client: Client, code: str) -> Obstacle:
    """Why this client is not linked, with the names that help to repair it."""
    cause = CAUSES[code]
    detail = _value_detail(connector, client) if code == "mapping" else ""
    return Obstacle(f"{cause.sentence} {detail}".strip(), Next(cause.owner, cause.action))


def _value_detail(connector: Connector, client: Client) -> str:
    mapping = AttributeMapping.objects.filter(connector=connector).select_related("attribute__data_model").first()
    if mapping is None:
        return "Aucun attribut n’est choisi."
    values = AttributeValue.objects.filter(attribute=mapping.attribute, client__selections__connector=connector).exclude(value="")
    of = {value.client_id: value for value in values.select_related("client")}
    own = of[client.pk].value.strip() if client.pk in of else ""
    if not own:
        return f"« {client.name} » n’a pas de valeur pour « {mapping.attribute} »."
    twins = [other.client.name for pk, other in of.items() if pk != client.pk and other.value.strip().casefold() == own.casefold()]
    if not twins:
        return ""
    return f"La valeur « {own} » est aussi celle de « {twins[0]} » : aucun des deux ne part."
