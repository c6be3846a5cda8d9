"""Who did what about one customer: decisions, effects on backends, what people said, and whose data were looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db import ids, tickets
from app.db.codec import decode
from app.db.models.connection import ConnectionRow
from app.db.models.judgement import JudgementRow, OutcomeRow
from app.db.models.run import DeedRow, RunRow
from app.db.models.story import StoryRow
from app.db.models.talk import ConversationRow
from app.db.models.ticket import TicketRow
from app.engine.types import Approval, Classification, Decision
from connectors.types import Reply

MOST_TICKETS = 500
BOT = "bot"


@dataclass(frozen=True)
class Deed:
    """One thing that was done. ``agent`` is ``bot``, or a person's id; ``access`` says whose data were looked at, and on what proof."""

    id: str
    at: datetime
    kind: str
    ticket_id: str
    ref: str
    agent: str
    action: str
    access: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Whose:
    """A customer, by keyed hashes: of their id at the account, and of their address."""

    account_id: str
    customer: str
    person: str


def of_customer(session: Session, whose: Whose, since: datetime, until: datetime) -> list[Deed]:
    """Everything within that time about the customer's newest tickets, newest first."""
    there = _tickets(session, whose)
    found = [*_decided(session, there), *_done(session, there), *_looked(session, there), *_said(session, there)]
    return sorted((one for one in found if since <= one.at < until), key=lambda one: (one.at, one.id), reverse=True)


def _tickets(session: Session, whose: Whose) -> Mapping[str, tuple[str, str]]:
    """Our id -> name at the helpdesk, and category."""
    talks = select(ConversationRow.ticket_id).where(
        ConversationRow.account_id == whose.account_id, ConversationRow.customer == whose.customer
    )
    passed_on = [tickets.remembered(session, one).linked for one in session.scalars(talks.limit(MOST_TICKETS))]
    linked = [ids.ticket(place[0], place[1].id) for place in passed_on if place]
    theirs = StoryRow.person == whose.person if whose.person else StoryRow.ticket_id.in_(linked)
    chosen = (
        select(TicketRow.id, TicketRow.ref, StoryRow.body)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .outerjoin(StoryRow, StoryRow.ticket_id == TicketRow.id)
        .where(ConnectionRow.account_id == whose.account_id, or_(TicketRow.id.in_(linked), theirs))
        .order_by(TicketRow.created_at.desc())
    )
    rows = session.execute(chosen.limit(MOST_TICKETS))
    return {row.id: (row.ref, (row.body or {}).get("category", "")) for row in rows}


def _decided(session: Session, there: Mapping[str, tuple[str, str]]) -> Iterator[Deed]:
    chosen = select(JudgementRow).where(JudgementRow.ticket_id.in_(list(there)), JudgementRow.kind == "decision")
    judged = select(JudgementRow.decision_id, JudgementRow.body).where(
        JudgementRow.ticket_id.in_(list(there)), JudgementRow.kind == "classification"
    )
    kinds = {row.decision_id: decode(Classification, row.body).category for row in session.execute(judged)}
    for row in session.scalars(chosen):
        decision = decode(Decision, row.body)
        answered = any(isinstance(change, Reply) for change in decision.changes)
        agent = decision.permission.by if isinstance(decision.permission, Approval) else BOT
        action = "answered" if answered else "left-to-people"
        yield Deed(row.id, row.at, kinds.get(row.id, ""), row.ticket_id, there[row.ticket_id][0], agent, action)


def _done(session: Session, there: Mapping[str, tuple[str, str]]) -> Iterator[Deed]:
    for row in session.scalars(select(DeedRow).where(DeedRow.ticket_id.in_(list(there)))):
        permission = ((row.permit or {}).get("permission") or {}).get("by") or BOT
        ref, kind = there[row.ticket_id]
        yield Deed(f"deed-{row.id}", row.updated_at, kind, row.ticket_id, ref, permission, f"{row.name}:{row.state}")


def _looked(session: Session, there: Mapping[str, tuple[str, str]]) -> Iterator[Deed]:
    """What workflows noted about the data that they looked at."""
    for row in session.scalars(select(RunRow).where(RunRow.ticket_id.in_(list(there)))):
        outputs: Mapping[str, Any] = row.body.get("outputs") or {}
        for name, values in outputs.items():
            access = values.get("access") if isinstance(values, dict) else None
            if isinstance(access, dict) and "at" in access:
                at, ref = datetime.fromisoformat(access["at"]), there[row.ticket_id][0]
                yield Deed(f"run-{row.id}-{name}", at, row.category, row.ticket_id, ref, BOT, "looked-at-data", access)


def _said(session: Session, there: Mapping[str, tuple[str, str]]) -> Iterator[Deed]:
    rows: Sequence[OutcomeRow] = session.scalars(select(OutcomeRow).where(OutcomeRow.ticket_id.in_(list(there)))).all()
    for row in rows:
        ref, kind = there[row.ticket_id]
        yield Deed(f"said-{row.id}", row.at, kind, row.ticket_id, ref, row.by, row.kind)
