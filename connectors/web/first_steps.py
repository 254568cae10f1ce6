"""From the empty firm to the first published document: which steps are done, derived from what is there, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from connectors.domain.states import PushState
from connectors.models import AttributeMapping, Client, ClientSelection, DepositFolder, Push

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.models import Connector
    from connectors.web.overview import ConnectorGlance

LINGERS = timedelta(minutes=15)
"""The finished list stays that long after the first document was published, so that its end is seen."""

PARTS = {
    "clients": ("Choisir les clients", "Ceux dont les documents partiront vers ce partenaire."),
    "attribute": ("Relier chaque client à son dossier chez le partenaire", "Par un attribut, le plus souvent le code client."),
    "credentials": ("Saisir les identifiants", "Ceux que le partenaire vous a remis ; ils sont essayés aussitôt."),
    "deposit_paths": ("Indiquer les chemins de dépôt et d’archive", "L’arborescence recommandée se remplit en un clic."),
}


@dataclass(frozen=True)
class Step:
    """`text` says what it is about, `folder` where the first document is to be dropped, `url` where the person goes on."""

    label: str
    text: str
    url: str
    done: bool
    folder: str = ""


@dataclass(frozen=True)
class FirstSteps:
    """The list. `current` is the first step that is not done, None at the end."""

    steps: tuple[Step, ...]

    @property
    def current(self) -> Step | None:
        """What comes next."""
        return next((step for step in self.steps if not step.done), None)

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)


def is_new(now: datetime) -> bool:
    """Whether no document has been published yet, or only just now."""
    return not Push.objects.filter(state=PushState.PUBLISHED, published_at__lt=now - LINGERS).exists()


def first_steps(connectors: list[ConnectorGlance]) -> FirstSteps:
    """The steps of the connector that was opened first."""
    glance = min(connectors, key=lambda seen: seen.connector.pk, default=None)
    connector = glance.connector if glance else None
    missing = {part.name for part in glance.missing} if glance else set(PARTS)
    return FirstSteps(
        (
            Step(
                "Importer vos clients",
                "Depuis un fichier CSV ou Excel, avec leur code client.",
                reverse("connectors:import_clients"),
                Client.objects.exists(),
            ),
            Step(
                "Ouvrir un connecteur",
                "Choisissez votre partenaire, puis « Paramétrer ».",
                reverse("connectors:catalogue"),
                connector is not None,
            ),
            *(Step(label, text, _address(name, connector), name not in missing) for name, (label, text) in PARTS.items()),
            Step(
                "Activer le connecteur",
                "À partir de là, ce qui est déposé est envoyé. Ce qui est déjà dans les dossiers ne part pas.",
                _address("activation", connector),
                connector is not None and connector.activated_at is not None,
            ),
            *_document_steps(connector),
        )
    )


def _address(name: str, connector: Connector | None) -> str:
    return reverse(f"connectors:{name}", args=[connector.pk]) if connector else reverse("connectors:catalogue")


def _document_steps(connector: Connector | None) -> list[Step]:
    seen = Push.objects.filter(connector=connector).exclude(state=PushState.PRIOR) if connector else Push.objects.none()
    dropped, published = seen.exists(), seen.filter(state=PushState.PUBLISHED).exists()
    history = reverse("connectors:history")
    folder = _drop_folder(connector) if connector and connector.active and not dropped else ""
    steps = [
        Step(
            "Déposer un premier document",
            "Par exemple une facture en PDF, dans ce dossier du serveur :" if folder else "Par exemple une facture en PDF.",
            history,
            dropped,
            folder,
        )
    ]
    if connector is None or connector.checks_first_documents:
        confirmed = published or ClientSelection.objects.filter(connector=connector).exclude(confirmed_code="").exists()
        url = _address("first_documents", connector)
        steps.append(
            Step(
                "Confirmer le dossier du partenaire",
                "Le premier document de chaque client attend que quelqu’un dise « C’est le bon dossier ».",
                url,
                confirmed,
            )
        )
    steps.append(Step("Voir le document publié", "Chez le partenaire, et rangé dans son archive.", history, published))
    return steps


def _drop_folder(connector: Connector) -> str:
    """A folder of a client that is linked, as it stands on the server."""
    mapping = AttributeMapping.objects.filter(connector=connector).first()
    folders = DepositFolder.objects.filter(deposit_path__connector=connector, problem="").select_related("client", "deposit_path")
    if mapping:
        folders = folders.filter(client__attribute_values__attribute=mapping.attribute_id, client__attribute_values__value__gt="")
    first = folders.order_by("client__name", "deposit_path__position", "pk").first()
    return str(settings.DOSSIERS_DIR / first.folder) if first else ""
