"""Where the knowledge fell short of what people answered, and what was proposed because of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson


class DifferenceRow(Base):
    """What one answer of a person said beyond or against our draft, masked, sentence by sentence. Kept for a while only."""

    __tablename__ = "difference"
    __table_args__ = (Index(None, "account_id", "at"),)

    decision_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    category: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]] = mapped_column(SealedJson("difference.body", scope="decision_id", row="decision_id"))
    at: Mapped[datetime]


class GapRow(Base):
    """One proposal to change an article, or to write one. ``body`` is the proposal; ``by`` whoever ruled on it."""

    __tablename__ = "gap"
    __table_args__ = (Index(None, "account_id", "state"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(10))
    body: Mapped[dict[str, Any]] = mapped_column(SealedJson("gap.body", scope="account_id", row="id"))
    found_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Text)
    ruled_at: Mapped[datetime | None]
