"""Clocks of promises as they were last counted, and who acted on them. Counting is the engine's part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db.connections import ACTIVE
from app.db.models.connection import ConnectionRow
from app.db.models.deadline import DeadlineRow, WatchRow
from app.db.models.ticket import TicketRow
from app.db.statements import insert
from app.engine.sla import Clock, Metric, Step, Turn
from connectors.types import Ref

QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Watched:
    """What a ticket's clocks rest on besides its messages."""

    account_id: str
    category: str = ""
    priority: str = "normal"
    team: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Deadline:
    """A clock of a ticket that has to be looked at."""

    id: int
    ticket_id: str
    connection_id: str
    ref: Ref
    metric: Metric
    due_at: datetime


@dataclass(frozen=True)
class Line:
    """How one policy, team and tier did: clocks that ended or ran out, and how many of them too late."""

    policy: str
    team: str
    tier: str
    metric: str
    clocks: int
    breached: int


def watched(session: Session, ticket_id: str) -> Watched | None:
    """What is known of the ticket, or None when nothing was ever promised in it."""
    row = session.get(WatchRow, ticket_id)
    if row is None:
        return None
    turns = tuple(Step(datetime.fromisoformat(at), Turn(turn)) for at, turn in row.turns)
    return Watched(row.account_id, row.category, row.priority, row.team, row.facts, turns)


def watch(session: Session, ticket_id: str, known: Watched) -> None:
    """Keep it in place of what was known."""
    values = {
        "account_id": known.account_id,
        "category": known.category,
        "priority": known.priority,
        "team": known.team,
        "facts": dict(known.facts),
        "turns": [[step.at.isoformat(), str(step.turn)] for step in known.turns],
    }
    row = insert(session, WatchRow).values(ticket_id=ticket_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["ticket_id"], set_=values))


def count(session: Session, ticket_id: str, clock: Clock, policy: str, known: Watched, warn: datetime | None) -> None:
    """Keep a clock as it stands now. That somebody acted on it stays noted."""
    tier = str(known.facts.get("tier") or "")
    values: dict[str, Any] = {
        "policy": policy,
        "team": known.team,
        "tier": tier[:100],
        "priority": known.priority,
        "due_at": clock.due,
        "warn_at": warn,
    }
    values |= {"met_at": clock.met, "breached": clock.breached}
    ahead = _ahead(session, known.account_id, clock.due)
    row = insert(session, DeadlineRow).values(
        ticket_id=ticket_id,
        account_id=known.account_id,
        metric=str(clock.metric),
        started_at=clock.started,
        ahead=ahead,
        **values,
    )
    session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "metric", "started_at"], set_=values))


def _ahead(session: Session, account_id: str, due: datetime | None) -> int:
    if due is None:
        return 0
    running = (DeadlineRow.account_id == account_id, DeadlineRow.met_at.is_(None), DeadlineRow.due_at < due)
    return session.scalar(select(func.count()).select_from(DeadlineRow).where(*running)) or 0


def promised(session: Session, ticket_id: str, metric: Metric, now: datetime) -> datetime | None:
    """When that is due by a promise that can still be kept; None where nothing is promised any more."""
    mine = (DeadlineRow.ticket_id == ticket_id, DeadlineRow.metric == metric.value, DeadlineRow.due_at > now)
    return session.scalar(select(func.min(DeadlineRow.due_at)).where(*mine, DeadlineRow.met_at.is_(None)))


def late(session: Session, now: datetime, limit: int = 500) -> list[Deadline]:
    """Running clocks with little time left on which nobody has acted, the most urgent first.

    Those of a paused connection wait until it goes on; of a removed one nothing is owed any more.
    """
    chosen = (
        select(DeadlineRow, DeadlineRow.due_at, TicketRow.connection_id, TicketRow.ref)
        .join(TicketRow, TicketRow.id == DeadlineRow.ticket_id)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .where(ConnectionRow.state == ACTIVE)
        .where(DeadlineRow.warn_at <= now, DeadlineRow.warned_at.is_(None), DeadlineRow.met_at.is_(None))
        .where(DeadlineRow.due_at.is_not(None))
        .order_by(DeadlineRow.due_at)
        .limit(limit)
    )
    return [
        Deadline(row.id, row.ticket_id, connection, Ref(ref), Metric(row.metric), due)
        for row, due, connection, ref in session.execute(chosen)
        if due
    ]


def claim(session: Session, deadline: Deadline, now: datetime) -> bool:
    """Act on it: True for one caller only."""
    mine = (
        update(DeadlineRow).where(DeadlineRow.id == deadline.id, DeadlineRow.warned_at.is_(None)).values(warned_at=now)
    )
    found = session.execute(mine.returning(DeadlineRow.id), execution_options=QUIETLY).one_or_none()
    return found is not None


def report(session: Session, account_id: str, since: datetime, now: datetime) -> Sequence[Line]:
    """Clocks that started since then and are decided by now, by policy, team, tier and metric."""
    columns = (DeadlineRow.policy, DeadlineRow.team, DeadlineRow.tier, DeadlineRow.metric)
    ran_out = DeadlineRow.due_at <= now
    late_now = DeadlineRow.breached | (DeadlineRow.met_at.is_(None) & ran_out)
    decided = DeadlineRow.met_at.is_not(None) | ran_out
    chosen = (
        select(*columns, func.count(), func.count().filter(late_now))
        .where(DeadlineRow.account_id == account_id, DeadlineRow.started_at >= since, decided)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [Line(*row) for row in session.execute(chosen)]
