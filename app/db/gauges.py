"""How things stand, for whoever watches the installation: counted in the database when somebody asks, over all accounts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select, text
from sqlalchemy.orm import Session

from app.db import clocks, trail
from app.db.connections import ACTIVE, PAUSED
from app.db.effects import PENDING, REVIEW, SENDING
from app.db.inbox import PARKED, WAITING
from app.db.models.connection import ConnectionRow
from app.db.models.effect import EffectRow
from app.db.models.event import EventRow
from app.db.models.log import AlarmRow
from app.db.models.ticket import TicketRow
from app.db.models.trail import TrailRow

AMBIGUOUS = "ambiguous"
"""Begun, and nobody knows yet whether the vendor took it."""
HELD = "held"
"""Active, and a vendor asked for patience."""
_SIZES = {
    "sqlite": "select page_count * page_size from pragma_page_count(), pragma_page_size()",
    "postgresql": "select pg_database_size(current_database())",
}


def events(session: Session) -> Mapping[str, int]:
    """Events that wait, by whether their connection works: ``active`` or ``paused``."""
    state = case((ConnectionRow.state == ACTIVE, ACTIVE), else_=PAUSED)
    waiting = (
        select(state, func.count())
        .select_from(EventRow)
        .join(ConnectionRow, ConnectionRow.id == EventRow.connection_id)
    )
    return {ACTIVE: 0, PAUSED: 0} | _pairs(session, waiting.where(EventRow.state == WAITING).group_by(state))


def oldest(session: Session, now: datetime) -> float:
    """Seconds for which the oldest event has waited that nothing holds back: no pause, no patience asked, no later try."""
    found = session.scalar(
        select(func.min(EventRow.received_at))
        .join(ConnectionRow, ConnectionRow.id == EventRow.connection_id)
        .outerjoin(TicketRow, TicketRow.id == EventRow.ticket_id)
        .where(EventRow.state == WAITING, ConnectionRow.state == ACTIVE)
        .where(func.coalesce(ConnectionRow.wait_until, now) <= now, func.coalesce(TicketRow.next_try, now) <= now)
    )
    return max((now - found).total_seconds(), 0.0) if found else 0.0


def parked(session: Session) -> int:
    """Tickets with events that were given up and are left to people."""
    return session.scalar(select(func.count(EventRow.ticket_id.distinct())).where(EventRow.state == PARKED)) or 0


def effects(session: Session) -> Mapping[str, int]:
    """Writes that are not over: ``pending``, ``ambiguous`` (begun, no clear answer) and ``review`` (left to people)."""
    begun = (EffectRow.state == SENDING) | (EffectRow.reason == "no clear answer")
    state = case((begun, AMBIGUOUS), else_=PENDING)
    still = select(state, func.count()).where(EffectRow.state.in_((PENDING, SENDING))).group_by(state)
    review = session.scalar(select(func.count()).where(EffectRow.state == REVIEW)) or 0
    return {PENDING: 0, AMBIGUOUS: 0, REVIEW: review} | _pairs(session, still)


def connections(session: Session, now: datetime) -> Mapping[str, int]:
    """Connections that are there, by state: ``active``, ``held``, ``paused``."""
    state = case((ConnectionRow.state != ACTIVE, PAUSED), (ConnectionRow.wait_until > now, HELD), else_=ACTIVE)
    there = select(state, func.count()).where(ConnectionRow.state.in_((ACTIVE, PAUSED))).group_by(state)
    return {ACTIVE: 0, HELD: 0, PAUSED: 0} | _pairs(session, there)


def alarms(session: Session) -> int:
    """Alarms that stand."""
    return session.scalar(select(func.count()).select_from(AlarmRow).where(AlarmRow.over_at.is_(None))) or 0


def led(session: Session, now: datetime) -> bool:
    """Whether a clock leads."""
    return clocks.led(session, "clock", now)


def backed_up(session: Session, subject: str) -> datetime | None:
    """When the latest backup was made, as the audit trail names it."""
    made = (
        TrailRow.account_id == trail.INSTALLATION,
        TrailRow.what == trail.What.OPERATED,
        TrailRow.subject == subject,
    )
    return session.scalar(select(func.max(TrailRow.at)).where(*made))


def size(session: Session) -> int:
    """The database's size in bytes."""
    dialect = session.connection().dialect.name
    return int(session.execute(text(_SIZES[dialect])).scalar_one())


def _pairs(session: Session, statement: Select[Any]) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in session.execute(statement)}
