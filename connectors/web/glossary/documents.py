"""What happens to a document, what the partner lets us promise, and what each state means."""

from __future__ import annotations

from connectors.domain.states import PushState
from connectors.providers.base import DeliveryClass
from connectors.web.glossary.term import Family, Term

DOCUMENTS = Family(
    "documents",
    "La vie d’un document",
    (
        Term(
            "envoi",
            "Envoi",
            "Un document et tout ce qui lui arrive, du dépôt à l’archive. Il garde la même référence, même s’il faut plusieurs essais.",
        ),
        Term(
            "accuse",
            "Accusé",
            "La réponse par laquelle le partenaire accepte un document, avec l’identifiant qu’il lui donne. Sans accusé, un document n’est pas archivé.",
        ),
        Term(
            "empreinte",
            "Empreinte",
            "La somme de contrôle du contenu (SHA-256) : elle prouve que ce qui est arrivé est ce qui a été déposé, et fait reconnaître un doublon.",
        ),
        Term(
            "archive", "Archive", "Le dossier du client où le document est rangé après son accusé. PushDoc ne supprime jamais un document."
        ),
        Term("historique", "Historique", "Tous les documents que PushDoc a vus, avec leur état, leur motif et leur histoire pas à pas."),
        Term(
            "a-faire-par",
            "À faire par",
            "À qui est le tour : le cabinet (un paramétrage, une décision), le client (un document à redéposer), l’éditeur (le service du "
            "partenaire) ou le réseau.",
        ),
    ),
)
PROMISES = {
    DeliveryClass.IDEMPOTENT: "Le partenaire reconnaît un document déjà reçu. Un envoi interrompu est repris de lui-même, sans risque de doublon.",
    DeliveryClass.ASKABLE: "Le partenaire dit ce qu’il a reçu. Après un envoi interrompu, la question lui est posée avant tout nouvel envoi.",
    DeliveryClass.BLIND: "Le partenaire ne dit pas ce qu’il a reçu. Après un envoi interrompu, quelqu’un regarde chez lui, puis décide.",
}
PROMISED = Family(
    "garanties",
    "Les garanties d’envoi",
    tuple(Term(f"garantie-{promise.lower()}", f"Garantie {promise}", text) for promise, text in PROMISES.items()),
)
STATES = {
    PushState.PRIOR: "Le document était déjà là à l’activation. Il n’est pas envoyé, sauf si quelqu’un demande un rappel.",
    PushState.SETTLING: "Le fichier est encore en cours d’écriture ; il partira quand il ne changera plus.",
    PushState.WAITING: "Le document est prêt : il part dès que son tour vient, ou dès que le partenaire répond de nouveau.",
    PushState.HELD: "Quelque chose est à réparer ou à confirmer avant l’envoi : le motif dit quoi, et par qui. Ensuite, le document repart.",
    PushState.SENDING: "Le document est en route vers le partenaire.",
    PushState.UNKNOWN: "L’envoi s’est interrompu avant la réponse : le partenaire a peut-être le document. Rien n’est renvoyé avant de le savoir.",
    PushState.ACCEPTED: "Le partenaire a accepté le document ; il reste à le ranger dans son archive.",
    PushState.PUBLISHED: "Le document est chez le partenaire et rangé dans son archive. Il n’y a plus rien à faire.",
    PushState.REFUSED: "Le partenaire n’a pas voulu du document ; le fichier reste où il est. Lisez le motif, corrigez, puis relancez ou écartez.",
    PushState.WITHDRAWN: "Le fichier a été enlevé du dossier de dépôt avant d’être envoyé.",
    PushState.DISMISSED: "Quelqu’un a décidé de ne pas l’envoyer. Il peut être relancé.",
}
