"""Incidents: tickets of several people with one cause, the first of them as their parent, and who confirmed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.kin import IncidentRow, SketchRow
from app.db.models.ticket import TicketRow
from connectors.types import Ref

QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Incident:
    """One incident as it stands. ``confirmed_by`` is empty while nobody has said that it is one."""

    id: str
    account_id: str
    category: str
    parent: str
    opened_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str
    tickets: int = 0
    people: int = 0


@dataclass(frozen=True)
class Member:
    """One ticket of an incident, and where it is."""

    ticket: str
    connection_id: str
    ref: Ref
    url: str


def open_(session: Session, account_id: str, category: str, parent: str, at: datetime) -> str:
    """A new incident; gives its id."""
    id = ids.fresh()
    session.add(IncidentRow(id=id, account_id=account_id, category=category, parent=parent, opened_at=at, last_at=at))
    session.flush()
    return id


def find(session: Session, id: str) -> Incident | None:
    """The incident with how many tickets and people it has."""
    row = session.get(IncidentRow, id)
    return _record(session, row) if row else None


def of_ticket(session: Session, ticket_id: str) -> Incident | None:
    """The incident that a ticket belongs to."""
    id = session.scalar(_OF_TICKET, {"ticket": ticket_id})
    return find(session, id) if id else None


def among(session: Session, tickets: Sequence[str]) -> str | None:
    """The incident that one of these tickets belongs to already, the oldest one."""
    chosen = select(SketchRow.incident_id).where(SketchRow.ticket_id.in_(tickets), SketchRow.incident_id.is_not(None))
    return session.scalar(chosen.order_by(SketchRow.first_at).limit(1))


def join(session: Session, id: str, tickets: Sequence[str], at: datetime) -> list[Member]:
    """These tickets belong to it from now on; gives those that did not before."""
    new = update(SketchRow).where(SketchRow.ticket_id.in_(tickets), SketchRow.incident_id.is_(None))
    found = session.scalars(new.values(incident_id=id).returning(SketchRow.ticket_id), execution_options=QUIETLY).all()
    if found:
        session.execute(update(IncidentRow).where(IncidentRow.id == id).values(last_at=at), execution_options=QUIETLY)
    return [one for one in members(session, id) if one.ticket in set(found)]


def opened(session: Session, account_id: str, since: datetime) -> list[Incident]:
    """The account's incidents that began since then, oldest first."""
    chosen = select(IncidentRow).where(IncidentRow.account_id == account_id, IncidentRow.opened_at >= since)
    return [_record(session, row) for row in session.scalars(chosen.order_by(IncidentRow.opened_at, IncidentRow.id))]


def members(session: Session, id: str) -> list[Member]:
    """Its tickets, oldest first."""
    chosen = (
        select(TicketRow.id, TicketRow.connection_id, TicketRow.ref, SketchRow.url)
        .join(SketchRow, SketchRow.ticket_id == TicketRow.id)
        .where(SketchRow.incident_id == id)
        .order_by(SketchRow.first_at, TicketRow.id)
    )
    return [Member(row[0], row[1], Ref(row[2]), row[3]) for row in session.execute(chosen)]


def confirm(session: Session, id: str, by: str, at: datetime) -> bool:
    """Somebody says that it is one: True for the first who does."""
    mine = (
        update(IncidentRow)
        .where(IncidentRow.id == id, IncidentRow.confirmed_at.is_(None))
        .values(confirmed_at=at, confirmed_by=by)
    )
    done = session.execute(mine.returning(IncidentRow.id), execution_options=QUIETLY).one_or_none()
    return done is not None


def _record(session: Session, row: IncidentRow) -> Incident:
    counts = select(func.count(), func.count(func.distinct(func.nullif(SketchRow.person, "")))).where(
        SketchRow.incident_id == row.id
    )
    tickets, people = session.execute(counts).one()
    return Incident(
        row.id,
        row.account_id,
        row.category,
        row.parent,
        row.opened_at,
        row.confirmed_at,
        row.confirmed_by,
        tickets,
        people,
    )


# Built once: every turn asks this, and building a statement costs more than running it.
_OF_TICKET = select(SketchRow.incident_id).where(SketchRow.ticket_id == bindparam("ticket"))
