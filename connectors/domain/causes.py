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


OWNERS = {"client": "le client", "cabinet": "le cabinet", "éditeur": "l’éditeur", "réseau": "le réseau"}


def by_whom(owner: str) -> str:
    """The owner as a sentence names it: « à faire par le cabinet »."""
    return OWNERS.get(owner, owner)


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
    Cause(
        "to_link",
        "Ce client est arrivé de lui-même par une sélection vivante : il reste à relier.",
        "cabinet",
        "Vérifiez sa valeur à l’étape « Attribut », puis validez.",
    ),
    Cause("paused", "Les envois de ce client ou de ce chemin sont en pause.", "cabinet", "Reprenez les envois sur la page du connecteur."),
    Cause(
        "first_document",
        "C’est le premier document de ce client : quelqu’un doit confirmer le dossier où il ira.",
        "cabinet",
        "Comparez le client et le dossier du partenaire, puis confirmez : « C’est le bon dossier ».",
    ),
    Cause(
        "dry_run",
        "Mode à blanc : le document aurait été envoyé, rien n’est parti.",
        "cabinet",
        "Passez en mode réel sur la page du connecteur : les documents retenus partiront alors.",
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
    Cause(
        "wrong_format",
        "Le contenu du fichier n’est pas du format que son nom annonce.",
        "client",
        "Enregistrez le document dans le format de son extension, ou envoyez-le quand même.",
    ),
    Cause(
        "incomplete",
        "Le fichier semble tronqué : sa fin manque.",
        "client",
        "Déposez le document de nouveau, en entier, ou envoyez-le quand même.",
    ),
    Cause(
        "sparse",
        "Une grande partie du fichier n’a jamais été écrite : la copie s’est sans doute interrompue.",
        "client",
        "Déposez le document de nouveau, en entier, ou envoyez-le quand même.",
    ),
    Cause(
        "hard_linked",
        "Le même fichier porte un second nom ailleurs (lien physique) : il pourrait y être modifié pendant l’envoi.",
        "cabinet",
        "Déposez une copie, supprimez l’autre nom, ou envoyez-le quand même.",
    ),
    Cause(
        "encrypted",
        "Le document est protégé par un mot de passe.",
        "client",
        "Déposez une version sans protection, ou envoyez-le quand même.",
    ),
    Cause("unreadable", "Le fichier ne peut pas être lu.", "cabinet", "Rendez le fichier lisible par PushDoc."),
    Cause("refused", "Le partenaire a refusé le document.", "cabinet", "Lisez le motif, corrigez, puis relancez ou écartez."),
    Cause(
        "undecided",
        "Personne ne sait si le partenaire a reçu le document.",
        "cabinet",
        "Regardez chez le partenaire : « déjà reçu » ou « renvoyer ».",
    ),
    Cause(
        "poison",
        "L’envoi de ce document s’est interrompu trois fois avec le processus qui le faisait.",
        "cabinet",
        "Relancez-le ; si cela recommence, écartez-le et prévenez la personne qui s’occupe du serveur.",
    ),
    Cause(
        "archive",
        "Le document est accepté, mais son archivage n’aboutit pas.",
        "cabinet",
        "Vérifiez le dossier d’archive : droits et place.",
    ),
)

SETTINGS_CAUSES = frozenset({"mapping", "to_link", "not_selected", "path", "paused", "first_document", "dry_run"})
"""Found at the claim, in the settings; a document that is released while they hold is held again."""

DOOR_CAUSES = frozenset(
    {"empty", "too_large", "extension", "wrong_format", "incomplete", "sparse", "hard_linked", "encrypted", "unreadable"}
)
"""Found when the file was looked at; it is looked at again at each full scan, and goes on by itself when they no longer hold."""

OVERRULED_CAUSES = frozenset({"wrong_format", "incomplete", "sparse", "hard_linked", "encrypted"})
"""A person who sends such a document anyway is right; the partner says what it thinks of it. The others it could not take at all."""

PATIENT_CAUSES = frozenset({"wrong_format", "incomplete", "sparse"})
"""A program that writes in bursts, or reserves the room first, looks like this for a while."""
