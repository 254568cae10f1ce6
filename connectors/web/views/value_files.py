"""The values as a file: taken from one into the draft, and given as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from connectors.configure.client_table import ClientFileError
from connectors.configure.value_export import CONTENT_TYPES, export_values
from connectors.configure.value_file import read_value_file
from connectors.configure.values import chosen_clients, values_of
from connectors.web.forms.attribute import ValueFileForm
from connectors.web.value_draft import ValueDraft
from connectors.web.views.value_check import load_mapped

if TYPE_CHECKING:
    from django.http import HttpRequest

    from connectors.models import Attribute, Connector


@require_http_methods(["GET", "HEAD", "POST"])
def import_values(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that can be read goes on to the preview."""
    connector, attribute = load_mapped(pk)
    if attribute is None:
        return redirect("connectors:attribute", pk)
    form = ValueFileForm(request.POST, request.FILES) if request.method == "POST" else ValueFileForm()
    if request.method == "POST" and form.is_valid() and _take(request, connector, attribute, form):
        return redirect("connectors:attribute_check", pk)
    context = {"connector": connector, "attribute": attribute, "form": form}
    return render(request, "connectors/attribute_file.html", context)


def _take(request: HttpRequest, connector: Connector, attribute: Attribute, form: ValueFileForm) -> bool:
    file, stored = form.cleaned_data["file"], values_of(connector, attribute)
    try:
        found = read_value_file(file.name, file.read(), attribute, chosen_clients(connector), stored)
    except ClientFileError as error:
        form.add_error("file", str(error))
        return False
    ValueDraft(request.session, connector, attribute).take_found(found, stored)
    return True


@require_safe
def give_values(request: HttpRequest, pk: int, form: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """What is saved, never the draft."""
    connector, attribute = load_mapped(pk)
    if attribute is None or form not in CONTENT_TYPES:
        raise Http404
    content = export_values(form, chosen_clients(connector).values(), values_of(connector, attribute), attribute.name)
    name = f"valeurs-{slugify(connector.name) or connector.pk}-{slugify(attribute.name) or attribute.pk}.{form}"
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})
