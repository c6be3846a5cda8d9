"""What a person finds when a ticket is handed over: a briefing to act on in ten seconds. Never repeats what the customer wrote."""

from collections.abc import Iterator
from datetime import datetime

from app.engine import fields
from app.engine.configuration.calendars import described
from app.engine.escalation import Escalation, outside
from app.engine.sla import Metric
from app.engine.standing import Case
from connectors.types import Role, SetField

SHOWN = ("accountPlan", "loyaltyTier", "lifetimeValue", "organisation", "seats", "orders", "country")
"""Facts of the host about a person that are worth a look."""
LEVELS = {1: "a person", 2: "a senior person", 3: "somebody at once"}


def briefing(case: Case, escalation: Escalation) -> str:
    """The briefing as Markdown, one line for each subject; empty when nothing is escalated."""
    if not escalation.level:
        return ""
    known = {name for name, contact in case.configuration.rules.contacts.items() if contact.ways}
    lines = (
        ("Escalated to", LEVELS[min(escalation.level, 3)] + (f", {escalation.team}" if escalation.team else "")),
        ("Because", " ".join(reason.text for reason in escalation.reasons)),
        ("Who", _who(case)),
        ("Tried", _tried(case)),
        ("Mood", _mood(case)),
        ("Due", _due(case, escalation)),
        ("Do next", "; ".join(_next(case, escalation))),
        ("Being told", ", ".join(name for name in escalation.notify if name in known)),
        ("Please tell", ", ".join(name for name in escalation.notify if name not in known)),
        ("To tell the customer, nothing was sent", _sentence(case, escalation)),
    )
    return "\n".join(f"**{subject}:** {text}" for subject, text in lines if text)


def _who(case: Case) -> str:
    person, facts = case.ticket.requester, case.facts
    parts = [person.name or person.email or "unknown", *(["VIP"] if case.vip else [])]
    parts += [f"{name} {facts[name]}" for name in SHOWN if facts.get(name) not in (None, "")]
    return ", ".join(str(part) for part in parts)


def _tried(case: Case) -> str:
    said = case.standing.attempts
    people = sum(m.public and m.author.role is Role.AGENT for m in case.ticket.messages)
    written = sum(m.public and m.author.role is Role.CUSTOMER for m in case.ticket.messages)
    return f"{written} messages from the customer, {said} automatic answers, {people} from people"


def _mood(case: Case) -> str:
    """How the customer feels, and how that has changed since the last decision."""
    now, before = case.classification.sentiment, _before(case)
    if now is None:
        return ""
    trend = "" if before is None else f", {'worse' if now < before else 'better'} than {before:.2f}" * (now != before)
    return f"{now:.2f}{f' ({case.classification.emotion})' if case.classification.emotion else ''}{trend}"


def _before(case: Case) -> float | None:
    changes = case.standing.previous.changes if case.standing.previous else ()
    said = [c.value for c in changes if isinstance(c, SetField) and c.name == fields.SENTIMENT]
    return float(said[0]) if said and isinstance(said[0], int | float) else None


def _due(case: Case, escalation: Escalation) -> str:
    end = _first_reply(case, escalation)
    return f"first reply by {_moment(end, case)} ({escalation.promise.name})" if end else "nothing is promised"


def _first_reply(case: Case, escalation: Escalation) -> datetime | None:
    question = case.ticket.question
    return escalation.promise.due(Metric.FIRST_REPLY, question.at) if question else None


def _next(case: Case, escalation: Escalation) -> Iterator[str]:
    yield from escalation.demands
    if escalation.level >= 3:
        yield "take it now and say so here"
    yield "send the draft below, once you have read it" if case.draft.text else "answer in your own words"
    if "deskhand" in case.ticket.tags or case.standing.attempts:
        yield f"hand it back with the tag {fields.RESUME_TAG} when it is done"


def _sentence(case: Case, escalation: Escalation) -> str:
    """What could be said of what happens next: only what the promise holds, or the configuration's own words outside hours."""
    away = outside(case)
    if away and away.message and not escalation.immediate:
        return away.message
    end = _first_reply(case, escalation)
    if end is None or end <= case.standing.now:
        return ""
    return f"A member of our team will answer you by {_moment(end, case)}."


def _moment(at: datetime, case: Case) -> str:
    hours = case.configuration.rules.hours
    return f"{at.astimezone(hours.zone):%A, %d %B, %H:%M} ({hours.zone.key})"


def hours_line(case: Case) -> str:
    """When somebody works, where nobody does now; else empty."""
    rules = case.configuration.rules
    away = outside(case)
    if away is None:
        return ""
    asked = f" `{away.action}` says to the customer: {away.message}" if away.message else ""
    return f"**Outside hours** ({described(rules.hours)}).{asked} Nothing was sent without a permission."
