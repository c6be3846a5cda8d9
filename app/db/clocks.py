"""Which clock leads, and which periodic jobs are due."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db.models.clock import BeatRow, LeaderRow
from app.db.statements import insert


def lead(session: Session, office: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take or keep the lead until then. False while another one has it."""
    first = insert(session, LeaderRow).values(office=office, owner=owner, until=until).on_conflict_do_nothing()
    if session.execute(first.returning(LeaderRow.office)).one_or_none():
        return True
    mine_or_free = (LeaderRow.owner == owner) | (LeaderRow.until <= now)
    return _changed(
        session, update(LeaderRow).where(LeaderRow.office == office, mine_or_free).values(owner=owner, until=until)
    )


def resign(session: Session, office: str, owner: str, now: datetime) -> None:
    """Let another one lead at once."""
    session.execute(
        update(LeaderRow).where(LeaderRow.office == office, LeaderRow.owner == owner).values(until=now),
        execution_options={"synchronize_session": False},
    )


def led(session: Session, office: str, now: datetime) -> bool:
    """Whether somebody leads at this moment."""
    until = session.scalar(select(LeaderRow.until).where(LeaderRow.office == office))
    return until is not None and until > now


def due(session: Session, job: str, now: datetime, every: timedelta) -> bool:
    """True once per ``every``, for whoever asks first; it counts as begun then. What was missed is not made up for."""
    first = insert(session, BeatRow).values(job=job, at=now).on_conflict_do_nothing()
    if session.execute(first.returning(BeatRow.job)).one_or_none():
        return True
    return _changed(session, update(BeatRow).where(BeatRow.job == job, BeatRow.at <= now - every).values(at=now))


def _changed(session: Session, statement: Any) -> bool:
    return bool(session.execute(statement, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]  # an update has one
