"""Runs of workflows: how far each is, and what it waits for. Every write of one happens under its ticket's lease."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from app.db import ids
from app.db.codec import decode, encode
from app.db.models.run import RunRow
from app.db.models.ticket import TicketRow
from app.db.protecting import seal
from app.engine.types import Classification
from app.engine.workflows.types import Progress, Wait
from connectors.types import Ref

OPEN, ENDED = "open", "ended"
QUIETLY = {"synchronize_session": False}
TIME = "time"
"""What a wake-up by the clock is called in what happened."""


@dataclass(frozen=True)
class Record:
    """A run as it is kept. ``question`` is the customer's message that it dealt with last."""

    id: str
    ticket_id: str
    account_id: str
    category: str
    question: str
    progress: Progress
    judged: Classification
    state: str = OPEN
    happened: Mapping[str, Any] | None = None
    wakes: int = 0


def begin(session: Session, record: Record, at: datetime) -> Record:
    """Save a new run under a fresh id."""
    new = replace(record, id=ids.fresh())
    session.add(
        RunRow(
            id=new.id,
            ticket_id=new.ticket_id,
            account_id=new.account_id,
            category=new.category,
            question=new.question,
            state=new.state,
            body=seal(session, RunRow.body, encode(new.progress), new.ticket_id, new.id),
            judged=seal(session, RunRow.judged, encode(new.judged), new.ticket_id, new.id),
            event="",
            wakes=0,
            created_at=at,
            updated_at=at,
        )
    )
    session.flush()
    return new


def save(session: Session, record: Record, at: datetime) -> None:
    """How far it is now, and what it waits for. What had come when the record was read counts as taken in."""
    progress = record.progress
    wait = progress.waiting if isinstance(progress.waiting, Wait) else Wait()
    values: dict[str, Any] = {
        "question": record.question,
        "state": ENDED if progress.ended else OPEN,
        "body": seal(session, RunRow.body, encode(progress), record.ticket_id, record.id),
        "event": wait.event[:200],
        "wake_at": wait.until,
        "updated_at": at,
    } | ({"happened": null()} if record.happened is not None else {})
    session.execute(update(RunRow).where(RunRow.id == record.id).values(**values), execution_options=QUIETLY)


def category(session: Session, run_id: str) -> str:
    """What a run is about; empty for one that is not kept any more."""
    return session.scalar(select(RunRow.category).where(RunRow.id == run_id)) or ""


def of_ticket(session: Session, ticket_id: str) -> list[Record]:
    """Every run of this ticket, oldest first; one that was erased is none."""
    chosen = select(RunRow).where(RunRow.ticket_id == ticket_id).order_by(RunRow.created_at, RunRow.id)
    return [_record(row) for row in session.scalars(chosen) if row.body]


@dataclass(frozen=True)
class Due:
    """A run whose waiting is over, and where its ticket is."""

    id: str
    ticket_id: str
    connection_id: str
    ref: Ref
    wakes: int


def due(session: Session, now: datetime, most: int = 500) -> list[Due]:
    """Runs whose time has come and that nobody has woken."""
    chosen = _WHERE.where(RunRow.wake_at <= now, RunRow.happened.is_(None)).order_by(RunRow.wake_at).limit(most)
    return [Due(row.id, row.ticket_id, row.connection_id, Ref(row.ref), row.wakes) for row in session.execute(chosen)]


def awaiting(session: Session, account_id: str, event: str) -> list[Due]:
    """Runs of the account that wait for that event."""
    chosen = _WHERE.where(RunRow.account_id == account_id, RunRow.event == event, RunRow.happened.is_(None))
    return [Due(row.id, row.ticket_id, row.connection_id, Ref(row.ref), row.wakes) for row in session.execute(chosen)]


def wake(session: Session, one: Due, happened: Mapping[str, Any], at: datetime) -> bool:
    """Note what has come, once: False when another has woken it first."""
    kept = seal(session, RunRow.happened, dict(happened), one.ticket_id, one.id)
    changed = session.execute(
        update(RunRow)
        .where(RunRow.id == one.id, RunRow.state == OPEN, RunRow.wakes == one.wakes, RunRow.happened.is_(None))
        .values(happened=kept, wakes=RunRow.wakes + 1, updated_at=at),
        execution_options=QUIETLY,
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an update has one


_WHERE = (
    select(RunRow.id, RunRow.ticket_id, RunRow.wakes, TicketRow.connection_id, TicketRow.ref)
    .join(TicketRow, TicketRow.id == RunRow.ticket_id)
    .where(RunRow.state == OPEN)
)


def _record(row: RunRow) -> Record:
    return Record(
        row.id,
        row.ticket_id,
        row.account_id,
        row.category,
        row.question,
        decode(Progress, row.body),
        decode(Classification, row.judged),
        row.state,
        row.happened,
        row.wakes,
    )
