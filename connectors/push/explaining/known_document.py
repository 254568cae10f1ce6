"""Why a document of the ledger is where it is: what happened, why, whose turn it is and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.deposits.base import StoreProblem
from connectors.domain.causes import CAUSES
from connectors.domain.states import PushState
from connectors.models import DepositFolder
from connectors.push.explaining.explanation import BY_ITSELF, NOTHING_TO_DO, Explanation, Next, moment_text
from connectors.push.explaining.obstacles import mapping_obstacle, obstacle_of
from connectors.push.explaining.story import story_of
from connectors.push.files import exact_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.models import Backfill, Push
    from connectors.push.explaining.explanation import Circumstances

    Reading = tuple[str, tuple[str, ...], Next]
    """Conclusion, reasons, what is next."""


def explain_push(push: Push, around: Circumstances) -> Explanation:
    """The whole story of one row."""
    conclusion, reasons, following = READINGS[PushState(push.state)](push, around)
    shown = tuple(reason for reason in dict.fromkeys(reasons) if reason)
    return Explanation(f"{push.folder}/{push.name}", conclusion, following, shown, tuple(story_of(push)), push)


def _prior(push: Push, _around: Circumstances) -> Reading:
    if push.backfill and not push.backfill.cancelled_at:
        return _asked_for(push.backfill)
    text = "Le document était là avant l’activation du connecteur : il n’est pas envoyé."
    action = "Rien à faire, sauf s’il doit partir : demandez son rappel sur la page du connecteur, « Documents antérieurs »."
    return text, ("Seul ce qui est déposé après l’activation part.",), Next("cabinet", action)


def _asked_for(backfill: Backfill) -> Reading:
    text = "Le document est antérieur, et son rappel est demandé : il attend son tour."
    who = f" par {backfill.created_by.get_username()}" if backfill.created_by else ""
    reason = f"Rappel demandé le {moment_text(backfill.created_at)}{who}, à raison de {backfill.per_minute} par minute."
    if backfill.paused_at:
        return text, (reason, "Ce rappel est en pause."), Next("cabinet", "Reprenez le rappel sur la page du connecteur, ou annulez-le.")
    return text, (reason,), BY_ITSELF


def _settling(push: Push, around: Circumstances) -> Reading:
    text = "Le document est en cours de dépôt : PushDoc attend qu’il soit entier."
    if blocked := obstacle_of(push.connector, push.client, push.deposit_path_id, around):
        return text, (blocked.sentence,), blocked.next
    if problem := _folder_problem(push):
        return text, (problem,), Next("cabinet", "Rétablissez le dossier de dépôt : le document est relu ensuite de lui-même.")
    rested_at = push.identity_at + around.settle_time
    if around.now < rested_at:
        return text, (f"Il doit rester intact jusqu’au {moment_text(rested_at)}.",), BY_ITSELF
    try:
        written = around.looks and around.store.is_being_written(push.folder, exact_name(push))
    except StoreProblem as problem:
        return text, (str(problem),), Next("cabinet", "Rendez le dossier et le fichier lisibles par PushDoc.")
    if written:
        return text, ("Un programme l’a encore ouvert en écriture.",), Next("client", "Fermez le programme qui enregistre le document.")
    return text, (push.explanation or "Il est relu au prochain passage, et attendu encore si sa fin manque.",), BY_ITSELF


def _folder_problem(push: Push) -> str:
    found = DepositFolder.objects.filter(deposit_path_id=push.deposit_path_id, client_id=push.client_id).values_list("problem", flat=True)
    return found[0] if found else ""


def _waiting(push: Push, around: Circumstances) -> Reading:
    text = "Le document est prêt, et attend son envoi."
    if blocked := obstacle_of(push.connector, push.client, push.deposit_path_id, around):
        return text, (blocked.sentence,), blocked.next
    if push.next_attempt_at is None or push.next_attempt_at <= around.now:
        return text, (push.explanation, "Son tour est venu : il part dès qu’un processus d’envoi est libre."), BY_ITSELF
    last = push.tries.last()
    turn = "" if last is None or last.outcome != "PartnerUnavailable" else "éditeur" if last.http_status else "réseau"
    reasons = (push.explanation, f"Prochain envoi : le {moment_text(push.next_attempt_at)}.")
    return text, reasons, Next(turn, "Rien à faire : l’envoi est tenté de nouveau de lui-même, pendant sept jours.")


def _held(push: Push, _around: Circumstances) -> Reading:
    text = "Le document est retenu : il n’est pas envoyé."
    if push.cause in {"mapping", "not_selected"}:
        blocked = mapping_obstacle(push.connector, push.client, push.cause)
        return text, (blocked.sentence,), blocked.next
    if push.cause == "dry_run":
        reasons, following = _by_cause(push)
        return text, (*reasons, f"Il serait allé dans le dossier « {push.client_code} », puis dans « {push.archive_folder} »."), following
    return text, *_by_cause(push)


def _by_cause(push: Push) -> tuple[tuple[str, ...], Next]:
    """The cause's sentence and the row's own words, unless these repeat it."""
    cause = CAUSES.get(push.cause)
    if cause is None:
        return (push.explanation,), Next("cabinet", "Décidez sur la page du document : « Relancer » ou « Écarter ».")
    repeated = push.explanation.startswith(cause.sentence)
    return (push.explanation,) if repeated else (cause.sentence, push.explanation), Next(cause.owner, cause.action)


def _sending(push: Push, _around: Circumstances) -> Reading:
    since = f" depuis le {moment_text(push.claimed_at)}" if push.claimed_at else ""
    reason = "Si le processus d’envoi s’arrête, PushDoc interroge le partenaire avant tout nouvel envoi."
    return f"Le document est en cours d’envoi{since}.", (reason,), BY_ITSELF


def _unknown(push: Push, _around: Circumstances) -> Reading:
    text = "Personne ne sait encore si le partenaire a reçu le document."
    if push.next_attempt_at is None:
        return text, *_by_cause(push)
    asks = f"PushDoc interroge le partenaire à partir du {moment_text(push.next_attempt_at)} ; rien n’est renvoyé avant sa réponse."
    return text, (push.explanation, asks), BY_ITSELF


def _accepted(push: Push, _around: Circumstances) -> Reading:
    if not push.integrated:
        asks = f"PushDoc le lui redemande le {moment_text(push.next_attempt_at)}." if push.next_attempt_at else ""
        text = "Le partenaire a reçu le document, et ne l’a pas encore intégré."
        return text, (push.explanation, asks), Next("éditeur", "Rien à faire : PushDoc suit l’intégration de lui-même.")
    if push.cause:
        return "Le partenaire a accepté le document ; il reste à l’archiver.", *_by_cause(push)
    reason = f"Il est rangé sous peu dans « {push.archive_folder} »."
    return "Le partenaire a accepté le document ; il reste à l’archiver.", (reason,), BY_ITSELF


def _published(push: Push, _around: Circumstances) -> Reading:
    when = f" le {moment_text(push.published_at)}" if push.published_at else ""
    remote = f"Identifiant chez le partenaire : {push.remote_id}." if push.remote_id else ""
    if not push.archive_path:
        action = "Rien à envoyer : le partenaire a le document. Pour compléter l’archive, retrouvez l’original auprès de qui l’a retiré."
        return f"Le document est publié{when}, mais n’a pas d’archive.", (push.explanation, remote), Next("cabinet", action)
    return f"Le document est publié{when}.", (remote, f"Il est archivé : « {push.archive_path} »."), NOTHING_TO_DO


def _refused(push: Push, _around: Circumstances) -> Reading:
    return "Le partenaire a refusé le document : il reste dans son dossier de dépôt.", *_by_cause(push)


def _withdrawn(push: Push, _around: Circumstances) -> Reading:
    following = Next("client", "Rien à faire, sauf s’il doit partir : déposez-le de nouveau.")
    return "Le fichier a quitté le dossier de dépôt sans être envoyé.", (push.explanation,), following


def _dismissed(push: Push, _around: Circumstances) -> Reading:
    decision = push.events.filter(kind="person").select_related("actor").last()
    who = f" par {decision.actor.get_username()}" if decision and decision.actor else ""
    why = f"Motif : {decision.text}." if decision else ""
    action = "Rien à faire, sauf s’il doit partir : « Relancer » sur la page du document."
    return f"Le document a été écarté{who} : il reste où il est, et n’est pas envoyé.", (why,), Next("cabinet", action)


READINGS: dict[PushState, Callable[[Push, Circumstances], Reading]] = {
    PushState.PRIOR: _prior,
    PushState.SETTLING: _settling,
    PushState.WAITING: _waiting,
    PushState.HELD: _held,
    PushState.SENDING: _sending,
    PushState.UNKNOWN: _unknown,
    PushState.ACCEPTED: _accepted,
    PushState.PUBLISHED: _published,
    PushState.REFUSED: _refused,
    PushState.WITHDRAWN: _withdrawn,
    PushState.DISMISSED: _dismissed,
}
