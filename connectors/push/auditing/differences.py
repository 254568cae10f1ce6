"""A difference between the ledger, the disk and the partner: what it means, what to do, and what a repair has done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.domain.states import PushState

if TYPE_CHECKING:
    from connectors.models import Push


@dataclass(frozen=True)
class Kind:
    """A kind of difference, in French: what it means, and what to do about it."""

    meaning: str
    action: str


KINDS = {
    "unseen": Kind(
        "Un fichier du dossier de dépôt n’est pas au registre : rien ne l’enverra.",
        "Vérifiez que la surveillance tourne, ou relancez avec --repair.",
    ),
    "changed": Kind(
        "Le fichier n’est plus celui que le registre décrit.", "Vérifiez que la surveillance tourne, ou relancez avec --repair."
    ),
    "gone": Kind(
        "Le registre attend ce fichier dans son dossier de dépôt, et il n’y est plus.",
        "S’il n’a pas été envoyé, --repair le note comme « Retiré ».",
    ),
    "gone_unsure": Kind(
        "Le fichier n’est plus dans son dossier de dépôt, alors que le partenaire l’a peut-être.",
        "Attendez la réponse du partenaire ; retrouvez l’original auprès de qui l’a retiré.",
    ),
    "folder": Kind(
        "Le dossier ne peut pas être lu : les documents qu’il contient ne sont pas vérifiés.", "Rétablissez le dossier, puis recommencez."
    ),
    "archive_unfinished": Kind(
        "L’archivage d’un document accepté s’est arrêté en chemin.", "PushDoc le termine de lui-même, ou relancez avec --repair."
    ),
    "leftover": Kind(
        "Un fichier caché de PushDoc est resté sans document qui l’attende.",
        "Ne le supprimez pas avant d’avoir comparé son contenu à l’archive du document.",
    ),
    "archive_missing": Kind("Le document publié n’est plus dans son archive.", "Remettez le fichier à sa place, ou restaurez-le."),
    "archive_size": Kind("Le fichier archivé n’a plus la taille du document publié.", "Restaurez le fichier depuis une sauvegarde."),
    "archive_changed": Kind("Le fichier archivé n’a plus le contenu du document publié.", "Restaurez le fichier depuis une sauvegarde."),
    "archive_unreadable": Kind("Le fichier archivé ne peut pas être lu.", "Rendez le fichier lisible par PushDoc, ou vérifiez le disque."),
    "count": Kind(
        "Le compte n’y est pas : les documents vus ne sont pas la somme des états.", "Conservez la base telle quelle, et signalez l’écart."
    ),
    "untold": Kind("Ce document n’a aucune histoire.", "Conservez la base telle quelle, et signalez l’écart."),
    "stale_owner": Kind(
        "Le processus qui envoyait ce document n’existe plus.",
        "Vérifiez qu’un processus d’envoi tourne : il reprend le document dans la minute.",
    ),
    "partner_missing": Kind(
        "Le partenaire ne connaît pas ce document, que le registre dit accepté.",
        "Appelez le partenaire avant tout nouvel envoi.",
    ),
    "partner_bytes": Kind("Le partenaire a d’autres octets sous cette référence.", "Appelez le partenaire, et comparez les deux fichiers."),
    "partner_rejected": Kind(
        "Le partenaire a rejeté ce document, que le registre dit accepté.", "Lisez le motif, et appelez le partenaire."
    ),
    "partner_has_it": Kind(
        "Le partenaire a ce document, et le registre ne le sait pas encore.", "PushDoc le note de lui-même à sa prochaine question."
    ),
    "partner_silent": Kind(
        "Le partenaire n’a pas pu être interrogé : ses documents ne sont pas vérifiés.", "Testez la connexion, puis recommencez."
    ),
}


@dataclass(frozen=True)
class Difference:
    """`where` is a path or a name, `detail` what was found, `repaired` what was done about it; empty when nothing was."""

    kind: str
    where: str
    detail: str = ""
    reference: str = ""
    repaired: str = ""

    @property
    def meaning(self) -> str:
        """What it means, in French."""
        return KINDS[self.kind].meaning

    @property
    def action(self) -> str:
        """What to do, in French."""
        return KINDS[self.kind].action

    def as_json(self) -> dict[str, str]:
        """For `--json`."""
        return {
            "kind": self.kind,
            "where": self.where,
            "reference": self.reference,
            "detail": self.detail,
            "meaning": self.meaning,
            "action": self.action,
            "repaired": self.repaired,
        }


def state_text(push: Push) -> str:
    """The French word for the state; the bare word of the database where that is no state."""
    return push.state_label if push.state in list(PushState) else push.state


def about(kind: str, push: Push, detail: str = "", *, where: str = "", repaired: str = "") -> Difference:
    """A difference of one document."""
    return Difference(kind, where or f"{push.folder}/{push.name}", detail, str(push.reference), repaired)
