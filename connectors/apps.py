"""The one Django app."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """Connectors: what is sent where."""

    name = "connectors"
    verbose_name = "Connecteurs"
