"""Addresses of the pages about the firm, its clients and its documents."""

from django.urls import path

from connectors.web.views.clients_directory import show_clients
from connectors.web.views.document import decide_document, show_document
from connectors.web.views.elements import show_elements
from connectors.web.views.first_access import open_first_access
from connectors.web.views.health import show_health
from connectors.web.views.help import show_glossary, show_help
from connectors.web.views.history import show_history
from connectors.web.views.home import show_home
from connectors.web.views.import_clients import preview_clients, upload_clients

urlpatterns = [
    path("", show_home, name="home"),
    path("historique/", show_history, name="history"),
    path("documents/<uuid:reference>/", show_document, name="document"),
    path("documents/<uuid:reference>/decision/", decide_document, name="document_decision"),
    path("clients/", show_clients, name="clients_directory"),
    path("clients/importer/", upload_clients, name="import_clients"),
    path("clients/importer/apercu/", preview_clients, name="import_preview"),
    path("clients/<int:pk>/historique/", show_history, name="client_history"),
    path("premier-acces/<str:token>/", open_first_access, name="first_access"),
    path("aide/", show_help, name="help"),
    path("aide/glossaire/", show_glossary, name="glossary"),
    path("_elements/", show_elements, name="elements"),
    path("healthz", show_health, name="health"),
]
