"""Addresses."""

from connectors.web.routes_pages import urlpatterns as pages
from connectors.web.routes_settings import urlpatterns as settings_pages

app_name = "connectors"
urlpatterns = [*pages, *settings_pages]
