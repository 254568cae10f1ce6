"""The firm, its clients, and what an administrator sets."""

from __future__ import annotations

from connectors.domain.paths import PLACEHOLDERS
from connectors.web.glossary.term import Family, Term

FIRM = Family(
    "cabinet-et-clients",
    "Le cabinet et ses clients",
    (
        Term("cabinet", "Cabinet", "Le cabinet comptable qui utilise PushDoc. Une installation ne sert qu’un cabinet."),
        Term(
            "dossier-client",
            "Dossier client",
            "Un client du cabinet et son dossier sur le disque : ses documents y sont déposés, puis archivés. Chez le partenaire, un autre "
            "dossier porte le même client ; c’est l’attribut qui relie les deux.",
        ),
        Term(
            "groupe",
            "Groupe",
            "Un classement libre des clients, par exemple par métier ou par site, pour les retrouver et les choisir ensemble.",
        ),
        Term(
            "cloture",
            "Clôture",
            "Le dernier jour de l’exercice du client ; à défaut, le 31 décembre. La clôture décide du millésime de ses documents.",
        ),
        Term("responsable", "Responsable", "La personne du cabinet qui tient le dossier du client."),
        Term("partenaire", "Partenaire, éditeur", "La plateforme comptable qui reçoit les documents, par exemple Illinks."),
    ),
)
SETTINGS = Family(
    "parametrage",
    "Le paramétrage",
    (
        Term(
            "connecteur",
            "Connecteur",
            "La liaison entre le cabinet et un partenaire : pour quels clients, avec quels identifiants, depuis quels dossiers. Il se paramètre "
            "en quatre parties, puis s’active. Tant qu’une partie manque, il n’envoie rien.",
        ),
        Term(
            "activation",
            "Activation",
            "Le moment à partir duquel ce qui est déposé est envoyé. Ce qui était déjà dans les dossiers est noté « Antérieur » et ne part pas, "
            "sauf rappel.",
        ),
        Term("modele-de-donnees", "Modèle de données", "Une famille d’attributs, par exemple « Fiche client » ou « Logiciels »."),
        Term(
            "attribut",
            "Attribut",
            "Une information tenue pour chaque client, le plus souvent le code client. L’attribut choisi pour un connecteur dit dans quel dossier "
            "du partenaire vont les documents de chaque client.",
        ),
        Term(
            "valeur",
            "Valeur, client relié",
            "Ce que l’attribut contient pour un client, par exemple « LEF001 ». Un client est relié quand sa valeur n’appartient qu’à lui ; si deux "
            "clients ont la même, aucun des deux n’est relié et leurs documents sont retenus.",
        ),
        Term(
            "identifiants",
            "Identifiants",
            "Ce que le partenaire remet au cabinet pour le reconnaître. Un secret est chiffré, n’est jamais réaffiché, et n’est envoyé qu’à "
            "l’adresse pour laquelle il a été saisi.",
        ),
        Term(
            "chemin-de-depot",
            "Chemin de dépôt",
            "Le dossier surveillé chez chaque client, par exemple « ZONE DE DEPOT/Factures Fournisseurs ». Il part du dossier du client ; les "
            "dossiers rangés à l’intérieur ne sont pas lus.",
        ),
        Term(
            "chemin-d-archive",
            "Chemin d’archive",
            "Le dossier où un document est rangé une fois accepté par le partenaire. Rien n’y est jamais écrasé : un document qui porte un nom déjà "
            "pris en reçoit un autre.",
        ),
        Term(
            "variable",
            "Variable d’un chemin d’archive",
            "Un mot entre accolades, remplacé pour chaque document : "
            + " ; ".join(f"{{{name}}}, {text}" for name, text in PLACEHOLDERS.items())
            + ".",
        ),
        Term(
            "millesime",
            "Millésime",
            "L’année où se clôt l’exercice auquel le document appartient, d’après sa date de dépôt. Pour un client qui clôture le 30 juin, un "
            "document déposé le 1er juillet 2026 porte le millésime 2027.",
        ),
        Term(
            "classement",
            "Domaine, type et sous-type",
            "Le classement du document chez le partenaire, avec les codes du partenaire. Le domaine et le type sont obligatoires, le sous-type est "
            "facultatif.",
        ),
        Term(
            "selection-vivante",
            "Sélection vivante",
            "Une recherche de clients qui reste active : un nouveau client qui y répond rejoint le connecteur de lui-même, « à relier ». Rien ne part "
            "pour lui tant que personne ne l’a relié.",
        ),
        Term(
            "premier-document",
            "Premier document sous contrôle",
            "Le premier document d’un client nouvellement relié attend que quelqu’un confirme : « C’est le bon dossier ». Les suivants partent d’eux-mêmes.",
        ),
        Term(
            "mode-a-blanc",
            "Mode à blanc",
            "Tout est fait, sauf l’envoi et le rangement : les documents sont vus, contrôlés, puis retenus. Au passage en mode réel, ils partent.",
        ),
        Term("pause", "Pause", "Un arrêt voulu des envois, pour un client ou pour un chemin. Ce qui est déposé attend la reprise."),
        Term(
            "rappel",
            "Rappel",
            "L’envoi, sur demande, de documents antérieurs à l’activation : par client, par chemin, par date. Il avance au rythme choisi, se met en "
            "pause et s’annule pour ce qui n’est pas encore parti.",
        ),
        Term(
            "effet",
            "Effet d’un changement",
            "Avant d’enregistrer, les derniers documents sont rejoués avec le nouveau paramétrage : ceux qui iraient ailleurs sont montrés. Rien n’est envoyé.",
        ),
        Term(
            "simulateur",
            "Simulateur",
            "Vous indiquez un chemin ou un exemple de fichier ; PushDoc répond à quel client il appartient, quelle règle s’applique et où il irait. "
            "Rien n’est envoyé.",
        ),
        Term(
            "version",
            "Version du paramétrage",
            "Chaque changement porte un numéro, une date et un auteur. Deux versions se comparent, une ancienne se rétablit. Un secret n’y figure "
            "jamais : seulement « modifié ».",
        ),
    ),
)
