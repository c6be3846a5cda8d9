"""What became of tickets: facts for figures that are made when somebody asks."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class StoryRow(Base):
    """One ticket's facts so far. ``person`` is a keyed hash; no word of anybody is kept."""

    __tablename__ = "story"
    __table_args__ = (Index(None, "account_id", "opened_at"), Index(None, "account_id", "person"))

    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(64), default="")
    opened_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
