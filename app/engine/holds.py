"""The conditions of the gate, each a small function from the case to a reason or None. What follows from them is ``policy``'s part."""

import re
from collections.abc import Callable

from app.engine.bounds import NO_CHANGES, NO_TRANSACTIONS, VERIFIED, says_changed, says_paid, tells, unreadable
from app.engine.duties import DISCLAIMERS, asks_advice, gives_advice
from app.engine.machines import why_machine
from app.engine.ports import ANSWERS
from app.engine.reviewing import reviewed
from app.engine.standing import Case
from app.engine.types import Draft, Mode, Reason
from app.engine.writing import HELD
from connectors.types import Reply, Status

Condition = Callable[[Case], Reason | None]

_FLAGS = {
    "human": "The customer asks for a person.",
    "legal": "It touches on the law.",
    "security": "It touches on security.",
    "spam": "It looks like spam.",
    "abuse": "It is abusive.",
    "machine": "A machine wrote it.",
}
_LEAK = 24
"""Characters in a row that count as a quotation."""


# --- nothing is written at all ------------------------------------------------------------------------------


def stopped(case: Case) -> Reason | None:
    """The account has switched everything off."""
    return Reason("stopped", "Deskhand is stopped for this account.") if case.standing.stopped else None


def closed(case: Case) -> Reason | None:
    """The vendor takes no change any more."""
    return Reason("closed", "The ticket is closed for good.") if case.ticket.status is Status.CLOSED else None


def taken_over(case: Case) -> Reason | None:
    """A human writes here, so we do not until they hand it back."""
    return Reason("human_here", "A person has taken this ticket over.") if case.standing.human_took_over else None


def nothing_asked(case: Case) -> Reason | None:
    """The customer is not waiting for an answer."""
    return (
        None
        if case.ticket.question or case.standing.woken
        else Reason("nothing_asked", "No message of the customer waits for an answer.")
    )


def switched_off(case: Case) -> Reason | None:
    """The configuration says off."""
    off = case.configuration.mode(case.classification.category)[0] is Mode.OFF
    return Reason("mode_off", "This category is off.") if off else None


def watching(case: Case) -> Reason | None:
    """The configuration says shadow: decide, write nothing."""
    shadow = case.configuration.mode(case.classification.category)[0] is Mode.SHADOW
    return Reason("mode_shadow", "This category only watches: nothing is written.") if shadow else None


SILENT: tuple[Condition, ...] = (stopped, closed, taken_over, nothing_asked, switched_off)


# --- a human answers; the ticket is still tagged and the note written ---------------------------------------


def unknown_category(case: Case) -> Reason | None:
    """No category fits, or the configuration does not know it."""
    known = case.configuration.category(case.classification.category)
    return None if known else Reason("no_category", "No category fits.")


def unsure(case: Case) -> Reason | None:
    """The classifier is less sure than the category demands."""
    known = case.configuration.category(case.classification.category)
    p = case.classification.confidence
    if known is None or p >= known.confidence:
        return None
    return Reason("low_confidence", f"Only {p:.0%} sure; {known.name} needs {known.confidence:.0%}.")


def human_required(case: Case) -> Reason | None:
    """The configuration wants a person for this category."""
    known = case.configuration.category(case.classification.category)
    if known is None or not known.requires_human:
        return None
    return Reason("requires_human", f"The configuration wants a person for {known.name}.")


def compliance(case: Case) -> Reason | None:
    """Compliance releases whatever leaves about this category, however sure anybody is."""
    return reviewed(case.classification.category, case.configuration)


def flagged(case: Case) -> Reason | None:
    """A topic or a wish that only a person may answer."""
    found = sorted(case.classification.flags)
    return Reason(f"flag_{found[0]}", " ".join(_FLAGS.get(f, f"It is marked {f}.") for f in found)) if found else None


def machine(case: Case) -> Reason | None:
    """The question comes from a machine, or from ourselves."""
    question, own = case.ticket.question, case.standing.own_addresses | case.configuration.addresses
    return why_machine(question, case.ticket, own) if question else None


def angry(case: Case) -> Reason | None:
    """The customer is angrier than the configuration lets a machine answer."""
    mood = case.classification.sentiment
    return Reason("angry", "The customer is upset.") if mood is not None and mood < case.configuration.anger else None


def important(case: Case) -> Reason | None:
    """A VIP is answered by a person."""
    return Reason("vip", "The customer is a VIP.") if case.vip else None


def fallback(case: Case) -> Reason | None:
    """One of the configuration's own triggers for a human."""
    facts = case.facts
    hit = next((c for c in case.configuration.fallbacks if c.holds(facts)), None)
    return Reason("fallback", f"The configuration hands over when {hit.text}.") if hit else None


def no_source(case: Case) -> Reason | None:
    """There is nothing to say that a public source says."""
    public = any(not p.restricted for p in case.draft.passages)
    return None if case.draft.text.strip() and public else Reason("no_source", "No public source answers this.")


