"""What people ask of tickets' turns: to undo what a decision did, to recall what was answered. Each once; done under the ticket's lease."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import inbox, trail
from app.db.models.log import ErrandRow
from app.db.models.ticket import TicketRow
from app.db.protecting import seal
from app.db.statements import insert
from app.db.trail import Entry, What
from connectors.types import Event, EventKind, Ref

UNDO, RECALL = "undo", "recall"
WAITING, PLANNED, NOTHING = "waiting", "planned", "nothing"
ASKED = "deskhand:errand:"
"""Begins the delivery of an event of our own: somebody has asked something of this ticket's turn."""
QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Errand:
    """One thing that is asked. ``id`` names it for good: the same asked twice is asked once."""

    id: str
    account_id: str
    ticket_id: str
    decision_id: str
    kind: str
    by: str
    body: dict[str, Any] = field(repr=False)
    state: str = WAITING
    outcome: str = ""
    asked_at: datetime | None = None


def ask(session: Session, errand: Errand, at: datetime) -> bool:
    """Keep it and wake its ticket. False when the same was asked before."""
    values = {name: value for name, value in vars(errand).items() if name != "asked_at"} | {"asked_at": at}
    values["body"] = seal(session, ErrandRow.body, errand.body, errand.ticket_id, errand.id, errand.account_id)
    row = insert(session, ErrandRow).values(**values).on_conflict_do_nothing().returning(ErrandRow.id)
    if session.execute(row).one_or_none() is None:
        return False
    asked_of = Entry(
        What.TOOK_BACK, errand.decision_id, errand.ticket_id, why=errand.kind, detail={"errand": errand.id}
    )
    trail.record(session, errand.account_id, asked_of)
    where = session.execute(
        select(TicketRow.connection_id, TicketRow.ref).where(TicketRow.id == errand.ticket_id)
    ).one()
    inbox.accept(session, where[0], [Event(f"{ASKED}{errand.id}", EventKind.CHANGED, Ref(where[1]), at)], at)
    return True


def waiting(session: Session, ticket_id: str, ids: Sequence[str]) -> list[Errand]:
    """Those of these that are this ticket's and wait, oldest first."""
    chosen = select(ErrandRow).where(
        ErrandRow.ticket_id == ticket_id, ErrandRow.id.in_(ids), ErrandRow.state == WAITING
    )
    return [_record(row) for row in session.scalars(chosen.order_by(ErrandRow.asked_at, ErrandRow.id))]


def asked(session: Session, id: str) -> bool:
    """Whether that was ever asked."""
    return session.get(ErrandRow, id) is not None


def find(session: Session, id: str) -> Errand:
    """One that was asked. Raises NoResultFound."""
    return _record(session.get_one(ErrandRow, id))


def reopen(session: Session, errand: Errand, tried: str, at: datetime) -> None:
    """It waits again, and its ticket is woken. ``tried`` names the attempt that came to nothing."""
    mine = update(ErrandRow).where(ErrandRow.id == errand.id)
    session.execute(mine.values(state=WAITING, outcome="", settled_at=None), execution_options=QUIETLY)
    where = session.execute(
        select(TicketRow.connection_id, TicketRow.ref).where(TicketRow.id == errand.ticket_id)
    ).one()
    woken = Event(f"{ASKED}{errand.id}:after-{tried}", EventKind.CHANGED, Ref(where[1]), at)
    inbox.accept(session, where[0], [woken], at)


def settle(session: Session, errand: Errand, state: str, outcome: str, at: datetime) -> None:
    """How it ended."""
    mine = update(ErrandRow).where(ErrandRow.id == errand.id)
    session.execute(mine.values(state=state, outcome=outcome, settled_at=at), execution_options=QUIETLY)


def of_account(session: Session, account_id: str, limit: int = 200) -> list[Errand]:
    """The account's newest ones, newest first."""
    chosen = select(ErrandRow).where(ErrandRow.account_id == account_id)
    rows = session.scalars(chosen.order_by(ErrandRow.asked_at.desc(), ErrandRow.id).limit(limit))
    return [_record(row) for row in rows]


def _record(row: ErrandRow) -> Errand:
    return Errand(
        id=row.id,
        account_id=row.account_id,
        ticket_id=row.ticket_id,
        decision_id=row.decision_id,
        kind=row.kind,
        by=row.by,
        body=row.body,
        state=row.state,
        outcome=row.outcome,
        asked_at=row.asked_at,
    )
