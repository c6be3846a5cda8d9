"""Conversations by our API: what a customer says is in the outbox at once, and from there in the helpdesk's ticket, once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import effects, ids, inbox, judgements, tickets
from app.db.effects import Effect, Planned
from app.db.judgements import Judged
from app.db.models.event import EventRow
from app.db.models.talk import ConversationRow, UtteranceRow
from app.db.tickets import CHAT
from app.errors import BadInput, UnknownRecord
from connectors.types import AddMessage, Event, EventKind, OpenTicket, Person, Ref, Reply

SAID = "chat-"
"""Begins the key of what passes a message on, and the delivery of the event that says that it arrived."""
SUBJECT = 80
"""Characters of the first message that name its ticket."""


@dataclass(frozen=True)
class Said:
    """What a customer said by our API. ``key`` names the request, so that a repeat is known as one; ``digest`` is of its content."""

    account_id: str
    customer: str
    """A keyed hash of the customer's id at the account."""
    person: Person
    text: str
    key: str
    digest: str
    conversation: str = ""
    """The one that goes on; empty for the customer's first message."""


@dataclass(frozen=True)
class Utterance:
    """A message that was taken, and where it is."""

    id: str
    account_id: str
    conversation: str
    connection_id: str
    ticket_id: str
    """Ours, which passes it on; the helpdesk's own is linked to it."""
    digest: str
    at: datetime


class OtherContent(BadInput):
    """The key was used for another request."""


def take(session: Session, said: Said, connection_id: str, at: datetime) -> tuple[Utterance, bool]:
    """Keep a message and plan that it is passed on; False: it was taken before, and this is what became of it.

    Raises UnknownRecord for a conversation that is not this customer's, OtherContent where the key names another request.
    """
    known = session.scalar(_of_key(said))
    if known is not None:
        return _same(session, known, said), False
    talk = _conversation(session, said, connection_id, at)
    row = UtteranceRow(
        id=ids.fresh(),
        account_id=said.account_id,
        conversation_id=talk.id,
        key=said.key,
        digest=said.digest,
        at=at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        known = session.scalar(_of_key(said))
        if known is None:
            raise
        return _same(session, known, said), False
    effects.plan(session, talk.ticket_id, [_passed_on(session, talk, row, said)], at)
    return _utterance(row, talk), True


def find(session: Session, account_id: str, utterance_id: str) -> Utterance:
    """A message of the account's. Raises UnknownRecord."""
    row = session.get(UtteranceRow, utterance_id)
    if row is None or row.account_id != account_id:
        raise UnknownRecord("there is no such message")
    return _utterance(row, session.get_one(ConversationRow, row.conversation_id))


def ticket_of(session: Session, account_id: str, conversation_id: str) -> str:
    """Our name for the ticket that passes on what is said in a conversation of the account's; empty where there is no such one."""
    row = session.get(ConversationRow, conversation_id)
    return row.ticket_id if row is not None and row.account_id == account_id else ""


def arrived(session: Session, effect: Effect, at: datetime) -> list[str]:
    """A message reached the helpdesk: its ticket is to be read. Gives back the ids of tickets to ring."""
    linked = tickets.remembered(session, effect.ticket_id).linked if effect.plan.key.startswith(SAID) else None
    if linked is None:
        return []
    event = Event(effect.plan.key, EventKind.MESSAGE, linked[1], at)
    return inbox.accept(session, linked[0], [event], at)


@dataclass(frozen=True)
class Outcome:
    """How far a message is. ``judged`` is what was decided once it was read; ``told`` is what the customer was sent by it."""

    passed_on: bool = False
    refused: bool = False
    """The helpdesk did not take it; people are told."""
    read: bool = False
    judged: Judged | None = None
    told: str = ""
    pending: bool = False
    """Something is still on its way to the customer."""


def outcome(session: Session, one: Utterance) -> Outcome:
    """What became of it until now."""
    key = f"{SAID}{one.id}"
    mine = next((e for e in effects.of_ticket(session, one.ticket_id) if e.plan.key == key), None)
    if mine is None or mine.state in (effects.DROPPED, effects.REVIEW):
        return Outcome(refused=True)
    linked = tickets.remembered(session, one.ticket_id).linked
    if mine.state != effects.SENT or linked is None:
        return Outcome()
    there = ids.ticket(linked[0], linked[1].id)
    heard = session.scalar(select(EventRow.state).where(EventRow.connection_id == linked[0], EventRow.delivery == key))
    if heard != inbox.DONE:
        return Outcome(passed_on=True)
    decision = judgements.latest(session, there)
    judged = judgements.find(session, there, decision.id) if decision else None
    if judged is None or (judged.decision.at and judged.decision.at < one.at):
        return Outcome(passed_on=True, read=True)
    sent = [e for e in effects.of_ticket(session, there) if e.plan.decision_id in _ids(judged)]
    return Outcome(True, False, True, judged, _told(sent), any(_open(e) for e in sent))


def _ids(judged: Judged) -> tuple[str, str]:
    """The decision's own id, and that under which a person releases it."""
    return judged.decision.id.removesuffix("s"), judged.decision.id


def _told(sent: list[Effect]) -> str:
    words = [c.text for e in sent if e.state == effects.SENT for c in e.plan.changes if isinstance(c, Reply)]
    return "\n\n".join(words)


def _open(effect: Effect) -> bool:
    replies = any(isinstance(change, Reply) for change in effect.plan.changes)
    return replies and effect.state in (effects.PENDING, effects.SENDING)


def _of_key(said: Said):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type says no more
    return select(UtteranceRow).where(UtteranceRow.account_id == said.account_id, UtteranceRow.key == said.key)


def _same(session: Session, row: UtteranceRow, said: Said) -> Utterance:
    if row.digest != said.digest:
        raise OtherContent("Idempotency-Key", "this key was used for another request: send a new one")
    return _utterance(row, session.get_one(ConversationRow, row.conversation_id))


def _conversation(session: Session, said: Said, connection_id: str, at: datetime) -> ConversationRow:
    """The one that is named, if it is this customer's; else a new one, with a ticket of ours that passes on what is said."""
    if said.conversation:
        row = session.get(ConversationRow, said.conversation)
        if row is None or (row.account_id, row.customer) != (said.account_id, said.customer):
            raise UnknownRecord("the customer has no such conversation")
        return row
    name = ids.fresh()
    ref = f"{CHAT}{name}"
    row = ConversationRow(
        id=name,
        account_id=said.account_id,
        connection_id=connection_id,
        ticket_id=ids.ticket(connection_id, ref),
        customer=said.customer,
        created_at=at,
    )
    session.add(row)
    tickets.add(session, row.ticket_id, connection_id, ref, at)
    session.flush()
    return row


def _passed_on(session: Session, talk: ConversationRow, row: UtteranceRow, said: Said) -> Planned:
    """The first message opens the helpdesk's ticket, every other one goes into it, all in the customer's name."""
    key = f"{SAID}{row.id}"
    first = not effects.of_ticket(session, talk.ticket_id)
    if first:
        subject = " ".join(said.text.split())[:SUBJECT]
        return Planned(key, talk.connection_id, Ref(""), (OpenTicket(subject, said.text, said.person),))
    return Planned(key, talk.connection_id, Ref(""), (AddMessage(said.text, said.person),))


def _utterance(row: UtteranceRow, talk: ConversationRow) -> Utterance:
    return Utterance(row.id, row.account_id, talk.id, talk.connection_id, talk.ticket_id, row.digest, row.at)
