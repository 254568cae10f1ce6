"""A document’s story: the trail and the attempts as one list of French sentences, in the order in which things happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.domain.states import PushState

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.models import Event, Push, PushAttempt

SENTENCES = {
    PushState.PRIOR: "Le document était là avant l’activation : il n’est pas envoyé.",
    PushState.SETTLING: "Document vu dans le dossier de dépôt ; PushDoc attend qu’il soit entier.",
    PushState.WAITING: "Document prêt, en attente de son envoi.",
    PushState.HELD: "Document retenu.",
    PushState.SENDING: "Envoi au partenaire.",
    PushState.UNKNOWN: "Issue incertaine : le partenaire a peut-être reçu le document.",
    PushState.ACCEPTED: "Le partenaire a accepté le document.",
    PushState.PUBLISHED: "Document publié, et rangé dans son dossier d’archive.",
    PushState.REFUSED: "Le partenaire a refusé le document.",
    PushState.WITHDRAWN: "Le fichier a quitté le dossier de dépôt sans être envoyé.",
    PushState.DISMISSED: "Document écarté : il reste où il est, et n’est pas envoyé.",
}

TAKEN_UP = "Le document est relu depuis le début, puis envoyé."
GIVEN_BACK = "Rappel annulé : le document est de nouveau « Antérieur », et n’est pas envoyé."
PRIOR = f"push.{PushState.PRIOR}"
RETURNS = {(PRIOR, f"push.{PushState.SETTLING}"): TAKEN_UP} | {(f"push.{state}", PRIOR): GIVEN_BACK for state in PushState}
"""What a backfill makes of these moves: (what happened before, what happens now)."""

OUTCOMES = {
    "receipt": ("Le partenaire a répondu : accepté.", "success"),
    "PartnerUnavailable": ("Le partenaire n’était pas disponible.", "warning"),
    "CredentialsRefused": ("Le partenaire a refusé les identifiants.", "danger"),
    "ClientUnknown": ("Le partenaire ne connaît pas ce client.", "danger"),
    "DocumentRefused": ("Le partenaire a refusé le document.", "danger"),
    "OutcomeUnknown": ("Aucune réponse lisible du partenaire.", "warning"),
    "unsent": ("L’envoi s’est arrêté avant que le partenaire n’ait le document entier.", "warning"),
}


@dataclass(frozen=True)
class Step:
    """One thing that happened. `who` is empty for what the product did by itself; `detail` is a partner's or a person's own words.

    `rank` orders what has the same moment.
    """

    at: datetime
    text: str
    tone: str = "neutral"
    detail: str = ""
    who: str = ""
    rank: int = 1


def story_of(push: Push) -> list[Step]:
    """From the moment it was seen until now. An attempt's end and the state that it led to share a moment: the end comes first."""
    steps, before = [], ""
    for event in push.events.select_related("actor").order_by("pk"):
        steps.append(_event_step(event, before))
        before = event.kind
    for attempt in push.tries.all():
        steps += _attempt_steps(attempt)
    return sorted(steps, key=lambda step: (step.at, step.rank))


def _event_step(event: Event, before: str) -> Step:
    family, _, word = event.kind.partition(".")
    who = event.actor.get_username() if event.actor else ""
    if family == "push" and word in list(PushState):
        state = PushState(word)
        return Step(event.at, RETURNS.get((before, event.kind), SENTENCES[state]), state.tone, event.text, who)
    if family == "archive":
        return Step(event.at, event.label, "danger")
    return Step(event.at, "Décision d’une personne" if family == "person" else event.label, "info", event.text, who)


def _attempt_steps(attempt: PushAttempt) -> list[Step]:
    steps = [Step(attempt.started_at, f"Envoi n°\u00a0{attempt.number} au partenaire.", "info", rank=2)]
    if attempt.ended_at:
        text, tone = OUTCOMES.get(attempt.outcome, ("L’envoi est terminé.", "neutral"))
        steps.append(
            Step(attempt.ended_at, f"Envoi n°\u00a0{attempt.number} : {text[0].lower()}{text[1:]}", tone, _answer(attempt), rank=0)
        )
    return steps


def _answer(attempt: PushAttempt) -> str:
    """The partner's words, with its codes for whoever asks it about them."""
    codes = [f"HTTP {attempt.http_status}" if attempt.http_status else "", attempt.code]
    told = ", ".join(code for code in codes if code)
    return f"{attempt.message} ({told})".strip() if told else attempt.message
