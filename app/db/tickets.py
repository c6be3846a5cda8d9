"""Tickets as we remember them, and the lease that lets one run at a time work on one."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Boolean, Table, bindparam, case, exists, func, literal_column, select, update
from sqlalchemy.orm import Session

from app.db import inbox
from app.db.models.base import Moment
from app.db.models.connection import ConnectionRow
from app.db.models.effect import EffectRow
from app.db.models.event import EventRow
from app.db.models.ticket import TicketRow
from app.db.statements import insert
from app.errors import DeskhandError, UnknownRecord
from connectors.types import Ref

CHAT = "chat:"
"""Begins the ref of a ticket of ours that passes a conversation by our API on: the helpdesk's ticket is answered, not this one."""


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
    account: str
    """Whose ticket it is."""


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
    values = {"ticket": ticket_id, "owner_": owner, "now": now, "until_": until}
    row = session.execute(_TAKE, values).one_or_none()
    if row is None and _made(session, ticket_id, now):
        row = session.execute(_TAKE, values).one_or_none()
    if row is None:
        return None
    return Lease(ticket_id, row.connection_id, Ref(row.ref), owner, row.fence, until, row.attempts, row.account_id)


def renew(session: Session, lease: Lease, now: datetime, until: datetime) -> Lease:
    """Prolong the lease: the first statement of every transaction under it. Raises LeaseLost, also when it just ran out."""
    if session.execute(_RENEW, {**_mine(lease), "now": now, "until_": until}).one_or_none() is None:
        raise LeaseLost
    return replace(lease, until=until)


def release(session: Session, lease: Lease, *, next_try: datetime | None = None, failed: bool = False) -> bool:
    """Give the lease back. True when more came in meanwhile and nothing holds it back: run again.

    ``failed`` counts the attempt; a run that ended well forgets the failures before it. A lease that is lost stays lost.
    """
    values = {**_mine(lease), "next": next_try, "failed": failed}
    mine = session.execute(_RELEASE, values).one_or_none()
    return mine is not None and next_try is None and inbox.has_waiting(session, lease.ticket_id)


def remembered(session: Session, ticket_id: str) -> Remembered:
    """What we know of it from before. Raises UnknownRecord."""
    row = session.execute(_REMEMBERED, {"ticket": ticket_id}).one_or_none()
    if row is None:
        raise UnknownRecord("there is no such ticket")
    return _record(row)


def remember(session: Session, ticket_id: str, **values: Any) -> None:
    """Change what is remembered, by the names of ``Remembered``."""
    session.execute(update(_TICKET).where(_TICKET.c.id == ticket_id).values(**values))


def find(session: Session, connection_id: str, ref: Ref) -> Remembered | None:
    """The ticket of that name at that connection, or None when we never worked on it."""
    chosen = select(*_COLUMNS).where(TicketRow.connection_id == connection_id, TicketRow.ref == ref.id)
    row = session.execute(chosen).one_or_none()
    return _record(row) if row else None


def recorded_by(session: Session, connection_id: str, ref: Ref) -> Remembered | None:
    """The thread whose record this ticket is, or None for a ticket of its own."""
    row = session.execute(_RECORDED, {"connection": connection_id, "ref": ref.id}).one_or_none()
    return _record(row) if row else None


def hurry(session: Session, ticket_id: str) -> None:
    """Forget that the ticket was to wait, after somebody mended what it waited for."""
    remember(session, ticket_id, next_try=None, attempts=0)


def due(session: Session, now: datetime, limit: int = 500, *, only: str = "", but: Collection[str] = ()) -> list[str]:
    """Tickets whose outbox has work that is due, and that nobody holds; ``only`` of one connection, or of all ``but`` these."""
    chosen = _DUE.where(ConnectionRow.id == only) if only else _DUE
    chosen = chosen.where(ConnectionRow.id.not_in(but)) if but else chosen
    return list(session.scalars(chosen, {"now": now, "most": limit}))


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


# Built once: every run asks these again and again, and building a statement costs more than running it.
_TICKET = cast(Table, TicketRow.__table__)
_REMEMBERED = select(*_COLUMNS).where(TicketRow.id == bindparam("ticket"))
_RECORDED = (
    select(*_COLUMNS)
    .where(TicketRow.linked_connection == bindparam("connection"), TicketRow.linked_ref == bindparam("ref"))
    .where(~TicketRow.ref.startswith(CHAT))
    .limit(1)
)
_NAMED = (
    select(EventRow.connection_id, EventRow.ref)
    .where(EventRow.ticket_id == bindparam("ticket"), EventRow.state == inbox.WAITING)
    .limit(1)
)
_NOW = bindparam("now", type_=Moment())
_OPEN = (ConnectionRow.state == "active", func.coalesce(ConnectionRow.wait_until, _NOW) <= _NOW)
_FREE = (
    _TICKET.c.owner.is_(None) | (_TICKET.c.until <= _NOW),
    func.coalesce(_TICKET.c.next_try, _NOW) <= _NOW,
)
_TAKE = (
    update(_TICKET)
    .where(_TICKET.c.id == bindparam("ticket"), *_FREE)
    .where(exists().where(ConnectionRow.id == _TICKET.c.connection_id, *_OPEN))
    .values(
        owner=bindparam("owner_"),
        until=bindparam("until_"),
        fence=_TICKET.c.fence + 1,
        attempts=_TICKET.c.attempts + case((_TICKET.c.owner.is_(None), 0), else_=1),
    )
    .returning(
        _TICKET.c.connection_id,
        _TICKET.c.ref,
        _TICKET.c.fence,
        _TICKET.c.attempts,
        select(ConnectionRow.account_id)
        .where(ConnectionRow.id == _TICKET.c.connection_id)
        .correlate(_TICKET)
        .scalar_subquery()
        .label("account_id"),
    )
)
_HELD = (
    _TICKET.c.id == bindparam("ticket"),
    _TICKET.c.owner == bindparam("owner_"),
    _TICKET.c.fence == bindparam("fence_"),
)
_RENEW = update(_TICKET).where(*_HELD, _TICKET.c.until > _NOW).values(until=bindparam("until_")).returning(_TICKET.c.id)
_RELEASE = (
    update(_TICKET)
    .where(*_HELD)
    .values(
        owner=None,
        until=None,
        next_try=bindparam("next"),
        attempts=case((bindparam("failed", type_=Boolean()), _TICKET.c.attempts + 1), else_=0),
    )
    .returning(_TICKET.c.id)
)
_DUE = (
    select(EffectRow.ticket_id)
    .join(_TICKET, _TICKET.c.id == EffectRow.ticket_id)
    .join(ConnectionRow, ConnectionRow.id == _TICKET.c.connection_id)
    # In the index's own words: with values in their place all that was ever sent was looked at, each second.
    .where(
        EffectRow.state.in_((literal_column("'pending'"), literal_column("'sending'"))),
        func.coalesce(EffectRow.not_before, _NOW) <= _NOW,
    )
    .where(*_FREE, *_OPEN)
    .group_by(EffectRow.ticket_id)
    .order_by(func.min(EffectRow.id))
    .limit(bindparam("most"))
)


def _mine(lease: Lease) -> dict[str, Any]:
    return {"ticket": lease.ticket_id, "owner_": lease.owner, "fence_": lease.fence}


def _made(session: Session, ticket_id: str, now: datetime) -> bool:
    """Make the ticket's row where there is none. False when no event that waits names this ticket."""
    row = session.execute(_NAMED, {"ticket": ticket_id}).one_or_none()
    if row is not None:
        add(session, ticket_id, row.connection_id, row.ref, now)
    return row is not None


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
