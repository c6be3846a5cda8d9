"""What an account used: one line for each thing that can be billed, written once and never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class UsageRow(Base):
    """One use. ``at`` is when it became billable, ``evidence`` are the facts that it rests on: times, ids and counts, no words."""

    __tablename__ = "usage"
    __table_args__ = (Index(None, "account_id", "at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    use: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class DisputeRow(Base):
    """Somebody does not agree with a line: it is not charged. The line stays, and so does who said why."""

    __tablename__ = "dispute"

    usage_id: Mapped[str] = mapped_column(ForeignKey("usage.id"), primary_key=True)
    by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
