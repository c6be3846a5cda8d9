"""What the audit trail says about one customer: acts on their tickets, and acts on their data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.db import deeds, history, ids, tickets
from app.db.history import Act
from app.db.models.connection import ConnectionRow
from app.db.models.judgement import JudgementRow
from app.db.models.story import StoryRow
from app.db.models.talk import ConversationRow
from app.db.models.ticket import TicketRow
from app.db.sealing import sealed
from app.db.trail import What

MOST_TICKETS = 500
SHOWN = frozenset({What.VIEWED, What.READ, What.LOOKED_UP, What.EXPORTED, What.DECIDED, What.PORTED})
"""Acts in which somebody, or the bot, came to see what is personal."""


@dataclass(frozen=True)
class Deed:
    """One act as it is told: ``agent`` is ``bot`` or whoever it was, ``kind`` the category. None: it is not known."""

    id: int
    at: datetime
    kind: str
    ticket_id: str
    ref: str
    case: str
    """The number of the case that was opened for the ticket; empty where none was."""
    agent: str
    action: str
    personal: bool
    data: tuple[str, ...] | None
    proof: str | None
    encrypted: bool | None
    until: str | None


@dataclass(frozen=True)
class Whose:
    """A customer, by keyed hashes: of their id at the account, and of their address."""

    account_id: str
    customer: str
    person: str


def of_customer(
    session: Session,
    whose: Whose,
    span: tuple[datetime, datetime],
    limit: int,
    before: tuple[datetime, int] | None = None,
    kinds: frozenset[str] = frozenset(),
) -> list[Deed]:
    """The newest acts of that time about the customer, of these categories; or the next ones after ``before``."""
    there = _tickets(session, whose)
    if not there and not whose.person:
        return []
    wanted = history.Wanted(whose.account_id, *span, person=whose.person, tickets=tuple(there))
    known = (there, deeds.opened_cases(session, tuple(there)), _sealed(session, tuple(there)))
    found: list[Deed] = []
    while len(found) < limit:
        acts = history.page(session, wanted, history.PAGE, before)
        told = (_deed(act, *known) for act in acts)
        found += [one for one in told if not kinds or one.kind.casefold() in kinds]
        if len(acts) < history.PAGE:
            break
        before = (acts[-1].at, acts[-1].id)
    return found[:limit]


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


def _sealed(session: Session, there: tuple[str, ...]) -> Mapping[str, bool]:
    """Whether the texts that are kept of a ticket are sealed, all of them, as they stand in the table; without those that have none."""
    begins = func.substr(cast(literal_column("judgement.body"), Text), 1, 8)
    drafts = select(JudgementRow.ticket_id, begins).where(
        JudgementRow.ticket_id.in_(there), JudgementRow.kind == "draft"
    )
    found: dict[str, bool] = {}
    for ticket_id, text in session.execute(drafts):
        found[ticket_id] = sealed(text) and found.get(ticket_id, True)
    return found


def _deed(act: Act, there: Mapping[str, tuple[str, str]], cases: Mapping[str, str], kept: Mapping[str, bool]) -> Deed:
    ref, category = there.get(act.ticket_id, ("", ""))
    proof = str(act.detail.get("proof") or "")
    return Deed(
        act.id,
        act.at,
        str(act.detail.get("category") or category),
        act.ticket_id,
        ref,
        cases.get(act.ticket_id, ""),
        act.who,
        _action(act),
        act.what in SHOWN,
        _data(act),
        proof if proof not in ("", "nobody") else None,
        kept.get(act.ticket_id),
        act.detail.get("until"),
    )


def _action(act: Act) -> str:
    """What was done, in one word or two."""
    detail: Mapping[str, Any] = act.detail
    if act.what == What.DID:
        return f"{detail.get('operation')}:{detail.get('state')}"
    if act.what == What.LOOKED_UP and "operation" in detail:
        return f"looked-up:{detail.get('operation')}"
    if act.what == What.JUDGED:
        return act.why
    return str(detail.get("action") or act.what)


def _data(act: Act) -> tuple[str, ...] | None:
    """What was seen, by name; None where nothing was."""
    if act.what not in SHOWN:
        return None
    named = act.detail.get("data")
    return tuple(map(str, named)) if named else (act.subject,)
