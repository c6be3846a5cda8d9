"""The stories of tickets: kept at each look, read by time."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.codec import decode, encode
from app.db.models.story import StoryRow
from app.engine.outcomes import Story


def find(session: Session, ticket_id: str) -> Story | None:
    """What is known of a ticket, or None."""
    row = session.get(StoryRow, ticket_id)
    return decode(Story, row.body) if row else None


def keep(session: Session, account_id: str, story: Story) -> None:
    """Keep a ticket's story in place of what was known; ``story.ticket`` is our own name for the ticket."""
    row = session.get(StoryRow, story.ticket)
    if row is None:
        row = StoryRow(ticket_id=story.ticket, account_id=account_id, opened_at=story.opened_at)
        session.add(row)
    row.person, row.body = story.person, encode(story)
    session.flush()


def any_since(session: Session, account_id: str, start: datetime) -> bool:
    """Whether a ticket was opened since then."""
    chosen = select(StoryRow.ticket_id).where(StoryRow.account_id == account_id, StoryRow.opened_at >= start)
    return session.scalar(chosen.limit(1)) is not None


def since(session: Session, account_id: str, start: datetime, end: datetime | None = None) -> list[Story]:
    """The stories of tickets that were opened within that time, oldest first."""
    chosen = select(StoryRow).where(StoryRow.account_id == account_id, StoryRow.opened_at >= start)
    if end is not None:
        chosen = chosen.where(StoryRow.opened_at < end)
    return [decode(Story, row.body) for row in session.scalars(chosen.order_by(StoryRow.opened_at, StoryRow.ticket_id))]
