"""What an account has, in parts, newest first: tickets, decisions, signals, problems. Every query names the account."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import judgements
from app.db.codec import decode
from app.db.judgements import Judged, Outcome
from app.db.models.connection import ConnectionRow
from app.db.models.effect import EffectRow
from app.db.models.judgement import JudgementRow, OutcomeRow
from app.db.models.problem import ProblemRow
from app.db.models.signal import SignalRow
from app.db.models.story import StoryRow
from app.db.models.ticket import TicketRow
from app.db.problems import Problem
from app.db.tickets import CHAT
from app.engine.outcomes import Story
from app.engine.types import Classification, Decision, Draft
from app.errors import UnknownRecord

T = TypeVar("T")
Place = tuple[datetime, str]
"""Where a part ends: a moment, and a name for who has the same."""


@dataclass(frozen=True)
class Wanted:
    """Which part: so many after that place, of one ticket or of all, within some time."""

    limit: int
    after: Place | None = None
    ticket: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Part(Generic[T]):
    """Some of a list, and where the next part begins; None at its end."""

    items: tuple[T, ...]
    following: Place | None


@dataclass(frozen=True)
class Listed:
    """A ticket as we remember it. ``story`` is what became of it so far."""

    id: str
    connection_id: str
    vendor: str
    ref: str
    created_at: datetime
    quiet_since: datetime | None
    story: Story | None


@dataclass(frozen=True)
class Decided:
    """A decision with what it rests on, and what people said about it."""

    judged: Judged
    at: datetime
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Heard:
    """A signal as it is kept."""

    delivery: str
    source: str
    kind: str
    about: str
    at: datetime
    received_at: datetime
    state: str
    outcome: str


_TICKETS = (
    select(TicketRow, ConnectionRow.vendor, StoryRow.body)
    .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
    .outerjoin(StoryRow, StoryRow.ticket_id == TicketRow.id)
)


def ticket(session: Session, account_id: str, ticket_id: str) -> Listed:
    """That ticket of the account's. Raises UnknownRecord, also for another account's."""
    mine = _TICKETS.where(TicketRow.id == ticket_id, ConnectionRow.account_id == account_id)
    row = session.execute(mine).one_or_none()
    if row is None:
        raise UnknownRecord("the account has no such ticket")
    return _listed(row)


def tickets(session: Session, account_id: str, wanted: Wanted) -> Part[Listed]:
    """The account's tickets, by when we first heard of them; what passes a conversation on is none of its own."""
    own = (TicketRow.ref != "", ~TicketRow.ref.startswith(CHAT))
    chosen = _TICKETS.where(ConnectionRow.account_id == account_id, *own)
    rows = session.execute(_part(chosen, TicketRow.created_at, TicketRow.id, wanted)).all()
    return _cut(rows, wanted, _listed, lambda row: (row[0].created_at, row[0].id))


def decisions(session: Session, account_id: str, wanted: Wanted) -> Part[Decided]:
    """The account's decisions, by when they were made."""
    chosen = (
        select(JudgementRow)
        .join(TicketRow, TicketRow.id == JudgementRow.ticket_id)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .where(JudgementRow.kind == judgements.DECISION, ConnectionRow.account_id == account_id)
    )
    if wanted.ticket:
        chosen = chosen.where(JudgementRow.ticket_id == wanted.ticket)
    rows = session.scalars(_part(chosen, JudgementRow.at, JudgementRow.id, wanted)).all()
    around = _around(session, [row.id for row in rows])
    said = _said(session, [row.id for row in rows])

    def decided(row: JudgementRow) -> Decided:
        judged = Judged(
            row.ticket_id,
            decode(Classification, around[row.id, judgements.CLASSIFICATION]),
            decode(Draft, around[row.id, judgements.DRAFT]),
            decode(Decision, row.body),
        )
        return Decided(judged, row.at, tuple(said.get(row.id, ())))

    return _cut(rows, wanted, decided, lambda row: (row.at, row.id))


