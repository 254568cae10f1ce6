"""The « ? » beside what needs a word of explanation: all of its texts, each with the entry of the glossary that says more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hint:
    """`subject` names what it explains to somebody who cannot see where it stands; `term` is an anchor of the glossary."""

    subject: str
    text: str
    term: str


PAGES = {
    "history": Hint(
        "les états d’un document",
        "Un état dit où en est le document. Ceux qui avancent d’eux-mêmes ne demandent rien ; « Retenu », « Refusé » et « Issue incertaine » peuvent "
        "attendre quelqu’un, et leur motif dit quoi faire.",
        "etats",
    ),
    "import_clients": Hint(
        "l’import des clients",
        "Le fichier vient le plus souvent de votre logiciel de gestion interne. Gardez-y le code client : c’est lui qui reliera chaque client au "
        "partenaire. Vous pourrez importer de nouveau le même fichier, corrigé ou complété.",
        "dossier-client",
    ),
    "clients": Hint(
        "le choix des clients",
        "Choisissez les clients dont les documents vont à ce partenaire ; pour les autres, rien ne change. Vous pourrez en ajouter ou en retirer plus tard.",
        "dossier-client",
    ),
    "living_selections": Hint(
        "les sélections vivantes",
        "Utile quand des clients arrivent souvent : un filtre gardé les fait entrer d’eux-mêmes. Rien ne part pour eux avant que quelqu’un les ait reliés.",
        "selection-vivante",
    ),
    "attribute": Hint(
        "l’attribut et ses valeurs",
        "Le partenaire range les documents par dossier : l’attribut est l’information qui dit, pour chaque client, lequel est le sien. Une valeur "
        "n’appartient qu’à un client ; un client sans valeur n’est pas relié, et ses documents sont retenus, jamais envoyés au hasard.",
        "attribut",
    ),
    "attribute_dossiers": Hint(
        "les dossiers du partenaire",
        "PushDoc compare vos clients et les dossiers que le partenaire annonce. Il propose, vous décidez : un rapprochement douteux n’est jamais fait seul.",
        "valeur",
    ),
    "credentials": Hint(
        "les identifiants",
        "Le partenaire remet ces informations au cabinet, le plus souvent par courriel. Il en manque une ? Son assistance vous la donnera. PushDoc les "
        "essaie avant de les enregistrer.",
        "identifiants",
    ),
    "deposit_paths": Hint(
        "les chemins de dépôt",
        "Le chemin de dépôt est le dossier que PushDoc surveille chez chaque client ; le chemin d’archive, celui où le document est rangé une fois "
        "accepté. L’arborescence recommandée convient à la plupart des cabinets.",
        "chemin-de-depot",
    ),
    "simulator": Hint(
        "le simulateur",
        "Pour vérifier un paramétrage sans rien envoyer, ou comprendre pourquoi un fichier ne part pas : la réponse vient des mêmes règles que les envois.",
        "simulateur",
    ),
    "activation": Hint(
        "l’activation",
        "À l’activation, PushDoc note ce qui est déjà dans les dossiers et n’y touche pas. Seuls les documents déposés ensuite partent.",
        "activation",
    ),
    "pause": Hint(
        "les pauses",
        "Par exemple le temps qu’un client change de dossier chez le partenaire. Rien n’est perdu : ce qui est déposé pendant la pause part à la reprise.",
        "pause",
    ),
    "first_documents": Hint(
        "les premiers documents",
        "Une erreur de code client se voit ici, avant qu’un document n’arrive dans le dossier d’un autre. Une fois le dossier confirmé, les documents "
        "suivants de ce client partent d’eux-mêmes.",
        "premier-document",
    ),
    "dry_run": Hint(
        "le mode à blanc",
        "Pour essayer un paramétrage avec de vrais dépôts, sans que rien ne parte. Au passage en mode réel, ce qui a été retenu part, et rien d’autre.",
        "mode-a-blanc",
    ),
    "backfill": Hint(
        "le rappel",
        "Par exemple pour reprendre l’exercice en cours d’un nouveau client. Il part au rythme choisi, et s’annule pour ce qui n’est pas encore envoyé.",
        "rappel",
    ),
    "versions": Hint(
        "les versions du paramétrage",
        "Qui a changé quoi, et quand. Rétablir une version en crée une nouvelle : rien de ce qui s’est passé ne s’efface.",
        "version",
    ),
}
"""By the name of the page: its « ? » stands beside the title."""

PARTS = {
    "guarantee": Hint(
        "la garantie d’envoi",
        "Elle dit ce qui se passe quand la réponse du partenaire se perd en route : c’est le seul moment où un document pourrait être envoyé deux fois.",
        "garanties",
    ),
}
"""By a name of their own, for `{% hint "…" %}` inside a page."""


def hint_of(view_name: str) -> Hint | None:
    """The hint of a page, by the name of its address; None where the page needs none."""
    return PAGES.get(view_name.removeprefix("connectors:"))
