"""Since when, and until when, an account's conversations are looked at."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import findings
from app.reports.compliance import CHATS
from app.scanning.tables import AGAIN


def listening(session: Session, account_id: str, now: datetime) -> None:
    """Conversations are looked at in their own turns: it is on record since when that is so, without a gap of a day, and until when."""
    chats = findings.scan(session, f"{CHATS}{account_id}", now)
    gap = chats.until is None or now - chats.until > AGAIN
    findings.keep(session, replace(chats, began_at=now if gap else chats.began_at, until=now))
