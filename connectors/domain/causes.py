"""Why a document is held: a stable code, a French sentence, whose turn it is and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A cause holds only the documents that share it. `owner` is one of client, cabinet, éditeur, réseau."""

    code: str
    sentence: str
    owner: str
    action: str


def _catalogue(*causes: Cause) -> dict[str, Cause]:
    return {cause.code: cause for cause in causes}


CAUSES = _catalogue(
    Cause(
        "credentials",
        "Le partenaire refuse les identifiants du connecteur.",
        "cabinet",
        "Vérifiez les identifiants, puis testez la connexion.",
    ),
    Cause(
        "mapping",
        "Ce client n’est pas relié à un dossier chez le partenaire.",
        "cabinet",
        "Donnez-lui une valeur unique à l’étape « Attribut ».",
    ),
    Cause("not_selected", "Ce client n’est plus choisi pour ce connecteur.", "cabinet", "Choisissez-le de nouveau à l’étape « Clients »."),
    Cause(
        "client_unknown",
        "Le partenaire ne connaît aucun dossier pour ce client.",
        "cabinet",
        "Corrigez la valeur de l’attribut, ou faites créer le dossier.",
    ),
    Cause(
        "path",
        "Le chemin de dépôt de ce document n’existe plus dans le paramétrage.",
        "cabinet",
        "Rétablissez le chemin de dépôt, ou écartez le document.",
    ),
    Cause("partner", "Le partenaire n’a pas répondu pendant sept jours.", "éditeur", "Testez la connexion, puis relancez l’envoi."),
    Cause("duplicate", "Le même contenu a déjà été envoyé pour ce client.", "cabinet", "Envoyez-le quand même, ou écartez-le."),
    Cause("empty", "Le fichier est vide.", "client", "Déposez le document de nouveau."),
    Cause(
        "too_large",
        "Le fichier dépasse la taille que le partenaire accepte.",
        "client",
        "Réduisez le document, puis déposez-le de nouveau.",
    ),
    Cause("extension", "Le partenaire n’accepte pas ce type de fichier.", "client", "Convertissez le document, par exemple en PDF."),
    Cause("incomplete", "Le fichier semble tronqué : sa fin manque.", "client", "Déposez le document de nouveau, en entier."),
    Cause("unreadable", "Le fichier ne peut pas être lu.", "cabinet", "Rendez le fichier lisible par PushDoc."),
    Cause("refused", "Le partenaire a refusé le document.", "cabinet", "Lisez le motif, corrigez, puis relancez ou écartez."),
    Cause(
        "undecided",
        "Personne ne sait si le partenaire a reçu le document.",
        "cabinet",
        "Regardez chez le partenaire : « déjà reçu » ou « renvoyer ».",
    ),
    Cause(
        "archive",
        "Le document est accepté, mais son archivage n’aboutit pas.",
        "cabinet",
        "Vérifiez le dossier d’archive : droits et place.",
    ),
)

DOOR_CAUSES = frozenset({"empty", "too_large", "extension", "incomplete", "unreadable"})
"""Found when the file was looked at; a new version of the file is looked at again by itself."""
