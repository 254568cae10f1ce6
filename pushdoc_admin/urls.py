"""Addresses: sign-in by allauth, everything else by the connectors app."""

from django.urls import include, path

urlpatterns = [
    path("compte/", include("allauth.account.urls")),
    path("", include("connectors.web.urls")),
]
