"""Tickets as we remember them, and the lease that lets one run at a time work on one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, func, select, update
from sqlalchemy.orm import Session

from app.db import inbox
from app.db.models.connection import ConnectionRow
from app.db.models.effect import EffectRow
from app.db.models.event import EventRow
from app.db.models.ticket import TicketRow
from app.db.statements import insert
from app.errors import DeskhandError, UnknownRecord
from connectors.types import Ref

QUIETLY = {"synchronize_session": False}


class LeaseLost(DeskhandError):
    """Somebody else works on this ticket by now: whatever this run still wanted to write is not written."""

    def __init__(self) -> None:
        super().__init__("another run has taken the ticket over")


@dataclass(frozen=True)
class Lease:
    """The right to work on a ticket until ``until``. ``fence`` is higher than that of every lease before."""

    ticket_id: str
    connection_id: str
    ref: Ref
    owner: str
    fence: int
    until: datetime
    attempts: int
    """How many runs in a row did not end well, crashed ones included."""


@dataclass(frozen=True)
class Remembered:
    """What we have to remember about a ticket between two runs; see the row for the words."""

    id: str
    connection_id: str
    ref: Ref
    quiet_since: datetime | None = None
    heard: datetime | None = None
    decided: str = ""
    redecided: int = 0
    linked_connection: str | None = None
    linked_ref: str | None = None
    asked: str = ""

    @property
    def linked(self) -> tuple[str, Ref] | None:
        """Connection and ref of the helpdesk's ticket that records this one."""
        if self.linked_connection and self.linked_ref:
            return self.linked_connection, Ref(self.linked_ref)
        return None


def take(session: Session, ticket_id: str, owner: str, now: datetime, until: datetime) -> Lease | None:
    """The lease, or None when another run has it, the ticket has to wait, or its connection is paused.

    The ticket's row is made on the first run, from the event that woke it. A lease that ran out without being given
    back counts as a failed attempt.
    """
    if not _ensure(session, ticket_id, now):
        return None
    workable = exists().where(
        ConnectionRow.id == TicketRow.connection_id,
        ConnectionRow.state == "active",
        func.coalesce(ConnectionRow.wait_until, now) <= now,
    )
    taken = (
        update(TicketRow)
        .where(TicketRow.id == ticket_id, TicketRow.owner.is_(None) | (TicketRow.until <= now))
        .where(func.coalesce(TicketRow.next_try, now) <= now, workable)
        .values(
            owner=owner,
            until=until,
            fence=TicketRow.fence + 1,
            attempts=TicketRow.attempts + case((TicketRow.owner.is_(None), 0), else_=1),
        )
        .returning(TicketRow.connection_id, TicketRow.ref, TicketRow.fence, TicketRow.attempts)
    )
    row = session.execute(taken, execution_options=QUIETLY).one_or_none()
    if row is None:
        return None
    return Lease(ticket_id, row.connection_id, Ref(row.ref), owner, row.fence, until, row.attempts)


def renew(session: Session, lease: Lease, now: datetime, until: datetime) -> Lease:
    """Prolong the lease: the first statement of every transaction under it. Raises LeaseLost, also when it just ran out."""
    found = session.execute(
        _held(lease).where(TicketRow.until > now).values(until=until).returning(TicketRow.id), execution_options=QUIETLY
    )
    if found.one_or_none() is None:
        raise LeaseLost
    return replace(lease, until=until)


def release(session: Session, lease: Lease, *, next_try: datetime | None = None, failed: bool = False) -> bool:
    """Give the lease back. True when more came in meanwhile and nothing holds it back: run again.

    ``failed`` counts the attempt; a run that ended well forgets the failures before it. A lease that is lost stays lost.
    """
    given_back = _held(lease).values(
        owner=None, until=None, next_try=next_try, attempts=TicketRow.attempts + 1 if failed else 0
    )
    mine = session.execute(given_back.returning(TicketRow.id), execution_options=QUIETLY).one_or_none()
    return mine is not None and next_try is None and inbox.has_waiting(session, lease.ticket_id)


