"""The ledger of usage: lines are added, never changed; a dispute takes a line off the invoice and stands beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.models.spending import ModelCallRow
from app.db.models.usage import DisputeRow, UsageRow
from app.db.statements import insert
from app.engine.metering import Entry
from app.engine.pricing import Use

AT_ONCE = 500


@dataclass(frozen=True)
class Dispute:
    """Who does not agree with a line, and why."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Line:
    """One line with what is said against it."""

    entry: Entry
    dispute: Dispute | None = None


class NoSuchLine(LookupError):
    """The account's ledger has no such line, or it is disputed already."""


def write(session: Session, account_id: str, entries: Iterable[Entry]) -> int:
    """Add what is not there yet; says how much was new. What was written once stands, whatever is known later."""
    rows = [
        {
            "id": one.id,
            "account_id": account_id,
            "use": str(one.use),
            "ref": one.ref,
            "kind": one.kind[:200],
            "evidence": dict(one.evidence),
            "at": one.at,
        }
        for one in entries
    ]
    before = _count(session, account_id)
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(session, UsageRow).on_conflict_do_nothing(), rows[start : start + AT_ONCE])
    session.flush()
    return _count(session, account_id) - before


def between(session: Session, account_id: str, start: datetime, end: datetime) -> list[Line]:
    """What became billable within that time, oldest first."""
    chosen = (
        select(UsageRow, DisputeRow)
        .outerjoin(DisputeRow, DisputeRow.usage_id == UsageRow.id)
        .where(UsageRow.account_id == account_id, UsageRow.at >= start, UsageRow.at < end)
    )
    return [
        Line(
            Entry(row.id, Use(row.use), row.ref, row.kind, row.evidence, row.at),
            Dispute(said.by, said.reason, said.at) if said else None,
        )
        for row, said in session.execute(chosen.order_by(UsageRow.at, UsageRow.id))
    ]


def dispute(session: Session, account_id: str, line_id: str, said: Dispute) -> None:
    """Take a line off the invoice. Raises NoSuchLine."""
    row = session.get(UsageRow, line_id)
    if row is None or row.account_id != account_id or session.get(DisputeRow, line_id) is not None:
        raise NoSuchLine(line_id)
    session.add(DisputeRow(usage_id=line_id, by=said.by, reason=said.reason, at=said.at))
    session.flush()


def withdraw(session: Session, account_id: str, refs: Sequence[str], said: Dispute) -> None:
    """Take all lines of these tickets off the invoice, whose lines nobody disputed before."""
    for start in range(0, len(refs), AT_ONCE):
        lines = select(UsageRow.id).where(
            UsageRow.account_id == account_id, UsageRow.ref.in_(refs[start : start + AT_ONCE]), UsageRow.use != Use.SEAT
        )
        for line in session.scalars(lines):
            if session.get(DisputeRow, line) is None:
                session.add(DisputeRow(usage_id=line, by=said.by, reason=said.reason, at=said.at))
    session.flush()


def models(session: Session, account_id: str, since: datetime) -> dict[str, str]:
    """Ticket -> the model that answered last for it."""
    chosen = select(ModelCallRow.ticket_id, ModelCallRow.model).where(
        ModelCallRow.account_id == account_id, ModelCallRow.at >= since, ModelCallRow.outcome == "answered"
    )
    return {row.ticket_id: row.model for row in session.execute(chosen.order_by(ModelCallRow.at, ModelCallRow.id))}


def _count(session: Session, account_id: str) -> int:
    return session.scalar(select(func.count()).select_from(UsageRow).where(UsageRow.account_id == account_id)) or 0
