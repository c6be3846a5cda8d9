"""The inbox: events are accepted once, wait for their ticket's turn, and are done or parked."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from app import tracing
from app.db import ids
from app.db.codec import decode, encode
from app.db.models.base import Moment
from app.db.models.connection import ConnectionRow
from app.db.models.event import EventRow
from app.db.models.ticket import TicketRow
from app.db.protecting import seal
from connectors.types import Click, Event, EventKind, Ref

WAITING, DONE, PARKED = "waiting", "done", "parked"


@dataclass(frozen=True)
class Waiting:
    """An accepted event that nobody has dealt with. ``id`` grows in the order of arrival."""

    id: int
    event: Event
    trace: str | None = None
    received_at: datetime | None = None


# Plain SQL through the driver: this is the webhook's hot path, and building a statement costs more than running it.
_COLUMNS = (
    "connection_id",
    "delivery",
    "ticket_id",
    "ref",
    "kind",
    "at",
    "click",
    "received_at",
    "state",
    "outcome",
    "trace",
)
_ACCEPT = "insert into event ({}) values ({}) on conflict (connection_id, delivery) do nothing returning ticket_id"
_ACCEPTS = {
    "sqlite": _ACCEPT.format(", ".join(_COLUMNS), ", ".join("?" for _ in _COLUMNS)),
    "postgresql": _ACCEPT.format(", ".join(_COLUMNS), ", ".join("%s" for _ in _COLUMNS)),
}


def accept(session: Session, connection_id: str, events: Iterable[Event], at: datetime) -> list[str]:
    """Save what a vendor told us, once each, and give back the ids of the tickets to ring.

    A delivery that is there already is left alone and rings nobody. An event about the connection itself has no
    ticket: it waits under a ticket of its own with an empty ref.
    """
    connection = session.connection()
    dialect = connection.dialect
    moment = Moment().dialect_impl(dialect).bind_processor(dialect) or _as_it_is
    statement, received_at = _ACCEPTS[dialect.name], moment(at)
    to_ring: dict[str, None] = {}
    for event in events:
        ref = event.ref.id if event.ref else ""
        ticket_id = ids.ticket(connection_id, ref)
        click = json.dumps(_click(session, connection_id, ticket_id, event)) if event.click else None
        values = (connection_id, event.delivery, ticket_id, ref, event.kind.value, moment(event.at), click, received_at)
        if connection.exec_driver_sql(statement, (*values, WAITING, "", tracing.current())).first():
            to_ring[ticket_id] = None
    return list(to_ring)


def _click(session: Session, connection_id: str, ticket_id: str, event: Event) -> Any:
    whose = select(ConnectionRow.account_id).where(ConnectionRow.id == connection_id)
    account = session.scalar(whose) or ""
    return seal(session, EventRow.click, encode(event.click), ticket_id, event.delivery, account)


def _as_it_is(value: Any) -> Any:
    return value


def waiting(session: Session, ticket_id: str) -> list[Waiting]:
    """What waits for this ticket, in the order of the vendor's clock."""
    return [_waiting(row) for row in session.execute(_WAITS, {"ticket": ticket_id})]


def settle(session: Session, dealt_with: Sequence[int], outcome: str, *, state: str = DONE) -> None:
    """These events are dealt with. ``outcome`` says how, in a word."""
    if dealt_with:
        session.execute(_SETTLE, {"numbers": list(dealt_with), "state_": state, "outcome_": outcome})


def unpark(session: Session, ticket_id: str) -> int:
    """Give parked events of a ticket another chance, after an admin mended something. Returns how many."""
    found = session.execute(
        update(EventRow).where(EventRow.ticket_id == ticket_id, EventRow.state == PARKED).values(state=WAITING)
    )
    return int(found.rowcount)  # type: ignore[attr-defined]  # an update has one


def to_ring(
    session: Session, at: datetime, limit: int = 500, *, only: str = "", but: Collection[str] = ()
) -> list[str]:
    """Tickets with events that wait and that nothing holds back: no lease, no later try, no paused connection.

    ``only`` those of one connection, or of all ``but`` these.
    """
    chosen = _TO_RING.where(ConnectionRow.id == only) if only else _TO_RING
    chosen = chosen.where(ConnectionRow.id.not_in(but)) if but else chosen
    return list(session.scalars(chosen, {"now": at, "most": limit}))


def has_waiting(session: Session, ticket_id: str) -> bool:
    """Whether anything waits for this ticket."""
    return bool(session.scalar(_HAS_WAITING, {"ticket": ticket_id}))


def dealt_with(session: Session, connection_id: str, delivery: str) -> bool:
    """Whether that delivery came, and nothing of it waits any more."""
    mine = (EventRow.connection_id == connection_id, EventRow.delivery == delivery, EventRow.state == DONE)
    return session.scalar(select(EventRow.id).where(*mine)) is not None


def backlog(session: Session) -> int:
    """How many events wait, over all tickets."""
    return session.scalar(select(func.count()).select_from(EventRow).where(EventRow.state == WAITING)) or 0


# Built once: every run and every beat of the clock asks these, and building a statement costs more than running it.
_MINE = (EventRow.ticket_id == bindparam("ticket"), EventRow.state == WAITING)
_WAITS = (
    select(
        EventRow.id,
        EventRow.delivery,
        EventRow.kind,
        EventRow.ref,
        EventRow.at,
        EventRow.click,
        EventRow.trace,
        EventRow.received_at,
    )
    .where(*_MINE)
    .order_by(EventRow.at, EventRow.id)
)
_HAS_WAITING = select(exists().where(*_MINE))
_EVENT = cast(Table, EventRow.__table__)
_SETTLE = (
    update(_EVENT)
    .where(_EVENT.c.id.in_(bindparam("numbers", expanding=True)))
    .values(state=bindparam("state_"), outcome=bindparam("outcome_"))
)
_NOW = bindparam("now", type_=Moment())
_TO_RING = (
    select(EventRow.ticket_id)
    .join(ConnectionRow, ConnectionRow.id == EventRow.connection_id)
    .outerjoin(TicketRow, TicketRow.id == EventRow.ticket_id)
    .where(EventRow.state == WAITING)
    .where(
        (TicketRow.id.is_(None))
        | ((func.coalesce(TicketRow.next_try, _NOW) <= _NOW) & (TicketRow.owner.is_(None) | (TicketRow.until <= _NOW)))
    )
    .where(ConnectionRow.state == "active", func.coalesce(ConnectionRow.wait_until, _NOW) <= _NOW)
    .group_by(EventRow.ticket_id)
    .order_by(func.min(EventRow.id))
    .limit(bindparam("most"))
)


def _waiting(row: Any) -> Waiting:
    click = decode(Click, row.click) if row.click else None
    ref = Ref(row.ref) if row.ref else None
    return Waiting(row.id, Event(row.delivery, EventKind(row.kind), ref, row.at, click), row.trace, row.received_at)
