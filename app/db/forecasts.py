"""Clocks as forecasts see them: those that run, those that ended lately, and what was said of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db.connections import ACTIVE
from app.db.models.connection import ConnectionRow
from app.db.models.deadline import DeadlineRow
from app.db.models.ticket import TicketRow

MOST = 5_000
"""Clocks of one kind that a forecast looks at."""
QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Running:
    """A clock that runs. ``foreseen`` is None until something was said of it."""

    id: int
    priority: str
    started: datetime
    due: datetime
    ahead: int
    foreseen: float | None
    warn: datetime | None
    warned: bool


@dataclass(frozen=True)
class Place:
    """A running clock as people see it in the queue."""

    ref: str
    metric: str
    priority: str
    team: str
    started: datetime
    due: datetime
    risk: float | None


@dataclass(frozen=True)
class Ended:
    """A clock that ended."""

    priority: str
    started: datetime
    met: datetime
    ahead: int
    foreseen: float | None


@dataclass(frozen=True)
class Said:
    """What is said of a running clock now. ``first``: nothing was said of it before."""

    id: int
    ahead: int
    foreseen: float
    risk: float
    first: bool


def accounts(session: Session) -> list[str]:
    """Accounts with a clock that runs."""
    chosen = select(DeadlineRow.account_id).where(DeadlineRow.met_at.is_(None), DeadlineRow.due_at.is_not(None))
    return list(session.scalars(chosen.distinct()))


def running(session: Session, account_id: str) -> list[Running]:
    """Every clock of the account that runs at an active connection, the soonest due first."""
    chosen = (
        select(DeadlineRow, DeadlineRow.due_at)
        .join(TicketRow, TicketRow.id == DeadlineRow.ticket_id)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .where(DeadlineRow.account_id == account_id, ConnectionRow.state == ACTIVE)
        .where(DeadlineRow.met_at.is_(None), DeadlineRow.due_at.is_not(None))
        .order_by(DeadlineRow.due_at)
        .limit(MOST)
    )
    return [
        Running(r.id, r.priority, r.started_at, due, r.ahead, r.foreseen, r.warn_at, r.warned_at is not None)
        for r, due in session.execute(chosen)
        if due
    ]


def places(session: Session, account_id: str) -> list[Place]:
    """What waits, one clock of each ticket: the one that is due first."""
    chosen = (
        select(DeadlineRow, DeadlineRow.due_at, TicketRow.ref)
        .join(TicketRow, TicketRow.id == DeadlineRow.ticket_id)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .where(DeadlineRow.account_id == account_id, ConnectionRow.state == ACTIVE)
        .where(DeadlineRow.met_at.is_(None), DeadlineRow.due_at.is_not(None))
        .order_by(DeadlineRow.due_at)
        .limit(MOST)
    )
    found: dict[str, Place] = {}
    for row, due, ref in session.execute(chosen):
        if due:
            place = Place(ref, row.metric, row.priority, row.team, row.started_at, due, row.risk)
            found.setdefault(row.ticket_id, place)
    return list(found.values())


def ended(session: Session, account_id: str, since: datetime) -> list[Ended]:
    """Clocks that ended since then, the oldest first."""
    chosen = (
        select(DeadlineRow, DeadlineRow.met_at)
        .where(DeadlineRow.account_id == account_id, DeadlineRow.met_at >= since)
        .order_by(DeadlineRow.met_at.desc())
        .limit(MOST)
    )
    rows = list(session.execute(chosen))
    return [Ended(r.priority, r.started_at, met, r.ahead, r.foreseen) for r, met in reversed(rows) if met]


def came(session: Session, account_id: str, since: datetime) -> dict[str, int]:
    """How many clocks started since then, by priority."""
    chosen = select(DeadlineRow.priority, func.count()).where(
        DeadlineRow.account_id == account_id, DeadlineRow.started_at >= since
    )
    return {row[0]: row[1] for row in session.execute(chosen.group_by(DeadlineRow.priority))}


def outcomes(session: Session, account_id: str, since: datetime, now: datetime) -> Sequence[tuple[float, bool]]:
    """What was said when clocks started since then, and whether they were missed, as far as that is decided; the oldest first."""
    late = DeadlineRow.breached | (DeadlineRow.met_at.is_(None) & (DeadlineRow.due_at <= now))
    chosen = (
        select(DeadlineRow.predicted, late)
        .where(DeadlineRow.account_id == account_id, DeadlineRow.started_at >= since)
        .where(DeadlineRow.predicted.is_not(None))
        .where(DeadlineRow.met_at.is_not(None) | (DeadlineRow.due_at <= now))
        .order_by(DeadlineRow.started_at)
    )
    return [(p, bool(missed)) for p, missed in session.execute(chosen) if p is not None]


def say(session: Session, said: Iterable[Said]) -> None:
    """Keep what is said now; what was said first stays for the record."""
    for one in said:
        values: dict[str, object] = {"risk": one.risk}
        if one.first:
            values |= {"predicted": one.risk, "foreseen": one.foreseen, "ahead": one.ahead}
        session.execute(update(DeadlineRow).where(DeadlineRow.id == one.id).values(**values), execution_options=QUIETLY)


def hurry(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Have these looked at now, before their time: the sweep of promises finds them."""
    mine = (DeadlineRow.id.in_(ids), DeadlineRow.warned_at.is_(None), DeadlineRow.met_at.is_(None))
    session.execute(
        update(DeadlineRow).where(*mine, DeadlineRow.warn_at > now).values(warn_at=now), execution_options=QUIETLY
    )
