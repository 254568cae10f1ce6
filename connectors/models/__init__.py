"""The database."""

from connectors.models.attributes import Attribute, AttributeValue, DataModel
from connectors.models.backfill import Backfill
from connectors.models.connector import (
    AccessToken,
    AttributeMapping,
    ClientSelection,
    Connector,
    Credential,
    DepositFolder,
    DepositPath,
)
from connectors.models.event import AppendOnlyError, Event
from connectors.models.firm import Client, ClientGroup, Firm
from connectors.models.living import LivingSelection
from connectors.models.push import Push, PushAttempt

__all__ = [
    "AccessToken",
    "AppendOnlyError",
    "Attribute",
    "AttributeMapping",
    "AttributeValue",
    "Backfill",
    "Client",
    "ClientGroup",
    "ClientSelection",
    "Connector",
    "Credential",
    "DataModel",
    "DepositFolder",
    "DepositPath",
    "Event",
    "Firm",
    "LivingSelection",
    "Push",
    "PushAttempt",
]
