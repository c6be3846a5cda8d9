"""Notices: who is told, by which way, and how far that got. Sending is the jobs' part; no notice holds what a customer wrote."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db.models.deadline import NoticeRow
from app.db.models.ticket import TicketRow
from app.db.protecting import seal
from app.db.statements import insert

PENDING, SENDING, SENT, DIGESTED, REVIEW = "pending", "sending", "sent", "digested", "review"
QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Notice:
    """One message to one contact by one way (``chat``, ``email``, ``webhook``, ``pager``).

    ``ticket_id`` is empty for what is about the account as a whole, such as a report; that has a ``text``, and a ``page`` in HTML
    for a way that shows one.
    """

    account_id: str
    ticket_id: str
    contact: str
    way: str
    subject: str
    topic: str = ""
    id: int = 0
    key: str = ""
    attempts: int = 0
    sent_at: datetime | None = None
    text: str = ""
    page: str = ""


def plan(session: Session, key: str, notice: Notice, at: datetime) -> bool:
    """Have it sent, once for each key. False when it was planned before."""
    name, scope = _hash(key), notice.ticket_id or notice.account_id
    row = insert(session, NoticeRow).values(
        key=name,
        account_id=notice.account_id,
        ticket_id=notice.ticket_id or None,
        text=seal(session, NoticeRow.text, notice.text, scope, name, notice.account_id),
        page=seal(session, NoticeRow.page, notice.page, scope, name, notice.account_id),
        contact=notice.contact,
        way=notice.way,
        subject=notice.subject,
        topic=notice.topic[:60],
        state=PENDING,
        attempts=0,
        created_at=at,
    )
    return session.execute(row.on_conflict_do_nothing().returning(NoticeRow.id)).one_or_none() is not None


def planned(session: Session, key: str) -> bool:
    """Whether one was planned under that key."""
    return session.scalar(select(NoticeRow.id).where(NoticeRow.key == _hash(key))) is not None


def told(session: Session, account_id: str, topic: str, since: datetime) -> set[tuple[str, str]]:
    """Contact and way of everything on that topic that was planned after a moment."""
    chosen = select(NoticeRow.contact, NoticeRow.way).where(
        NoticeRow.account_id == account_id, NoticeRow.topic == topic, NoticeRow.created_at > since
    )
    return {(row.contact, row.way) for row in session.execute(chosen)}


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def accounts(session: Session, now: datetime) -> list[str]:
    """Accounts with notices that are due."""
    chosen = select(NoticeRow.account_id).where(*_waiting(now)).distinct()
    return list(session.scalars(chosen))


def due(session: Session, account_id: str, now: datetime) -> list[Notice]:
    """The account's notices to send now, oldest first. An attempt whose answer never came counts again once its time is over."""
    chosen = select(NoticeRow).where(NoticeRow.account_id == account_id, *_waiting(now))
    return [_record(row) for row in session.scalars(chosen.order_by(NoticeRow.id))]


def claim(session: Session, ids: list[int], now: datetime, until: datetime) -> bool:
    """Begin an attempt at all of them: True for one caller only."""
    mine = (
        update(NoticeRow)
        .where(NoticeRow.id.in_(ids), NoticeRow.state.in_((PENDING, SENDING)), _due(now))
        .values(state=SENDING, attempts=NoticeRow.attempts + 1, not_before=until)
    )
    return len(session.execute(mine.returning(NoticeRow.id), execution_options=QUIETLY).all()) == len(ids)


def settle(session: Session, ids: list[int], state: str, at: datetime, *, not_before: datetime | None = None) -> None:
    """How the attempt ended."""
    values: dict[str, object] = {"state": state, "not_before": not_before}
    values |= {"sent_at": at} if state in (SENT, DIGESTED) else {}
    session.execute(update(NoticeRow).where(NoticeRow.id.in_(ids)).values(**values), execution_options=QUIETLY)


def lately(session: Session, contact: tuple[str, str, str], since: datetime) -> tuple[int, bool]:
    """How many single notices this account's contact got by this way since then, and whether a digest was among them."""
    account_id, name, way = contact
    told = (
        NoticeRow.account_id == account_id,
        NoticeRow.contact == name,
        NoticeRow.way == way,
        NoticeRow.sent_at > since,
    )
    counts = select(NoticeRow.state, func.count()).where(*told).group_by(NoticeRow.state)
    found = {row[0]: row[1] for row in session.execute(counts)}
    return found.get(SENT, 0), found.get(DIGESTED, 0) > 0


def acknowledge(session: Session, ticket_id: str, by: str, at: datetime) -> int:
    """Somebody has the ticket: no notice about it goes further up. Says how many were open; the first word counts."""
    mine = update(NoticeRow).where(NoticeRow.ticket_id == ticket_id, NoticeRow.acknowledged_at.is_(None))
    told = mine.values(acknowledged_at=at, acknowledged_by=by).returning(NoticeRow.id)
    return len(session.execute(told, execution_options=QUIETLY).all())


def acknowledged(session: Session, ticket_id: str) -> tuple[datetime, str] | None:
    """When somebody first said that they have the ticket, and who."""
    chosen = select(NoticeRow.acknowledged_at, NoticeRow.acknowledged_by).where(NoticeRow.ticket_id == ticket_id)
    row = session.execute(
        chosen.where(NoticeRow.acknowledged_at.is_not(None)).order_by(NoticeRow.acknowledged_at).limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row and row[0] else None


def about(session: Session, account_id: str, key: str) -> str | None:
    """The ticket that a notice of this key is about; a button's value came from outside and may be anything."""
    chosen = select(NoticeRow.ticket_id).where(NoticeRow.key == key, NoticeRow.account_id == account_id)
    return session.scalar(chosen)


def unheard(session: Session, before: datetime) -> list[Notice]:
    """Notices sent before then that nobody acknowledged, about tickets that nobody took, and not brought further up yet."""
    chosen = (
        select(NoticeRow)
        .join(TicketRow, TicketRow.id == NoticeRow.ticket_id)
        .where(NoticeRow.state.in_((SENT, DIGESTED)), NoticeRow.sent_at <= before, NoticeRow.raised_at.is_(None))
        .where(NoticeRow.acknowledged_at.is_(None))
        .where(TicketRow.quiet_since.is_(None))
        .order_by(NoticeRow.id)
        .limit(2_000)
    )
    return [_record(row) for row in session.scalars(chosen)]


def raised(session: Session, notice: Notice, at: datetime) -> bool:
    """It is brought further up: True for one caller only."""
    mine = update(NoticeRow).where(NoticeRow.id == notice.id, NoticeRow.raised_at.is_(None)).values(raised_at=at)
    return session.execute(mine.returning(NoticeRow.id), execution_options=QUIETLY).one_or_none() is not None


def _waiting(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's own types of conditions
    """To be sent now: whoever says that they have the ticket spares the others the message."""
    return NoticeRow.state.in_((PENDING, SENDING)), NoticeRow.acknowledged_at.is_(None), _due(now)


def _due(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type of a condition
    return func.coalesce(NoticeRow.not_before, now) <= now


def _record(row: NoticeRow) -> Notice:
    return Notice(
        row.account_id,
        row.ticket_id or "",
        row.contact,
        row.way,
        row.subject,
        row.topic,
        row.id,
        row.key,
        row.attempts,
        row.sent_at,
        row.text,
        row.page,
    )
