"""What people asked about their data: kept until it is done, with how far it is and the proof. Due within a month, as the GDPR asks."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.rights import RightRow
from app.db.protecting import seal
from app.errors import UnknownRecord

QUIETLY = {"synchronize_session": False}


class Right(StrEnum):
    """What was asked for."""

    ERASURE = "erasure"
    PORTABILITY = "portability"
    ACCESS = "access"


class State(StrEnum):
    """How far it is."""

    OPEN = "open"
    HELD = "held"
    """A legal hold keeps it: it goes on when that is lifted."""
    HOST = "host"
    """All of ours is done; people still have to see to the host."""
    DONE = "done"


@dataclass(frozen=True)
class Request:
    """One request. ``person`` is a keyed hash; ``wanted`` says who it is while that is needed, and is empty when it is done."""

    id: str
    account_id: str
    kind: Right
    person: str
    by: str
    asked_at: datetime
    due_at: datetime
    state: State = State.OPEN
    reason: str = ""
    done_at: datetime | None = None
    wanted: Mapping[str, str] = field(default_factory=dict, repr=False)
    progress: Mapping[str, Any] = field(default_factory=dict)
    proof: Mapping[str, Any] = field(default_factory=dict)

    def late(self, now: datetime) -> bool:
        """Whether it should have been done."""
        return self.done_at is None and self.due_at < now


def ask(session: Session, request: Request) -> Request:
    """Keep a request. An erasure of the same person that is not done is the same one.

    Who approves that the host is asked (``in_host``) does so for that one, too, and anew where only people were left to see to it.
    """
    if request.kind is Right.ERASURE:
        over = [State.DONE, State.HOST] if request.progress.get("in_host") else [State.DONE]
        mine = (RightRow.account_id == request.account_id, RightRow.person == request.person)
        same = select(RightRow).where(*mine, RightRow.kind == request.kind, RightRow.state.not_in(over))
        known = session.scalar(same.order_by(RightRow.asked_at.desc()).limit(1))
        if known is not None:
            approved = request.progress.get("in_host") and not known.progress.get("in_host")
            more = {**known.progress, "in_host": True} if approved else known.progress
            return go_on(session, _request(known), more, State(known.state))
    name = request.id or ids.fresh()
    row = RightRow(
        id=name,
        account_id=request.account_id,
        kind=request.kind,
        person=request.person,
        by=request.by,
        reason=request.reason,
        state=request.state,
        wanted=seal(session, RightRow.wanted, dict(request.wanted), name, name, request.account_id),
        progress=dict(request.progress),
        proof=dict(request.proof),
        asked_at=request.asked_at,
        due_at=request.due_at,
        done_at=request.done_at,
    )
    session.add(row)
    session.flush()
    return find(session, request.account_id, name)


def find(session: Session, account_id: str, request_id: str) -> Request:
    """That request of the account's. Raises UnknownRecord."""
    chosen = select(RightRow).where(RightRow.account_id == account_id, RightRow.id == request_id)
    row = session.scalar(chosen.execution_options(populate_existing=True))
    if row is None:
        raise UnknownRecord("the account has no such request", "see `deskhand rights --account NAME`")
    return _request(row)


def requests(session: Session, account_id: str, since: datetime, until: datetime) -> list[Request]:
    """What was asked within that time, oldest first."""
    mine = (RightRow.account_id == account_id, RightRow.asked_at >= since, RightRow.asked_at < until)
    return [_request(row) for row in session.scalars(select(RightRow).where(*mine).order_by(RightRow.asked_at))]


def unfinished(session: Session, account_id: str = "") -> list[Request]:
    """What is not done, the longest waiting first; of every account where none is named."""
    chosen = select(RightRow).where(RightRow.state != State.DONE).order_by(RightRow.due_at)
    return [
        _request(row)
        for row in session.scalars(chosen.where(RightRow.account_id == account_id) if account_id else chosen)
    ]


def go_on(session: Session, request: Request, progress: Mapping[str, Any], state: State = State.OPEN) -> Request:
    """How far it is now."""
    mine = update(RightRow).where(RightRow.id == request.id)
    session.execute(mine.values(progress=dict(progress), state=state), execution_options=QUIETLY)
    return find(session, request.account_id, request.id)


def remember(session: Session, request: Request, **more: str) -> Request:
    """More of who it is about, sealed until it is done."""
    wanted = seal(session, RightRow.wanted, {**request.wanted, **more}, request.id, request.id, request.account_id)
    session.execute(update(RightRow).where(RightRow.id == request.id).values(wanted=wanted), execution_options=QUIETLY)
    return find(session, request.account_id, request.id)


def finish(session: Session, request: Request, proof: Mapping[str, Any], state: State, at: datetime) -> None:
    """It is done: who it was is forgotten, and what was done is kept."""
    values: dict[str, Any] = {"state": state, "proof": dict(proof), "wanted": {}, "done_at": at}
    session.execute(update(RightRow).where(RightRow.id == request.id).values(**values), execution_options=QUIETLY)


def at_host(session: Session, account_id: str, request_id: str, by: str, at: datetime) -> None:
    """Somebody says that the host is seen to. Raises UnknownRecord."""
    request = find(session, account_id, request_id)
    if request.state is not State.HOST:
        raise UnknownRecord("nobody has to see to the host for that request")
    progress = {**request.progress, "host_done": {"by": by, "at": at.isoformat()}}
    go_on(session, request, progress, State.DONE)


def seen_to(session: Session, request: Request, at: datetime) -> None:
    """Earlier requests about the same person that waited for somebody to see to the host: this one did."""
    mine = (RightRow.account_id == request.account_id, RightRow.person == request.person, RightRow.state == State.HOST)
    for name in session.scalars(select(RightRow.id).where(*mine, RightRow.id != request.id)).all():
        at_host(session, request.account_id, name, f"request:{request.id}", at)


def due(asked: datetime) -> datetime:
    """A calendar month later; on its last day where that month is shorter."""
    year, month = (asked.year + 1, 1) if asked.month == 12 else (asked.year, asked.month + 1)
    return asked.replace(year=year, month=month, day=min(asked.day, calendar.monthrange(year, month)[1]))


def _request(row: RightRow) -> Request:
    return Request(
        row.id,
        row.account_id,
        Right(row.kind),
        row.person,
        row.by,
        row.asked_at,
        row.due_at,
        State(row.state),
        row.reason,
        row.done_at,
        row.wanted,
        row.progress,
        row.proof,
    )