def remembered(session: Session, ticket_id: str) -> Remembered:
    """What we know of it from before. Raises UnknownRecord."""
    row = session.execute(select(*_COLUMNS).where(TicketRow.id == ticket_id)).one_or_none()
    if row is None:
        raise UnknownRecord("there is no such ticket")
    return _record(row)


def remember(session: Session, ticket_id: str, **values: Any) -> None:
    """Change what is remembered, by the names of ``Remembered``."""
    session.execute(update(TicketRow).where(TicketRow.id == ticket_id).values(**values), execution_options=QUIETLY)


def find(session: Session, connection_id: str, ref: Ref) -> Remembered | None:
    """The ticket of that name at that connection, or None when we never worked on it."""
    chosen = select(*_COLUMNS).where(TicketRow.connection_id == connection_id, TicketRow.ref == ref.id)
    row = session.execute(chosen).one_or_none()
    return _record(row) if row else None


def recorded_by(session: Session, connection_id: str, ref: Ref) -> Remembered | None:
    """The thread whose record this ticket is, or None for a ticket of its own."""
    chosen = select(*_COLUMNS).where(TicketRow.linked_connection == connection_id, TicketRow.linked_ref == ref.id)
    row = session.execute(chosen.limit(1)).one_or_none()
    return _record(row) if row else None


def hurry(session: Session, ticket_id: str) -> None:
    """Forget that the ticket was to wait, after somebody mended what it waited for."""
    remember(session, ticket_id, next_try=None, attempts=0)


def due(session: Session, now: datetime, limit: int = 500) -> list[str]:
    """Tickets whose outbox has work that is due, and that nobody holds."""
    chosen = (
        select(EffectRow.ticket_id)
        .join(TicketRow, TicketRow.id == EffectRow.ticket_id)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .where(EffectRow.state.in_(("pending", "sending")), func.coalesce(EffectRow.not_before, now) <= now)
        .where(TicketRow.owner.is_(None) | (TicketRow.until <= now), func.coalesce(TicketRow.next_try, now) <= now)
        .where(ConnectionRow.state == "active", func.coalesce(ConnectionRow.wait_until, now) <= now)
        .group_by(EffectRow.ticket_id)
        .order_by(func.min(EffectRow.id))
        .limit(limit)
    )
    return list(session.scalars(chosen))


_COLUMNS = (
    TicketRow.id,
    TicketRow.connection_id,
    TicketRow.ref,
    TicketRow.quiet_since,
    TicketRow.heard,
    TicketRow.decided,
    TicketRow.redecided,
    TicketRow.linked_connection,
    TicketRow.linked_ref,
    TicketRow.asked,
)


def _record(row: Any) -> Remembered:
    return Remembered(row[0], row[1], Ref(row[2]), *row[3:])


def _held(lease: Lease) -> Any:
    return update(TicketRow).where(
        TicketRow.id == lease.ticket_id, TicketRow.owner == lease.owner, TicketRow.fence == lease.fence
    )


def _ensure(session: Session, ticket_id: str, now: datetime) -> bool:
    """Make the ticket's row where there is none. False when no event ever named this ticket."""
    if session.scalar(select(exists().where(TicketRow.id == ticket_id))):
        return True
    named = select(EventRow.connection_id, EventRow.ref).where(EventRow.ticket_id == ticket_id).limit(1)
    row = session.execute(named).one_or_none()
    if row is None:
        return False
    add(session, ticket_id, row.connection_id, row.ref, now)
    return True


def add(session: Session, ticket_id: str, connection_id: str, ref: str, now: datetime) -> None:
    """Make the ticket's row, unless another process is faster."""
    row = insert(session, TicketRow).values(
        id=ticket_id,
        connection_id=connection_id,
        ref=ref,
        fence=0,
        attempts=0,
        decided="",
        redecided=0,
        asked="",
        created_at=now,
    )
    session.execute(row.on_conflict_do_nothing())