def beside(case: Case) -> Reason | None:
    """The pages are about what was asked, and perhaps do not answer it."""
    scores = [p.score for p in case.draft.passages if not p.restricted]
    if not scores or max(scores) >= ANSWERS:
        return None
    return Reason("unsure_source", "The sources are about this, but may not answer it.")


def doubtful(case: Case) -> Reason | None:
    """The draft is not what it could have been, or cannot be checked: a model failed, a machine translated."""
    return next((reason for reason in case.draft.reasons if reason.code in HELD), None)


def left(case: Case) -> Reason | None:
    """A workflow ended with a person, or waits for one: what it would say is a draft for them."""
    work = case.draft.work
    return work.holds[0] if work and work.holds else None


def unapproved(case: Case) -> Reason | None:
    """A regulated account sends its own approved messages only, as a workflow fills them: no quotation, no model's words."""
    if not case.configuration.approved_only or case.draft.work is not None or not case.draft.text.strip():
        return None
    return Reason("unapproved", "Only messages that the account has approved are sent here, and this is none.")


def advice(case: Case) -> Reason | None:
    """Nobody is told by a machine what to do with their money, where the account does not want that."""
    question = case.ticket.question
    if not case.configuration.no_advice:
        return None
    if not (question and asks_advice(question.text)) and not gives_advice(case.draft.text):
        return None
    return Reason("financial_advice", "It is about financial advice, which only a person may give here.")


def bounded(case: Case) -> Reason | None:
    """The account's limits: whoever wrote the answer, it says nothing of what only a person may do, or a proven person may read."""
    limits, text = case.configuration.chatbot.limitations, case.draft.text
    if not limits or not text.strip():
        return None
    work = case.draft.work
    if NO_CHANGES in limits and says_changed(text):
        return Reason(
            "limit_changes", "It says that something of the customer's is changed, which only a person may say."
        )
    if NO_TRANSACTIONS in limits and says_paid(text):
        return Reason("limit_transactions", "It says that money is moved, which only a person may say.")
    if VERIFIED in limits and tells(text) and not (work and work.proven):
        return Reason("limit_unverified", "It says what only the customer may know, and nobody has proven to be them.")
    if work is None and unreadable(text, case.classification.language):
        return Reason("limit_unreadable", "It is in a language in which the limits cannot be checked.")
    return None


def undisclaimed(case: Case) -> Reason | None:
    """Every answer carries the disclaimer, where the account wants that."""
    if not case.configuration.disclaimers or not case.draft.text.strip():
        return None
    there = any(words in case.draft.text for words in DISCLAIMERS.values())
    return None if there else Reason("undisclaimed", "It lacks the words that every answer ends with here.")


def restricted(case: Case) -> Reason | None:
    """An internal page is among the sources: a person decides what may be said."""
    inside = any(p.restricted for p in case.draft.passages)
    return Reason("restricted_source", "An internal page is among the sources.") if inside else None


def leaks(draft: Draft) -> bool:
    """Whether the text for the customer repeats a line of an internal page."""
    said = _plain(draft.text)
    lines = (_plain(line) for p in draft.passages if p.restricted for line in re.split(r"[\n.!?]+", p.text))
    return any(len(line) >= _LEAK and line in said for line in lines)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text).casefold().split())


def spent(case: Case) -> Reason | None:
    """Enough automatic replies within the last hour, in this ticket, to this person or to this domain."""
    sent, most = case.standing.sent, case.standing.budgets
    if sent.everybody >= most.everybody:
        return Reason("budget", "Enough automatic replies were sent to everybody together within the last hour.")
    if sent.ticket < most.ticket and sent.requester < most.requester and sent.domain < most.domain:
        return None
    return Reason("budget", "Enough automatic replies were sent here within the last hour.")


def spent_today(case: Case) -> Reason | None:
    """As many automatic replies within a day as the account wants at most, to everybody or to this person."""
    most, today = case.configuration.answers, case.standing.today
    if most.day is not None and today.everybody >= most.day:
        return Reason("day_limit", "As many answers as the configuration allows were sent within a day.")
    if most.requester is not None and today.requester >= most.requester:
        return Reason("day_limit", "As many answers as the configuration allows were sent to this person within a day.")
    return None


def cannot_reply(case: Case) -> Reason | None:
    """The vendor has no public reply for us."""
    return (
        None if Reply in case.standing.supports else Reason("unsupported_reply", "This channel takes no reply from us.")
    )


HOLDS: tuple[Condition, ...] = (
    unknown_category,
    unsure,
    human_required,
    compliance,
    flagged,
    machine,
    angry,
    important,
    fallback,
    no_source,
    beside,
    left,
    doubtful,
    unapproved,
    advice,
    bounded,
    undisclaimed,
    restricted,
    spent,
    spent_today,
    cannot_reply,
)
ABOUT_DRAFTS = frozenset(
    {no_source, beside, left, doubtful, unapproved, bounded, undisclaimed, restricted, spent, spent_today, cannot_reply}
)
"""Holds that are about an answer and not about who asks for what."""
HOLDS_EFFECTS: tuple[Condition, ...] = tuple(hold for hold in HOLDS if hold not in ABOUT_DRAFTS)
"""Why a person releases an effect."""
