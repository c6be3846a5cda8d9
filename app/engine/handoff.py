"""Handing a ticket to people: what the customer could be told of what happens next, and that the bot is silent until it is handed back.

What is said here is a draft that a person shares; only what the promise holds is in it, and it ends when that time comes.
"""

from dataclasses import replace
from datetime import datetime

from app.engine.draft import greeting
from app.engine.escalation import Escalation, escalated, outside
from app.engine.fields import RESUME_TAG
from app.engine.phrases import Phrases, phrases, tongue
from app.engine.robbed import CAREFUL, about_fraud
from app.engine.sla import Metric
from app.engine.standing import Case
from app.engine.types import Draft, Reason

ENGINE = "next-step/1"
"""What writes these words: nobody's answer, so what people make of them proves nothing about an answer."""
HANDED = frozenset(
    {"human", "legal", "security", "angry", "churn", "trigger", "topic", "alert_security", "handoff", "fallback"}
    | {"attempts", "handed_over"}
)
"""Reasons after which the ticket is people's until somebody hands it back."""
PERSON_FIRST = frozenset({"human", "legal", "security", "topic", "alert_security"})
"""Reasons for which an article would be the wrong thing to send, whatever it says."""


def handed_over(case: Case) -> Reason | None:
    """Why no automatic answer is sent: a decision before this one gave the ticket to people, and nobody gave it back."""
    previous, back = case.standing.previous, case.standing.handed_back_at
    if previous is None or RESUME_TAG in case.ticket.tags:
        return None
    if back and previous.at and back >= previous.at:
        return None
    if not HANDED & {reason.code.removeprefix("flag_") for reason in previous.reasons}:
        return None
    return Reason("handed_over", "It was handed to people, and nobody has handed it back.")


def prepared(case: Case) -> Draft:
    """The case's draft, or in its place what can be said of the next step, where a person sees to it."""
    found = escalated(case)
    if not found.level or not found.holds:
        return case.draft
    first = found.immediate or bool(PERSON_FIRST & {reason.code for reason in found.holds})
    if case.draft.text.strip() and (
        case.draft.work or not first
    ):  # a workflow's words are about this case, an article's are not
        return case.draft
    text, until = next_step(case, found)
    if not text:
        return replace(case.draft, text="") if first else case.draft
    reason = Reason("next_step", "Says what happens next and by when, as far as that is promised; nothing else.")
    return replace(case.draft, text=text, until=until, reasons=(*case.draft.reasons, reason), engine=ENGINE)


def next_step(case: Case, found: Escalation) -> tuple[str, datetime | None]:
    """The letter that says who answers by when, and when that stops being true; empty where nothing is promised any more."""
    language = case.classification.language or tongue(case.ticket.requester.locale)
    said = phrases(language, case.configuration.templates)
    away = outside(case)
    end = first_reply(case, found)
    until = end if end and end > case.standing.now else None
    parts = [away.message] if away and away.message and not found.immediate else []
    if until:
        parts.append(said.next_step.replace("{by}", moment(until, case, said)))
        if about_fraud((case.classification.category,)):
            parts.append(CAREFUL.get(language, CAREFUL["en"]))
    if not parts:
        return "", None
    return "\n\n".join((greeting(case.ticket, said), *parts, said.closing)), until


def first_reply(case: Case, found: Escalation) -> datetime | None:
    """When the first reply is due by the promise, or None where nothing is promised."""
    question = case.ticket.question
    return found.promise.due(Metric.FIRST_REPLY, question.at) if question else None


def moment(at: datetime, case: Case, said: Phrases | None = None) -> str:
    """A time in the account's own zone: in words in English, else in digits that nobody can misread."""
    zone = case.configuration.rules.hours.zone
    local = at.astimezone(zone)
    english = said is None or said.english
    return f"{local:%A, %d %B, %H:%M} ({zone.key})" if english else f"{local:%Y-%m-%d, %H:%M} ({zone.key})"
