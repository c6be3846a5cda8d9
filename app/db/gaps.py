"""What people said beyond our drafts, kept for a while; and what was proposed because of it, with who ruled how."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import trail
from app.db.codec import decode, encode
from app.db.models.gap import DifferenceRow, GapRow
from app.db.protecting import seal
from app.db.trail import Entry, What
from app.engine.gaps import Difference, Proposal, known, merged, proposals

OPEN, APPROVED, REJECTED = "open", "approved", "rejected"
KEPT_FOR = timedelta(days=90)
"""How long what one answer said is kept."""


class NoSuchGap(LookupError):
    """The account has no proposal of that id, or it is ruled on already."""


@dataclass(frozen=True)
class Gap:
    """A proposal with what became of it. ``by`` is empty while it is open."""

    proposal: Proposal
    state: str
    found_at: datetime
    by: str = ""
    ruled_at: datetime | None = None


def observe(session: Session, account_id: str, one: Difference, at: datetime) -> None:
    """Keep what one answer said, once."""
    if session.get(DifferenceRow, one.decision) is None:
        body = seal(session, DifferenceRow.body, encode(one), one.decision, one.decision, account_id)
        row = DifferenceRow(decision_id=one.decision, account_id=account_id, category=one.category, body=body, at=at)
        session.add(row)
        session.flush()


def observed(session: Session, decision_id: str) -> bool:
    """Whether the answer to that decision was looked at."""
    return session.get(DifferenceRow, decision_id) is not None


def find(session: Session, account_id: str, now: datetime) -> list[Gap]:
    """All open proposals after another look through what was said lately: new ones are kept, open ones gain what speaks for them."""
    session.execute(
        delete(DifferenceRow).where(DifferenceRow.account_id == account_id, DifferenceRow.at < now - KEPT_FOR)
    )
    rows = session.scalars(
        select(DifferenceRow)
        .where(DifferenceRow.account_id == account_id)
        .order_by(DifferenceRow.at, DifferenceRow.decision_id)
    )
    before = every(session, account_id)
    for one in proposals(account_id, [decode(Difference, row.body) for row in rows]):
        same = known(one, [gap.proposal for gap in before])
        row = session.get(GapRow, same.id) if same else None
        if row is None:
            body = _body(session, account_id, one, one.id)
            session.add(GapRow(id=one.id, account_id=account_id, state=OPEN, body=body, found_at=now, by=""))
        elif same and row.state == OPEN:
            row.body = _body(session, account_id, merged(same, one), row.id)
    session.flush()
    return [gap for gap in every(session, account_id) if gap.state == OPEN]


def _body(session: Session, account_id: str, one: Proposal, row: str) -> Any:
    return seal(session, GapRow.body, encode(one), account_id, row, account_id)


def every(session: Session, account_id: str) -> list[Gap]:
    """All proposals, most often said first."""
    rows = session.scalars(select(GapRow).where(GapRow.account_id == account_id))
    return sorted((_gap(row) for row in rows), key=lambda gap: (-len(gap.proposal.decisions), gap.proposal.id))


def rule(session: Session, account_id: str, gap_id: str, state: str, by: str, at: datetime) -> Gap:
    """A person approves or rejects an open proposal. Raises NoSuchGap."""
    row = session.get(GapRow, gap_id)
    if row is None or row.account_id != account_id or row.state != OPEN:
        raise NoSuchGap(gap_id)
    row.state, row.by, row.ruled_at = state, by, at
    session.flush()
    trail.record(session, account_id, Entry(What.KNOWLEDGE, f"gap:{gap_id}", why=state))
    return _gap(row)


def _gap(row: GapRow) -> Gap:
    return Gap(decode(Proposal, row.body), row.state, row.found_at, row.by, row.ruled_at)
