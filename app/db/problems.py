"""What an admin must read. Never what a customer wrote, never a secret."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.problem import ProblemRow


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong. ``kind`` is stable (``delivery_rejected``); ``times`` counts the same one again."""

    kind: str
    text: str
    remedy: str = ""
    connection_id: str | None = None
    ticket_id: str = ""
    times: int = 1
    last_at: datetime | None = None


def report(session: Session, problem: Problem, at: datetime) -> None:
    """Keep it, or count it up when the same one is there already: a flood of them stays one line."""
    same = (
        ProblemRow.kind == problem.kind,
        ProblemRow.connection_id.is_not_distinct_from(problem.connection_id),
        ProblemRow.ticket_id == problem.ticket_id,
        ProblemRow.text == problem.text,
    )
    seen = session.scalar(select(ProblemRow.id).where(*same).limit(1))
    if seen is not None:
        session.execute(
            update(ProblemRow).where(ProblemRow.id == seen).values(times=ProblemRow.times + 1, last_at=at),
            execution_options={"synchronize_session": False},
        )
        return
    session.add(
        ProblemRow(
            id=ids.fresh(),
            connection_id=problem.connection_id,
            ticket_id=problem.ticket_id,
            kind=problem.kind,
            text=problem.text,
            remedy=problem.remedy,
            first_at=at,
            last_at=at,
        )
    )
    session.flush()


def newest(session: Session, limit: int = 100) -> list[Problem]:
    """The latest problems, newest first."""
    chosen = select(ProblemRow).order_by(ProblemRow.last_at.desc(), ProblemRow.id.desc()).limit(limit)
    return [
        Problem(row.kind, row.text, row.remedy, row.connection_id, row.ticket_id, row.times, row.last_at)
        for row in session.scalars(chosen)
    ]
