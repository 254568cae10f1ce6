"""The six things that Illinks gives to a firm: what each is, where it comes from, and how a letter asks for it."""

from __future__ import annotations

from connectors.providers.base import CredentialField

LETTER = "Dans le courrier d’ouverture de votre accès au service web ; à défaut, à demander à votre interlocuteur chez le partenaire."
ACCOUNT = "Chez le partenaire, avec votre espace illibook ; à défaut, à demander à votre interlocuteur."

FIELDS = (
    CredentialField(
        "client_id",
        "Client ID",
        "Identifiant technique de votre cabinet. Fourni par le partenaire.",
        source=LETTER,
        asked_as="l’identifiant technique de notre cabinet pour le service web",
    ),
    CredentialField(
        "client_secret",
        "Client secret",
        "Mot de passe technique du Client ID. Fourni par le partenaire.",
        secret=True,
        source="Remis une seule fois, avec le Client ID. S’il est perdu, le partenaire en donne un nouveau.",
        asked_as="le mot de passe technique qui accompagne le Client ID",
    ),
    CredentialField(
        "id_illibook",
        "ID illibook",
        "Identifiant de votre espace illibook. Fourni par le partenaire.",
        source=ACCOUNT,
        asked_as="l’identifiant de notre espace illibook",
    ),
    CredentialField(
        "ws_user",
        "WS User",
        "Utilisateur du service web, sous lequel les documents sont déposés. Fourni par le partenaire.",
        source=LETTER,
        asked_as="l’utilisateur du service web, avec le droit de déposer des documents",
    ),
    CredentialField(
        "id_correspondance",
        "Id Correspondance",
        "Identifiant de la correspondance entre vos dossiers. Fourni par le partenaire.",
        per_client=True,
        source="Chez le partenaire, où vos dossiers sont reliés aux siens. S’il diffère pour certains clients, donnez-leur une valeur propre.",
        asked_as="l’identifiant de la correspondance entre nos dossiers et les vôtres (précisez s’il diffère d’un client à l’autre)",
    ),
    CredentialField(
        "uri",
        "Uri",
        "Adresse du service, par exemple https://cabinet.exemple.fr/ws. Fournie par le partenaire.",
        is_url=True,
        source="Dans le courrier d’ouverture de votre accès. Elle commence par https:// ; recopiez-la sans rien y ajouter.",
        asked_as="l’adresse du service web, qui commence par https://",
    ),
)
