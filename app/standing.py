"""How things stand for one ticket: where it lives, and what the gate has to know besides. Jobs and simulate ask the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import accounts, effects, judgements, restored
from app.db.connections import Installed
from app.db.effects import Planned
from app.db.tickets import Remembered
from app.engine import policy
from app.engine.configuration.trials import Most
from app.engine.policy import BUDGETS, Counts, Standing
from app.services import Services
from connectors.base import NotesApart
from connectors.types import Change, Ref, Ticket

LATELY = timedelta(hours=1)
"""What the gate's budgets count."""
DAY = timedelta(days=1)
"""What the account's own limits count."""
REDECIDED = 3
"""How often a decision on one question may be overtaken before only people answer it."""
LINKED = Ref("")
"""Stands for the record, whose name may not be known yet."""


@dataclass(frozen=True)
class Place:
    """Where a ticket lives: its connection, and the helpdesk that records it when it is a thread."""

    connection: Installed
    record: Installed | None = None
    own: frozenset[type[Change]] = frozenset()
    recorded: frozenset[type[Change]] = frozenset()
    notes_apart: bool = False
    """Whether its connector keeps notes out of the customer's sight."""

    @property
    def supports(self) -> frozenset[type[Change]]:
        """What can be done at either place."""
        return self.own | self.recorded

    def inside(self, ref: Ref) -> tuple[tuple[str, Ref], frozenset[type[Change]]]:
        """Where the team reads: the record where there is one, and what may be changed there. ``ref`` is the ticket's own."""
        if self.record:
            return (self.record.id, LINKED), self.recorded
        return (self.connection.id, ref), self.own


def place(services: Services, connection_id: str) -> Place:
    """Look up where tickets of this connection live. Opens sessions of its own: never call it within one.

    Raises UnknownRecord, and SealBroken when the connection's secrets do not open.
    """
    connector, connection = services.connected.connector(connection_id), services.connected.installed(connection_id)
    record = services.connected.record_of(connection)
    return Place(
        connection,
        record,
        own=services.connected.helpdesks[connection.vendor].supports,
        recorded=services.connected.helpdesks[record.vendor].supports if record else frozenset(),
        notes_apart=isinstance(connector, NotesApart) and connector.notes_apart,
    )


def lost(session: Session, ticket_id: str, place: Place, ticket: Ticket) -> bool:
    """Whether this database came out of a backup, and what was done in that ticket meanwhile is known to nobody."""
    return restored.forgotten(session, ticket_id, ticket, recorded=place.record is not None)


def standing_of(
    services: Services, session: Session, place: Place, remembered: Remembered, ticket: Ticket, now: datetime
) -> Standing:
    """What the gate has to know besides; the evidence and the knowledge's version are the caller's to add.

    Everything is read in ``session``: a second one inside it would wait for a connection that this one holds.
    """
    account_id = place.connection.account_id
    requester = (ticket.requester.id, domain(ticket))
    sent = effects.replies(session, remembered.id, requester, now, LATELY)
    most = services.configuration(account_id, session).answers
    return Standing(
        now=now,
        account=account_id,
        connection=place.connection.id,
        supports=place.supports,
        linked=place.record is not None,
        notes_apart=place.notes_apart,
        key=services.evidence_key,
        human_took_over=policy.took_over(ticket, remembered.heard),
        stopped=accounts.find(session, account_id).stopped,
        sent=Counts(sent.ticket, sent.requester, sent.domain, sent.everybody),
        today=_today(session, remembered, requester, now) if most != Most() else Counts(),
        attempts=sent.ever,
        coin=services.drawn(place.connection, ticket.ref.id),
        budgets=Counts() if remembered.redecided >= REDECIDED else BUDGETS,
        previous=judgements.latest(session, remembered.id),
        handed_back_at=remembered.heard,
    )


def _today(session: Session, remembered: Remembered, requester: tuple[str, str], now: datetime) -> Counts:
    sent = effects.replies(session, remembered.id, requester, now, DAY)
    return Counts(sent.ticket, sent.requester, sent.domain, sent.everybody)


def taken(session: Session, most: Most, standing: Standing, ticket_id: str, new: Sequence[Planned]) -> bool:
    """Whether the day's last answer has gone to another ticket since this one was decided: two workers may have had it at once.

    Answers under such a limit are planned one after the other, so it is never passed.
    """
    reply = next((one for one in new if one.requester is not None), None)
    if reply is None or most == Most():
        return False
    accounts.queue(session, standing.account)
    sent = effects.replies(session, ticket_id, (reply.requester or "", reply.domain or ""), standing.now, DAY)
    everybody = most.day is not None and sent.everybody >= most.day
    return everybody or (most.requester is not None and sent.requester >= most.requester)


def domain(ticket: Ticket) -> str:
    """The requester's mail domain, or nothing."""
    return ticket.requester.email.rpartition("@")[2].casefold()
