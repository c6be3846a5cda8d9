"""Personal data that the account wants out of its host: which pieces of what customers wrote, each planned once."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import findings
from app.db.effects import Planned
from app.db.findings import Finding
from app.engine.compliance.standards import PCI
from app.engine.configuration import Configuration
from app.engine.types import Decision, Mode
from app.nlp.personal import NEVER_OUT, Kind, find, mask
from app.standing import Place
from connectors.base import RedactsWhole
from connectors.redaction import Redact, look
from connectors.types import AddMessage, Change, Message, Note, OpenTicket, Role, Status, Ticket
from jobs.base import Run

SIGHTED = {Kind.CARD: "card", Kind.CVV: "cvv"}
NOTED = "Personal data were taken out of a customer's message here, and with them the message. It said, without them:"


def planned(
    run: Run, ticket: Ticket, where: Place, configuration: Configuration, last: Decision | None
) -> list[Planned]:
    """A batch for each message that holds something to take out; ``ticket`` is as the host holds it.

    Nothing where the category is not to write anything, where the vendor cannot do it, and in a closed ticket.
    """
    kinds = asked(configuration)
    mode = last.requested if last else configuration.mode("")[0]
    if not kinds or Redact not in where.own or mode.rank < Mode.ASSIST.rank or ticket.status is Status.CLOSED:
        return []
    connector = run.connector(run.lease.connection_id)
    whole = isinstance(connector, RedactsWhole) and connector.redacts_whole
    found = ((message, _pieces(message, kinds)) for message in ticket.messages if message.author.role is Role.CUSTOMER)
    return [
        Planned(
            _key(run.ticket_id, pieces), run.lease.connection_id, run.lease.ref, _kept(message, whole=whole) + pieces
        )
        for message, pieces in found
        if pieces
    ]


def asked(configuration: Configuration) -> frozenset[Kind]:
    """The sorts that are to go."""
    return frozenset(Kind[word.upper().replace("-", "_")] for word in configuration.redacted)


def clean(ticket: Ticket, configuration: Configuration) -> Ticket:
    """The ticket as we go on with it: without what is to go, so that nothing of it lies in our own tables."""
    if not (kinds := asked(configuration)):
        return ticket
    messages = tuple(replace(one, text=mask(one.text, kinds).text) for one in ticket.messages)
    return replace(ticket, messages=messages, subject=mask(ticket.subject, kinds).text)


def sighted(
    session: Session, run: Run, ticket: Ticket, where: Place, configuration: Configuration, now: datetime
) -> None:
    """Keep where a card number or its code stands in the conversation, whoever wrote it, and what stands there no more as gone.

    ``ticket`` is as the host holds it. Only where the account keeps to the standard about cards.
    """
    if PCI not in configuration.standards:
        return
    account, there = where.connection.account_id, set()
    for message in ticket.messages:
        for kind in sorted({one.type for one in find(message.text) if one.type in SIGHTED}):
            subject = f"ticket {ticket.ref.id}, message {message.id}"
            one = Finding(SIGHTED[kind], "chat", subject, message.at, account, run.ticket_id, ticket.url)
            there.add(one.id)
            findings.found(session, one, now)
    before = {one.id for one in findings.standing(session, place="chat", ticket_id=run.ticket_id)}
    findings.gone(session, sorted(before - there), now)


def spared(batches: list[Planned], configuration: Configuration) -> list[Planned]:
    """The same batches; a customer's words that are copied into another host are copied without what is to go there."""
    if not (kinds := asked(configuration)):
        return batches
    return [replace(one, changes=tuple(_without(change, kinds) for change in one.changes)) for one in batches]


def _without(change: Change, kinds: Collection[Kind]) -> Change:
    if isinstance(change, OpenTicket):
        return replace(change, text=mask(change.text, kinds).text, subject=mask(change.subject, kinds).text)
    return replace(change, text=mask(change.text, kinds).text) if isinstance(change, AddMessage) else change


def _pieces(message: Message, kinds: Collection[Kind]) -> tuple[Redact, ...]:
    """The last one first, so that the places of those before it still hold."""
    return tuple(reversed(list(_found(message, kinds))))


def _found(message: Message, kinds: Collection[Kind]) -> Iterator[Redact]:
    for one in find(message.text):
        if one.type in kinds:
            yield Redact(message.id, one.start, one.end, look(message.text[one.start : one.end]))


def _kept(message: Message, *, whole: bool) -> tuple[Change, ...]:
    """What people may go on reading, where the whole message goes."""
    return (Note(f"{NOTED}\n\n{mask(message.text, NEVER_OUT).text}"),) if whole else ()


def _key(ticket_id: str, pieces: tuple[Redact, ...]) -> str:
    """Names the pieces by their places: what is found elsewhere later is another effect."""
    places = repr([(one.message, one.start, one.end) for one in pieces])
    return f"redact-{ticket_id}-{hashlib.blake2b(places.encode(), digest_size=8).hexdigest()}"
