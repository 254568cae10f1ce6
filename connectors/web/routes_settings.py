"""Addresses of the settings journey."""

from django.urls import path

from connectors.web.views import (
    activation,
    attribute,
    breaker,
    catalogue,
    classification,
    clients,
    connector,
    credentials,
    deposit_paths,
    folders,
)

ROOT = "administration/connecteurs"

urlpatterns = [
    path(f"{ROOT}/", catalogue.show_catalogue, name="catalogue"),
    path(f"{ROOT}/ajouter/<slug:provider>/", catalogue.add_connector, name="add_connector"),
    path(f"{ROOT}/<int:pk>/", connector.show_connector, name="connector"),
    path(f"{ROOT}/<int:pk>/activation/", activation.edit_activation, name="activation"),
    path(f"{ROOT}/<int:pk>/breaker/", breaker.end_pause, name="end_pause"),
    path(f"{ROOT}/<int:pk>/folders/<int:folder_pk>/accept/", folders.accept, name="accept_folder"),
    path(f"{ROOT}/<int:pk>/clients/", clients.edit_clients, name="clients"),
    path(f"{ROOT}/<int:pk>/attribute/", attribute.edit_attribute, name="attribute"),
    path(f"{ROOT}/<int:pk>/credentials/", credentials.edit_credentials, name="credentials"),
    path(f"{ROOT}/<int:pk>/credentials/test/", credentials.check_connection, name="check_connection"),
    path(f"{ROOT}/<int:pk>/deposit_paths/", deposit_paths.edit_deposit_paths, name="deposit_paths"),
    path(f"{ROOT}/<int:pk>/deposit_paths/classification/", classification.show_classification, name="classification"),
]
