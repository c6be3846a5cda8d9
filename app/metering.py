"""The ledger brought up to date from the tickets' stories, as often as somebody asks: by the clock daily, and before an invoice."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import stories, usage
from app.db.usage import Dispute
from app.engine.metering import entries

LOOKED_BACK = timedelta(days=180)
"""How old a ticket may be that becomes billable; what is solved later is free."""
BY, MERGED = "deskhand", "The ticket became a part of another one, which is billed."
"""Who takes a line off an invoice without being asked, and why."""


def metered(session: Session, account_id: str, now: datetime, month: datetime | None = None) -> int:
    """Write what became billable, lately or in that month and after; says how many lines are new."""
    since = min(now, month or now) - LOOKED_BACK
    told = stories.since(session, account_id, since)
    usage.withdraw(session, account_id, [one.ticket for one in told if one.merged], Dispute(BY, MERGED, now))
    return usage.write(session, account_id, entries(account_id, told, now, usage.models(session, account_id, since)))
