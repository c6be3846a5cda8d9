"""Every table, by subject. Importing this package makes the metadata whole; nothing outside ``app.db`` does."""

from app.db.models import (
    access,
    account,
    article,
    clock,
    connection,
    deadline,
    effect,
    event,
    evidence,
    judgement,
    kin,
    lesson,
    problem,
    roster,
    solved,
    spending,
    ticket,
)
from app.db.models.base import Base

__all__ = [
    "Base",
    "access",
    "account",
    "article",
    "clock",
    "connection",
    "deadline",
    "effect",
    "event",
    "evidence",
    "judgement",
    "kin",
    "lesson",
    "problem",
    "roster",
    "solved",
    "spending",
    "ticket",
]