def _around(session: Session, ids: Sequence[str]) -> Mapping[tuple[str, str], Any]:
    """(decision, kind) -> the value, of what these decisions rest on."""
    chosen = select(JudgementRow.decision_id, JudgementRow.kind, JudgementRow.body)
    rows = session.execute(chosen.where(JudgementRow.decision_id.in_(ids)))
    return {(row.decision_id, row.kind): row.body for row in rows}


def _said(session: Session, ids: Sequence[str]) -> Mapping[str, list[Outcome]]:
    rows = session.scalars(select(OutcomeRow).where(OutcomeRow.decision_id.in_(ids)).order_by(OutcomeRow.at))
    found: dict[str, list[Outcome]] = {}
    for row in rows:
        found.setdefault(row.decision_id, []).append(Outcome(row.kind, row.by, row.at))
    return found


def signals(session: Session, account_id: str, wanted: Wanted) -> Part[Heard]:
    """What the account was told, by when it came."""
    chosen = select(SignalRow).where(SignalRow.account_id == account_id)
    if wanted.after is not None:
        name = wanted.after[1]
        if not name.isdigit() or len(name) > 18:
            raise UnknownRecord("there is no such part")
        chosen = chosen.where(SignalRow.id < int(name))
    rows = session.scalars(chosen.order_by(SignalRow.id.desc()).limit(wanted.limit + 1)).all()

    def heard(row: SignalRow) -> Heard:
        moments = (row.at, row.received_at)
        return Heard(row.delivery, row.source, row.kind, row.about, *moments, row.state, row.outcome)

    return _cut(rows, wanted, heard, lambda row: (row.received_at, str(row.id)))


def problems(session: Session, account_id: str, wanted: Wanted) -> Part[Problem]:
    """What the account's admin must read, by when it was last seen. What is about no connection is nobody's."""
    mine = select(ConnectionRow.id).where(ConnectionRow.account_id == account_id)
    chosen = select(ProblemRow).where(ProblemRow.connection_id.in_(mine))
    rows = session.scalars(_part(chosen, ProblemRow.last_at, ProblemRow.id, wanted)).all()

    def problem(row: ProblemRow) -> Problem:
        return Problem(row.kind, row.text, row.remedy, row.connection_id, row.ticket_id, row.times, row.last_at)

    return _cut(rows, wanted, problem, lambda row: (row.last_at, row.id))


def states(session: Session, account_id: str, key: str) -> tuple[str, str]:
    """How far a planned batch of the account's is, and why not further. Raises UnknownRecord."""
    chosen = select(EffectRow.state, EffectRow.reason).join(ConnectionRow, ConnectionRow.id == EffectRow.connection_id)
    row = session.execute(chosen.where(EffectRow.key == key, ConnectionRow.account_id == account_id)).one_or_none()
    if row is None:
        raise UnknownRecord("the account has no such change")
    return row.state, row.reason


def _part(
    chosen: Select[Any],
    at: InstrumentedAttribute[datetime],
    name: InstrumentedAttribute[str],
    wanted: Wanted,
) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.after is not None:
        moment, last = wanted.after
        conditions.append(or_(at < moment, and_(at == moment, name < last)))
    if wanted.since is not None:
        conditions.append(at >= wanted.since)
    if wanted.until is not None:
        conditions.append(at < wanted.until)
    return chosen.where(*conditions).order_by(at.desc(), name.desc()).limit(wanted.limit + 1)


def _cut(rows: Sequence[Any], wanted: Wanted, make: Callable[[Any], T], place: Callable[[Any], Place]) -> Part[T]:
    """One row more than was wanted says that there is another part."""
    here = rows[: wanted.limit]
    return Part(tuple(make(row) for row in here), place(here[-1]) if len(rows) > wanted.limit else None)


def _listed(row: Any) -> Listed:
    kept: TicketRow = row[0]
    story = decode(Story, row[2]) if row[2] else None
    moments = (kept.created_at, kept.quiet_since)
    return Listed(kept.id, kept.connection_id, row[1], kept.ref, *moments, story)
