"""What a person's answer teaches beyond whether our draft was right: what its ticket is about, and what the knowledge lacks."""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import examples, gaps, judgements
from app.db.consents import Purpose
from app.db.judgements import Judged
from app.engine.fields import category_tag
from app.engine.gaps import Difference, Said, difference
from app.engine.lessons import Lesson
from app.engine.replaying import PastTicket, label
from app.engine.training import Taught, name
from app.nlp.personal import mask
from app.rights import who
from app.services import Services
from connectors.types import Message, Role, Ticket

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answered:
    """A person answered a ticket that we had a decision on. ``lesson`` is None where there was no draft of ours."""

    account: str
    ticket: Ticket
    judged: Judged
    by: str
    at: datetime
    lesson: Lesson | None


def about(session: Session, services: Services, one: Answered) -> None:
    """Keep the question as an example of the category that people stand by: the one they filed it under, or ours if our draft stood."""
    configuration = services.configuration(one.account, session)
    category = one.judged.classification.category
    # What we ourselves have put on the ticket, tag or team, is no person's word.
    marked = replace(one.ticket, group="", tags=one.ticket.tags - {category_tag(category)})
    filed = label(PastTicket(marked), configuration)
    said = filed or (category if one.lesson is not None and one.lesson.right else "")
    question = _question(one.ticket, one.judged)
    if not said or question is None or not question.text.strip():
        return
    text = mask(question.text).text
    right = said == category
    taught = Taught(
        id=name(one.account, text, said, one.by),
        text=text,
        label=said,
        by=one.by,
        at=one.at,
        feedback="positive" if right else "needs-improvement",
        reason="" if right else f"filed under {said}, not {category or 'none'}",
        ref=one.judged.ticket_id,
    )
    if examples.add(session, one.account, [taught]):
        log.info("example.taught", extra={"decision": one.judged.decision.id, "kind": taught.feedback})


def missing(session: Session, one: Answered, answer: str) -> None:
    """Keep what the answer says that no passage of ours does, without anything personal, for the weekly look at the gaps."""
    if gaps.observed(session, one.judged.decision.id):
        return
    said = tuple(Said(mask(s.text).text, s.instead) for s in difference(one.judged.draft, answer))
    if not said:
        return
    quoted = next((p for p in one.judged.draft.passages if not p.restricted), None)
    found = Difference(
        decision=one.judged.decision.id,
        ticket=one.judged.ticket_id,
        category=one.judged.classification.category,
        by=one.by,
        said=said,
        source=quoted.source if quoted else "",
        title=quoted.title if quoted else "",
        version=quoted.version if quoted else "",
        locale=quoted.locale if quoted else "",
    )
    gaps.observe(session, one.account, found, one.at)


def answered(ticket: Ticket, question: str) -> Message | None:
    """The first public word of a person after that question, with no other question in between."""
    places = [n for n, message in enumerate(ticket.messages) if message.id == question]
    following = (
        m
        for m in (ticket.messages[places[0] + 1 :] if places else ())
        if m.public and m.author.role in (Role.CUSTOMER, Role.AGENT)
    )
    first = next(following, None)
    return first if first is not None and first.author.role is Role.AGENT else None


@dataclass(frozen=True)
class Place:
    """Whose ticket is looked at: the account, our own name of the ticket, and the ticket as it is."""

    account: str
    ticket_id: str
    ticket: Ticket


@dataclass(frozen=True)
class Answer:
    """A person's first answer to what we decided on last, and what that was."""

    judged: Judged
    message: Message


def first_answer(session: Session, place: Place) -> Answer | None:
    """None where nobody has answered in words, or nothing was decided."""
    decision = judgements.latest(session, place.ticket_id)
    message = answered(place.ticket, decision.question) if decision else None
    judged = judgements.find(session, place.ticket_id, decision.id) if decision and message else None
    return Answer(judged, message) if message and judged and message.text.strip() else None


def followed(session: Session, services: Services, place: Place, answer: Answer, what: Lesson | None) -> None:
    """Learn from that answer. ``what`` it said about our draft, if anything. Nothing where the customer does not want that."""
    if not who.allowed(services, session, place.account, place.ticket_id, place.ticket, Purpose.LEARNING):
        return
    message = answer.message
    one = Answered(place.account, place.ticket, answer.judged, message.author.id, message.at, what)
    about(session, services, one)
    missing(session, one, message.text)


@dataclass(frozen=True)
class Sent:
    """A person's click that sent our draft, what it says about it, and the person's own words where they changed it."""

    decision: str
    by: str
    lesson: Lesson
    text: str = field(repr=False, default="")


def released(session: Session, services: Services, place: Place, sent: Sent) -> None:
    """Learn from it as from any answer."""
    judged = judgements.find(session, place.ticket_id, sent.decision)
    if judged is None or not who.allowed(
        services, session, place.account, place.ticket_id, place.ticket, Purpose.LEARNING
    ):
        return
    one = Answered(place.account, place.ticket, judged, sent.by, services.database.now(session), sent.lesson)
    about(session, services, one)
    if sent.text.strip():
        missing(session, one, sent.text)


def _question(ticket: Ticket, judged: Judged) -> Message | None:
    return next((m for m in ticket.messages if m.id == judged.decision.question), None)
