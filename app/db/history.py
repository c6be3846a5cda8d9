"""Looking things up in the audit trail: by when, who, what, ticket and person; the newest first, or all of it in its order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.db.models.trail import TrailRow

PAGE = 1000


@dataclass(frozen=True)
class Act:
    """One recorded act. ``sequence`` is its place in the chain, None until it is sealed."""

    id: int
    account_id: str
    at: datetime
    who: str
    authority: str
    what: str
    subject: str
    ticket_id: str
    person: str
    why: str
    detail: Mapping[str, Any]
    sequence: int | None
    digest: str


@dataclass(frozen=True)
class Wanted:
    """Which acts of an account are wanted. What is empty does not narrow it."""

    account_id: str
    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    what: tuple[str, ...] = ()
    subject: str = ""
    ticket_id: str = ""
    person: str = ""
    tickets: tuple[str, ...] = field(default=())
    """Acts about any of these tickets, or about ``person``."""


def page(session: Session, wanted: Wanted, limit: int, before: tuple[datetime, int] | None = None) -> list[Act]:
    """The newest of them, or the next ones after ``before``."""
    chosen = _chosen(wanted)
    if before:
        at, id_ = before
        chosen = chosen.where(or_(TrailRow.at < at, and_(TrailRow.at == at, TrailRow.id < id_)))
    return [_act(row) for row in session.scalars(chosen.order_by(TrailRow.at.desc(), TrailRow.id.desc()).limit(limit))]


def every(session: Session, wanted: Wanted) -> Iterator[Act]:
    """All of them in the order of their ids, a page at a time: however many there are, few are in memory."""
    after = 0
    while True:
        chosen = _chosen(wanted).where(TrailRow.id > after).order_by(TrailRow.id).limit(PAGE)
        rows = list(session.scalars(chosen))
        yield from map(_act, rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].id
        session.expunge_all()


def _chosen(wanted: Wanted) -> Select[Any]:
    chosen = select(TrailRow).where(TrailRow.account_id == wanted.account_id)
    equal = {"who": wanted.who, "subject": wanted.subject, "ticket_id": wanted.ticket_id}
    for name, value in equal.items():
        chosen = chosen.where(getattr(TrailRow, name) == value) if value else chosen
    if wanted.since:
        chosen = chosen.where(TrailRow.at >= wanted.since)
    if wanted.until:
        chosen = chosen.where(TrailRow.at < wanted.until)
    if wanted.what:
        chosen = chosen.where(TrailRow.what.in_(wanted.what))
    whose = [TrailRow.person == wanted.person] if wanted.person else []
    whose += [TrailRow.ticket_id.in_(wanted.tickets)] if wanted.tickets else []
    return chosen.where(or_(*whose)) if whose else chosen


def _act(row: TrailRow) -> Act:
    return Act(
        row.id,
        row.account_id,
        row.at,
        row.who,
        row.authority,
        row.what,
        row.subject,
        row.ticket_id,
        row.person,
        row.why,
        row.detail,
        row.sequence,
        row.digest,
    )
