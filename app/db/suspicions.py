"""What signs of fraud are looked for in: who opened tickets about it, what their runs came to, which codes were not right."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models.identity import CodeRow
from app.db.models.run import RunRow
from app.db.models.story import StoryRow
from app.engine.suspicion import Tried

MANY = 500
"""Tickets that one question is about."""


@dataclass(frozen=True)
class Opened:
    """A ticket by our name for it, whose it is (a keyed hash, or empty), and when it was opened."""

    ticket: str
    person: str
    at: datetime


def opened(session: Session, account_id: str, categories: Collection[str], since: datetime) -> list[Opened]:
    """Tickets of these categories since then, without tests, oldest first."""
    about = StoryRow.body["category"].as_string().in_(list(categories))
    chosen = select(StoryRow.ticket_id, StoryRow.person, StoryRow.opened_at, StoryRow.body["test"].as_boolean())
    chosen = chosen.where(StoryRow.account_id == account_id, StoryRow.opened_at >= since, about)
    rows = session.execute(chosen.order_by(StoryRow.opened_at, StoryRow.ticket_id))
    return [Opened(ticket, person, at) for ticket, person, at, test in rows if not test]


def outputs(session: Session, tickets: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """What the runs of these tickets came to: the ticket, and the outputs of all steps together."""
    found: list[tuple[str, dict[str, Any]]] = []
    for first in range(0, len(tickets), MANY):
        chosen = select(RunRow).where(RunRow.ticket_id.in_(list(tickets[first : first + MANY])))
        for row in session.scalars(chosen.order_by(RunRow.created_at, RunRow.id)):
            steps: Mapping[str, Mapping[str, Any]] = row.body.get("outputs") or {}
            found.append((row.ticket_id, {name: value for step in steps.values() for name, value in step.items()}))
    return found


def tried(session: Session, account_id: str, since: datetime) -> list[Tried]:
    """Every code that was sent since then and answered, with how many answers were wrong."""
    chosen = select(CodeRow).where(CodeRow.account_id == account_id, CodeRow.issued_at >= since, CodeRow.tries > 0)
    return [
        Tried(row.person, row.tries - (row.used_at is not None), row.issued_at)
        for row in session.scalars(chosen.order_by(CodeRow.issued_at, CodeRow.id))
    ]
