"""The first access: the one page that makes an account, behind a link that works once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from connectors.configure.first_access import LinkRefused, create_first_administrator, is_first_link
from connectors.web.forms.first_access import FirstAccessForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@method_decorator([login_not_required, never_cache, sensitive_post_parameters("password", "repeated")], name="dispatch")
class FirstAccess(View):
    """A form on GET, an account on POST."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the form while the link works."""
        return _show(request, FirstAccessForm()) if is_first_link(token) else _refuse(request)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Make the account, sign in and go home."""
        if not is_first_link(token):
            return _refuse(request)
        form = FirstAccessForm(request.POST)
        if not form.is_valid():
            return _show(request, form)
        values = form.cleaned_data
        try:
            user = create_first_administrator(
                token, firm_name=values["firm_name"], email=values["email"], password=values["password"], now=timezone.now()
            )
        except LinkRefused:
            return _refuse(request)
        login(request, user, backend=BACKEND)
        messages.success(request, "Votre accès est créé. Bienvenue !")
        return redirect("connectors:home")


open_first_access = FirstAccess.as_view()


def _show(request: HttpRequest, form: FirstAccessForm) -> HttpResponse:
    return render(request, "pages/first_access.html", {"form": form})


def _refuse(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/link_refused.html", status=404)
