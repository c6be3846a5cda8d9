"""Threads and their records: what is said in a thread is copied into the ticket that records it in the account's helpdesk."""

import hashlib
from dataclasses import replace

from sqlalchemy.orm import Session

from app.db import effects
from app.db.connections import Installed
from app.db.effects import Planned
from app.engine.types import Decision
from app.standing import LINKED, domain
from connectors.types import AddMessage, Change, Message, Note, OpenTicket, Ref, Reply, Role, Ticket, Whisper
from jobs.base import Run

IN_PLACE = (Reply, Whisper)
"""What is said in the thread itself; everything else goes to its record."""
NOT_COPIED = "Nothing that is written in this ticket is copied into the thread: answer the customer there."
"""An agent's words in a record may be meant for colleagues, so they never reach the thread by themselves."""


def copies(session: Session, run: Run, ticket: Ticket, record: Installed) -> list[Planned]:
    """What has to be copied into the record, which is opened first where there is none. Each message is copied once."""
    said = [m for m in ticket.messages if m.public and m.author.role is Role.CUSTOMER and m.text.strip()]
    planned: list[Planned] = []
    opening = f"open-{run.ticket_id}"
    if said and not effects.exists(session, opening):
        subject = ticket.subject or said[0].text.splitlines()[0][:80]
        first = OpenTicket(subject, said[0].text, said[0].author, ticket.url)
        planned.append(Planned(opening, record.id, LINKED, (first,)))
    for message in said[1:]:
        key = f"copy-{run.ticket_id}-{_short(message)}"
        if not effects.exists(session, key):
            planned.append(Planned(key, record.id, LINKED, (AddMessage(message.text, message.author),)))
    return planned


def divided(
    decision: Decision, connection: Installed, record: Installed | None, takes: frozenset[type[Change]]
) -> list[Planned]:
    """The decision as batches: all in one place, or divided between a thread and its record. The thread comes first:
    when it moved on, nothing of the decision is written anywhere."""
    if record is None:
        return [_planned(decision, decision.id, connection.id, decision.ref, decision.changes)]
    here = tuple(change for change in decision.changes if isinstance(change, IN_PLACE))
    there = tuple(_inside(c) for c in decision.changes if not isinstance(c, IN_PLACE) and type(c) in takes)
    return [
        _planned(decision, decision.id, connection.id, decision.ref, here),
        Planned(f"{decision.id}-r", record.id, LINKED, there, decision.id),
    ]


def _inside(change: Change) -> Change:
    """A note in a record says where the customer reads."""
    return replace(change, text=f"{change.text}\n\n{NOT_COPIED}") if isinstance(change, Note) else change


def _planned(decision: Decision, key: str, connection_id: str, ref: Ref, changes: tuple[Change, ...]) -> Planned:
    return Planned(key, connection_id, ref, changes, decision.id, decision.revision)


def _short(message: Message) -> str:
    return hashlib.blake2b(message.id.encode(), digest_size=8).hexdigest()


def counted(batch: Planned, ticket: Ticket) -> Planned:
    """Marked as something that a customer reads without a person's click."""
    if not any(isinstance(change, Reply) for change in batch.changes):
        return batch
    return replace(batch, requester=ticket.requester.id, domain=domain(ticket))
